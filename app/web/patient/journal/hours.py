"""When, and whether, somebody is asked for a quiet minute; and whether their team may know."""

from datetime import UTC, datetime, time

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, i18n
from app.access.models import SessionKind, WebSession
from app.i18n import gettext as _
from app.journal import planning, preferences
from app.journal.preferences import EVENINGS, MORNINGS, Preference
from app.people.models import Patient
from app.plans.plan import STANDARD
from app.refusal import Refusal
from app.web.forms import clock_time, read_form, text
from app.web.guards import journal_only
from app.web.pages import page, redirect


@journal_only
def show(request: Request, db: Session) -> Response:
    """What was chosen."""
    return _page(request, preferences.of(db, request.state.patient))


@journal_only
def choose(request: Request, db: Session) -> Response:
    """From now on so."""
    patient: Patient = request.state.patient
    before = preferences.of(db, patient)
    form = read_form(request)
    try:
        chosen = _read(form, before, is_signed_in=_is_signed_in(request))
        preferences.keep(db, patient, chosen)
    except Refusal as refusal:
        return _page(request, before, refusal=refusal)
    planning.follow_preference(db, patient)
    return redirect(request, "journal:hours")


def _read(form: FormData, before: Preference, *, is_signed_in: bool) -> Preference:
    return Preference(
        wants_prompts=text(form, "wanted") != "no",
        evening_at=clock_time(form, "evening"),
        morning_at=clock_time(form, "morning"),
        # A link may have been passed on: it does not decide what others get to know.
        staff_may_know=bool(text(form, "known")) if is_signed_in else before.staff_may_know,
    )


def _page(request: Request, chosen: Preference, refusal: Refusal | None = None) -> Response:
    return page(
        request,
        "patient/journal/hours.html",
        422 if refusal else 200,
        chosen=chosen,
        evenings=_times(STANDARD.evening.at, *EVENINGS),
        mornings=_times(STANDARD.morning.at, *MORNINGS),
        is_signed_in=_is_signed_in(request),
        refusal=refusal,
    )


def _times(usual: time, first: time, last: time) -> list[tuple[str, str]]:
    """Every half hour that may be chosen, the usual one in front."""
    halves = [time(half // 2, half % 2 * 30) for half in range(48)]
    return [
        ("", _("As usual, %(time)s") % {"time": _spoken(usual)}),
        *(
            (at.isoformat("minutes"), _spoken(at))
            for at in halves
            if first <= at <= last and at != usual
        ),
    ]


def _spoken(at: time) -> str:
    return i18n.local_clock(datetime.combine(clock.now(), at, UTC), "UTC")


def _is_signed_in(request: Request) -> bool:
    web_session: WebSession | None = request.state.web_session
    return web_session is not None and web_session.kind is SessionKind.PATIENT


routes = [
    Route("/journal/hours", show, methods=["GET"], name="journal:hours"),
    Route("/journal/hours", choose, methods=["POST"], name="journal:choose-hours"),
]
