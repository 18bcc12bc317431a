"""Why a visit needs somebody, in the clinic's words, with the one thing to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from app.i18n import gettext as _
from app.people import phones
from app.people.models import Patient
from app.scheduling.at_risk import AtRisk, Risk
from app.scheduling.models import Appointment
from app.web.console import words


@dataclass(frozen=True)
class State:
    """How somebody stands in their window. `action`: words and address; None: nothing to do."""

    words: str
    kind: str = ""
    action: tuple[str, str] | None = None
    needs_us: bool = False
    is_urgent: bool = False


def state(visit: Appointment, found: AtRisk) -> State:
    """How a visit at risk stands. Who asked for another time is led to one, others are phoned."""
    page = f"/clinic/appointments/{visit.id}"
    if found.risk is Risk.ASKED:
        said = _("Asked for another time")
        if found.since is not None:
            said = f"{said}, {ago(found.since)}"
        # The thread shows the times that are free; a visit whose time is past is moved by hand.
        thread = f"/clinic/inbox/{visit.patient_id}#starts_at"
        is_ahead = visit.ends_at > clock.now()
        action = (_("Find a time"), thread if is_ahead else f"{page}#move-title")
        return State(said, "warn", action, needs_us=True, is_urgent=True)
    if found.risk is Risk.PASSED:
        look = (_("Look at the visit"), page)
        return State(_("The visit did not start"), "danger", look, needs_us=True)
    said, kind = _said(found)
    return State(said, kind, phone_action(visit.patient), needs_us=True)


def phone_action(patient: Patient, number: str = "") -> tuple[str, str]:
    """`Phone (312) 555-0142`, and the address that dials it. Without a number: the one on file."""
    number = number or patient.phone
    return (_("Phone %(number)s") % {"number": phones.spoken(number)}, f"tel:{number}")


def ago(moment: datetime) -> str:
    """`12 min ago`, `3 h ago`."""
    passed = clock.now() - moment
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        return _("%(n)s min ago") % {"n": passed // timedelta(minutes=1)}
    return _("%(n)s h ago") % {"n": passed // timedelta(hours=1)}


def _said(found: AtRisk) -> tuple[str, str]:
    if found.text is not None and found.risk in (Risk.UNDELIVERED, Risk.IN_DOUBT):
        return words.text_status(found.text)
    if found.risk is Risk.BAD_NUMBER:
        return (_("The number takes no texts"), "warn")
    if found.risk is Risk.NO_TEXTS:
        return (_("Takes no texts"), "warn")
    if found.risk is Risk.UNTRIED:
        return (_("Camera not tried yet"), "warn")
    return (_("No answer yet"), "warn")
