"""Whether a clinic runs sessions with the companion. Off until it says so, and until a day.

Care at home under remote eyes rests on rules that end on a date; so does the switch.
"""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.audit import trail
from app.i18n import gettext as _
from app.people import phones
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal

LONGEST = timedelta(days=366)


class OutOfRange(Refusal):
    pass


def is_on(clinic: Clinic) -> bool:
    """Whether staff may open a session's quiet hour today, on the clinic's own calendar."""
    return clinic.companion_ends_on is not None and today(clinic) <= clinic.companion_ends_on


def today(clinic: Clinic) -> date:
    """The day it is at the clinic."""
    return wall_time.wall(clock.now(), clinic.zone).date()


def phone_of(clinic: Clinic) -> str:
    """Who answers during a session: the session's own line, else the clinic's number."""
    return clinic.session_phone or clinic.phone


def turn_on(
    db: Session, clinic: Clinic, until: date | None, phone: str, *, by: Practitioner
) -> None:
    """Let sessions be opened until the end of a day; `phone` rings at who sits by then.

    Refuses (OutOfRange) no day, a day that is over or more than a year away, and
    (phones.NotAPhoneNumber) what is no number.
    """
    if until is None:
        raise OutOfRange(_("Enter the last day on which sessions may be opened."), field="until")
    if not today(clinic) <= until <= today(clinic) + LONGEST:
        raise OutOfRange(_("Choose a day from today on, within a year."), field="until")
    clinic.session_phone = phones.normal(phone, clinic.country) if phone else ""
    clinic.companion_ends_on = until
    trail.record(db, "companion-on", agent=by, entity=clinic)


def turn_off(db: Session, clinic: Clinic, *, by: Practitioner) -> None:
    """No more sessions are opened. What runs goes on to its end. Twice changes nothing."""
    if clinic.companion_ends_on is None:
        return
    clinic.companion_ends_on = None
    trail.record(db, "companion-off", agent=by, entity=clinic)
