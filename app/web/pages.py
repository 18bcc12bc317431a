"""Renders pages. The one place that knows the templates' environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import clock, i18n
from app.access.models import SessionKind, WebSession
from app.access.session_limits import LIMITS
from app.db.base import Model
from app.journal.owners import owner_of
from app.people import phones
from app.web.files.assets import Assets

TEMPLATES = Path(__file__).parents[2] / "templates"
MOOD_COOKIE = "__Host-ag_mood"
LANGUAGE_COOKIE = "__Host-ag_lang"
_ModelT = TypeVar("_ModelT", bound=Model)


@cache
def environment(assets: Assets) -> Environment:
    """Jinja, with gettext in the language in use, and everything compiled when it is first asked
    for.
    """
    # Made when the application starts, of the stylesheet itself: see `first_style`.
    made = {"first_style.html": f"<style>{{% raw %}}{assets.first_style}{{% endraw %}}</style>"}
    jinja = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), DictLoader(made)]),
        autoescape=select_autoescape(["html", "txt"], default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    jinja.globals.update(
        asset=assets,
        gettext=_one_stop(jinja.globals["gettext"]),
        ngettext=_one_stop(jinja.globals["ngettext"]),
    )
    jinja.filters.update(
        day=i18n.local_day,
        short_day=i18n.local_short_day,
        clock=i18n.local_clock,
        weekday=i18n.local_weekday,
        phone=phones.spoken,
        date=i18n.local_date,
        date_at=i18n.local_date_at,
        month_day=i18n.local_month_day,
    )
    return jinja


def _one_stop(translate: Any) -> Any:
    """What templates say through gettext, with one full stop behind an hour."""

    @pass_context
    def said(*words: Any, **values: Any) -> Any:
        return i18n.one_stop(translate(*words, **values))

    return said


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page or part of one, in the visitor's language and mood."""
    return HTMLResponse(render(request, template, **context), status)


def render(request: Request, template: str, **context: Any) -> str:
    """The template's text.

    Whoever is signed in stands in it as `patient`, `practitioner`, `clinic`.
    """
    state = request.state
    shared: dict[str, Any] = {
        "request": request,
        "path_for": request.app.state.addresses,
        "lang": i18n.language(),
        "mood": mood(request),
        "now": clock.now(),
        "demo": request.app.state.settings.demo,
        "clinic": getattr(state, "clinic", None),
        "patient": getattr(state, "patient", None),
        "practitioner": getattr(state, "practitioner", None),
        "after_dose": getattr(state, "after_dose", None),
        "owner": owner_of(state.patient) if getattr(state, "patient", None) else "",
        "rest_of_page": partial(_rest_of, getattr(state, "web_session", None)),
    }
    jinja: Environment = request.app.state.templates
    return jinja.get_template(template).render(shared | context)


@dataclass(frozen=True)
class Rest:
    """After how many seconds without anybody a patient's page is covered, and the way back in."""

    seconds: int
    came_by_link: bool


def _rest_of(web_session: WebSession | None) -> Rest | None:
    """Asked by the pages that may be covered. An error's page has a session of nobody's."""
    return rest_of(web_session.kind) if web_session else None


def rest_of(kind: SessionKind) -> Rest | None:
    """The same for a kind of session; None: its pages are not covered."""
    idle = LIMITS[kind].idle if kind in (SessionKind.PATIENT, SessionKind.WRITE) else None
    return Rest(int(idle.total_seconds()), kind is SessionKind.WRITE) if idle else None


def mood(request: Request) -> str:
    """`gentle` or nothing: what was chosen on this device, else by itself after a dose."""
    chosen = request.cookies.get(MOOD_COOKIE)
    if chosen:
        return "gentle" if chosen == "gentle" else ""
    return "gentle" if getattr(request.state, "after_dose", False) else ""


def is_part(request: Request) -> bool:
    """Whether htmx asked, and wants a part rather than a page."""
    return request.headers.get("hx-request") == "true"


def for_scripts_only(request: Request) -> None:
    """404 for whoever navigates to a part of a page: only the page's own script asks for one."""
    if request.headers.get("sec-fetch-dest", "empty") != "empty":
        not_found()


def part_or_redirect(
    request: Request,
    template: str,
    to: str,
    *,
    path: Mapping[str, Any] | None = None,
    **context: Any,
) -> Response:
    """After a change: the part for htmx, a redirect for a plain form."""
    if is_part(request):
        return page(request, template, **context)
    return redirect(request, to, **(path or {}))


def redirect(request: Request, to: str, **path: Any) -> Response:
    """303 to a route of ours by its name."""
    return RedirectResponse(request.app.state.addresses(to, **path), 303)


def find_or_404(
    db: Session,
    model: type[_ModelT],
    request: Request,
    *,
    name: str = "id",
    clinic_id: UUID | None = None,
) -> _ModelT:
    """The row that the address names. Another clinic's is as unknown as none."""
    try:
        row = db.get(model, UUID(request.path_params[name]))
    except ValueError:
        row = None
    if row is None or (clinic_id is not None and getattr(row, "clinic_id", None) != clinic_id):
        not_found()
    return row


def not_found() -> NoReturn:
    """Answer 404."""
    raise HTTPException(404)
