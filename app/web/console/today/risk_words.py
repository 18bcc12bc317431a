"""Why a visit needs somebody, in the clinic's words, with the one thing to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from app import clock
from app.i18n import gettext as _
from app.messaging.models import Purpose
from app.people import phones
from app.people.models import Patient
from app.scheduling.at_risk import SILENT_AFTER, AtRisk, Risk
from app.scheduling.models import Appointment
from app.web.console import words

# So near to a visit, or to the close of a window, nobody waits for an answer by text.
_NEAR = timedelta(hours=3)


class Action(NamedTuple):
    """The one thing to do: what its button says, and its address. `posts`: pressing it does it."""

    words: str
    address: str
    posts: bool = False


@dataclass(frozen=True)
class State:
    """How somebody stands in their window. `action` None: nothing to do."""

    words: str
    kind: str = ""
    action: Action | None = None
    needs_us: bool = False
    is_urgent: bool = False


def state(
    visit: Appointment, found: AtRisk, *, closes_at: datetime | None = None, call: str = ""
) -> State:
    """How a visit at risk stands, and what to do.

    `closes_at`: when its window does. `call`: the number they want to be phoned at about a time.
    """
    if call:
        phone = phone_action(visit.patient, call)
        return State(_("Wants a call to find a time"), "warn", phone, needs_us=True, is_urgent=True)
    if found.risk is Risk.OFFERED:
        return State(_offered(visit))
    if found.risk is Risk.ASKED:
        said = _("Asked for another time")
        if visit.offered_at is not None:
            said = _("No time picked yet")
        elif found.since is not None:
            said = f"{said}, {ago(found.since)}"
        action = _for_another_time(visit, found, closes_at)
        return State(said, "warn", action, needs_us=True, is_urgent=True)
    if found.risk is Risk.PASSED:
        action = _offer_or_phone(visit, closes_at)
        return State(_("The visit did not start"), "danger", action, needs_us=True)
    said, kind = _said(visit.patient, found)
    return State(said, kind, _text_or_phone(visit, found), needs_us=True)


def phone_action(patient: Patient, number: str = "") -> Action:
    """`Phone (312) 555-0142`, and the address that dials it. Without a number: the one on file.

    Another number was said by whoever holds a link, so it says that we do not have it.
    """
    said = _("Phone %(number)s")
    if number and number != patient.phone:
        said = _("Phone %(number)s (not the number we have)")
    number = number or patient.phone
    return Action(said % {"number": phones.spoken(number)}, f"tel:{number}")


def ago(moment: datetime) -> str:
    """`12 min ago`, `3 h ago`."""
    passed = clock.now() - moment
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        return _("%(n)s min ago") % {"n": passed // timedelta(minutes=1)}
    return _("%(n)s h ago") % {"n": passed // timedelta(hours=1)}


def _offered(visit: Appointment) -> str:
    assert visit.offered_at is not None, "offered times know when"
    if visit.offered_at > clock.now():
        leaves = words.when(visit.offered_at, visit.zone)
        return _("Times to choose from leave %(when)s") % {"when": leaves}
    return _("Times offered, %(ago)s") % {"ago": ago(visit.offered_at)}


def _for_another_time(visit: Appointment, found: AtRisk, closes_at: datetime | None) -> Action:
    """They were answered with times at once. While they choose, staff may choose with them."""
    was_just_asked = found.since is not None and clock.now() < found.since + SILENT_AFTER
    if was_just_asked and visit.ends_at > clock.now():
        # The thread shows the times that are free.
        return Action(_("Find a time"), f"/clinic/inbox/{visit.patient_id}#starts_at")
    return _offer_or_phone(visit, closes_at)


def _offer_or_phone(visit: Appointment, closes_at: datetime | None) -> Action:
    is_late = closes_at is not None and closes_at - clock.now() < _NEAR
    if visit.offered_at is not None or is_late or not visit.patient.takes_texts:
        return phone_action(visit.patient)
    return Action(_("Offer times"), f"/clinic/board/{visit.id}/times", posts=True)


def _text_or_phone(visit: Appointment, found: AtRisk) -> Action:
    """A text while there is time for an answer; a call where texts do not help or were tried."""
    ready = {Risk.SILENT: "suits", Risk.UNTRIED: "camera"}.get(found.risk)
    was_written = found.text is not None and found.text.purpose is Purpose.WRITTEN
    is_near = visit.starts_at - clock.now() < _NEAR
    if ready is None or was_written or is_near or not visit.patient.takes_texts:
        return phone_action(visit.patient)
    said = _("Text %(name)s") % {"name": visit.patient.given_name}
    return Action(said, f"/clinic/inbox/{visit.patient_id}?ready={ready}#reply")


def _said(patient: Patient, found: AtRisk) -> tuple[str, str]:
    if found.text is not None and found.risk in (Risk.UNDELIVERED, Risk.IN_DOUBT):
        return words.text_status(found.text)
    if found.risk is Risk.BAD_NUMBER:
        return (_("The number takes no texts"), "warn")
    if found.risk is Risk.NO_TEXTS and patient.opted_out_at is not None:
        return (_("Wants no more texts"), "warn")
    if found.risk is Risk.NO_TEXTS:
        return (_("Has not agreed to texts"), "warn")
    if found.risk is Risk.UNTRIED:
        return (_("Camera not tried yet"), "warn")
    return (_("No answer yet"), "warn")
