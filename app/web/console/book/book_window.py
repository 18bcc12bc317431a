"""What a time would come to, shown while it is chosen and once more before it is booked."""

from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import wall_time
from app.i18n import gettext as _
from app.i18n import ngettext
from app.people.models import Clinic
from app.scheduling import calendars, rules, window_check
from app.scheduling.models import Service
from app.scheduling.window_check import WindowCheck
from app.web.console import words
from app.web.console.book import booking_form
from app.web.console.book.booking_form import Wanted
from app.web.guards import staff_only
from app.web.pages import for_scripts_only, page

_MINUTES = 60
_HARDLY = 3  # free times: one to take and two to move to


@staff_only
def show(request: Request, db: Session) -> Response:
    """The part of the form below the time. Says nothing while the form cannot be read."""
    for_scripts_only(request)
    clinic = request.state.clinic
    wanted, faults = booking_form.read(db, clinic, FormData(request.query_params))
    if faults:
        wanted = None
    check = check_of(db, wanted) if wanted else None
    return page(
        request,
        "console/book/_now.html",
        check=check,
        better=better_of(check, clinic.zone),
        visit=of_visit(db, clinic, wanted) if wanted else "",
        words=words,
        hours=hours,
        free_of=free_of,
    )


def check_of(db: Session, wanted: Wanted) -> WindowCheck | None:
    """The window that the wanted session would have; None for a visit."""
    protocol = wanted.follows.protocol
    if wanted.service is not Service.INFUSION or protocol is None:
        return None
    return window_check.look(
        db,
        wanted.patient,
        wanted.practitioner,
        wanted.starts_at,
        wanted.ends_at,
        protocol.plan,
    )


def better_of(check: WindowCheck | None, zone: str) -> list[tuple[str, object]]:
    """Other starts with more room after them, as the form reads them and as moments."""
    return [(wall_time.written(at, zone), at) for at in check.choice.better] if check else []


def hours(length: timedelta) -> str:
    """`7 hours`, `7 h 30 min`."""
    minutes = round(length / timedelta(minutes=1))
    if minutes % _MINUTES:
        return _("%(hours)s h %(minutes)s min") % {
            "hours": minutes // _MINUTES,
            "minutes": minutes % _MINUTES,
        }
    whole = minutes // _MINUTES
    return ngettext("%(num)s hour", "%(num)s hours", whole) % {"num": whole}


def free_of(check: WindowCheck) -> tuple[str, str]:
    """How many times are free in the whole window, and the kind of its tag."""
    free = check.own + check.others
    if not free:
        return _("No free time"), "warn"
    times = ngettext("%(num)s free time", "%(num)s free times", free) % {"num": free}
    return times, "warn" if free < _HARDLY else "good"


def of_visit(db: Session, clinic: Clinic, wanted: Wanted) -> str:
    """How a visit's time lies for its clinician. Nothing where all is well or nobody is named."""
    clinician = wanted.practitioner
    if not wanted.service.is_visit or clinician is None or not clinician.is_clinician:
        return ""
    name = {"name": clinician.display_name}
    if not calendars.is_free(db, clinician, wanted.starts_at, wanted.ends_at):
        return _("%(name)s has another visit then.") % name
    if not rules.is_staffed(db, clinic, clinician, wanted.starts_at, wanted.ends_at):
        return _("%(name)s is not there then: it is outside staffed hours.") % name
    return ""


routes = [Route("/book/window", show, methods=["GET"], name="book-window")]
