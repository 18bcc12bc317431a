"""The page that comes before everything else when somebody may be in danger."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import clock, i18n
from app.i18n import gettext as _
from app.intake.signals import Help
from app.people.models import Clinic, Patient
from app.safety import escalation
from app.scheduling import reading_hours
from app.web.pages import page, render

_WHOLE = "layouts/patient.html"
_TEMPLATES = {
    Help.EMERGENCY: "public/safety/emergency.html",
    Help.CRISIS: "public/safety/crisis.html",
    Help.CALL_TODAY: "public/safety/call_today.html",
}


def told(
    request: Request,
    db: Session,
    patient: Patient,
    *,
    help_: Help = Help.CRISIS,
    on: str = "",
    back: str = "",
    knows_them: bool = False,
) -> Response:
    """The resources for somebody whose clinic has been alerted, and only as far as that is true.

    `on`: where a post leads on with what they were doing; `back`: a page's address instead.
    `knows_them`: this browser may see whom they named for emergencies.
    """
    said = _told(db, patient, knows_them=knows_them) | {"on": on, "back": back}
    return page(request, _TEMPLATES[help_], layout=_WHOLE, **said)


def told_here(
    request: Request,
    db: Session,
    patient: Patient,
    *,
    help_: Help = Help.CRISIS,
    back: str = "",
    knows_them: bool = False,
) -> str:
    """The same as a title and a `main` for a script to put in place. `back`: a page's address."""
    said = _told(db, patient, knows_them=knows_them) | {"back": back}
    return render(request, _TEMPLATES[help_], layout="layouts/part.html", **said)


def untold(request: Request, db: Session, *, is_anew: bool) -> Response:
    """The same for somebody we do not know, or (not `is_anew`) who only comes back to the page."""
    told = False if is_anew else None
    clinic: Clinic | None = getattr(request.state, "clinic", None)
    hours = _hours(db, clinic, clinic.zone) if clinic else ""
    said: dict[str, Any] = dict.fromkeys(("on", "back", "own", "reached"))
    said |= {"told": told, "hours": hours}
    return page(request, _TEMPLATES[Help.CRISIS], layout=_WHOLE, **said)


def _told(db: Session, patient: Patient, *, knows_them: bool) -> dict[str, Any]:
    return {
        "told": True,
        "reached": bool(escalation.on_call(db, patient.clinic)),
        "on": "",
        "back": "",
        "own": patient if knows_them and patient.emergency_phone else None,
        "hours": _hours(db, patient.clinic, patient.zone),
    }


def _hours(db: Session, clinic: Clinic, zone: str) -> str:
    """When somebody is at the clinic; nothing where it has set no hours."""
    now = clock.now()
    hours = reading_hours.staffed_time(db, clinic, now)
    if hours is None:
        return ""
    names = {"clinic": clinic.name}
    if hours.opens_at <= now:
        said = _("People are at %(clinic)s until %(time)s today.")
        return said % {**names, "time": i18n.local_clock(hours.closes_at, zone)}
    said = _("Nobody is at %(clinic)s now. People are there from %(day)s, %(time)s.")
    named = {
        **names,
        "day": i18n.local_weekday(hours.opens_at, zone),
        "time": i18n.local_clock(hours.opens_at, zone),
    }
    return i18n.one_stop(said % named)
