"""The page on Django as its guide says: sessions, ORM, templates, its usual middleware.

Run as a program it makes the tables and their rows. One file, so that it may be read at a glance.
"""

import sys
from pathlib import Path

import django
from django.conf import settings
from material import OPTIONS, QUESTIONS, STEM, TITLE, filled_in

_folder = Path(__file__).parent
settings.configure(
    SECRET_KEY="s" * 50,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _folder / "django.sqlite",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.gzip.GZipMiddleware",
    ],
    TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [_folder]},
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Question(models.Model):
    """One question of the form."""

    place = models.IntegerField()
    words = models.TextField()

    class Meta:
        app_label = "forms"


class Option(models.Model):
    """One of its answers."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    value = models.IntegerField()
    words = models.TextField()

    class Meta:
        app_label = "forms"


class Response(models.Model):
    """What a patient has answered so far."""

    user = models.ForeignKey(User, models.CASCADE)
    revision = models.IntegerField(default=0)
    answers = models.JSONField(default=dict)

    class Meta:
        app_label = "forms"


def show(request: HttpRequest, count: int) -> HttpResponse:
    """The first so many questions, for a signed-in patient."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    response = Response.objects.get(user=request.user)
    asked = Question.objects.order_by("place").prefetch_related("choices")[:count]
    questions = [filled_in(each, each.choices.all(), response.answers) for each in asked]
    values = {"title": TITLE, "clinic": "Northside Clinic", "stem": STEM, "questions": questions}
    values |= {"token": get_token(request), "response": response.pk}
    return render(request, "page.html", values | {"revision": response.revision})


urlpatterns = [path("form/<int:count>", show)]
application = get_wsgi_application()


def fill() -> str:
    """Make everything anew; the cookie of the patient who is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Question, Option, Response):
            editor.create_model(model)
    user = User.objects.create(username="patient")
    Response.objects.create(user=user, answers={"q2": 1})
    for place, words in enumerate(QUESTIONS, 1):
        question = Question.objects.create(place=place, words=words)
        for value, said in OPTIONS:
            Option.objects.create(question=question, value=value, words=said)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


if __name__ == "__main__":
    sys.stdout.write(fill() + "\n")
