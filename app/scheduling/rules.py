"""What booking and moving both refuse."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, i18n
from app.i18n import gettext as _
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal
from app.scheduling import availability, calendars
from app.scheduling.models import Appointment
from app.scheduling.therapeutic_window import TherapeuticWindow


class TimesOutOfOrder(Refusal):
    pass


class TimeHasPassed(Refusal):
    pass


class NoClinician(Refusal):
    pass


class SlotTaken(Refusal):
    """Somebody else has the clinician at that time. 409 at the FHIR door."""


class OutsideTherapeuticWindow(Refusal):
    pass


class AlreadyOver(Refusal):
    """It took place, or was called off."""


class EndOutOfPlace(Refusal):
    pass


class PutAway(Refusal):
    pass


def refuse_disorder(starts_at: datetime, ends_at: datetime) -> None:
    """An end must come after its start."""
    if ends_at <= starts_at:
        raise TimesOutOfOrder(_("The end must come after the start."), field="ends_at")


def refuse_put_away(patient: Patient) -> None:
    """Whoever was put away is brought back before anything is booked for them."""
    if not patient.is_active:
        raise PutAway(_("This patient was put away. Bring them back first."), field="patient")


def refuse_past(ends_at: datetime) -> None:
    """A visit cannot be planned for a time that is over."""
    if ends_at <= clock.now():
        raise TimeHasPassed(_("That time has passed. Choose a later one."), field="starts_at")


def refuse_taken(
    db: Session,
    practitioner: Practitioner,
    starts_at: datetime,
    ends_at: datetime,
    *,
    ignoring: UUID | None = None,
) -> None:
    """A clinician sees one patient at a time. Their calendar must be held before this is asked."""
    if not calendars.is_free(db, practitioner, starts_at, ends_at, ignoring=ignoring):
        raise SlotTaken(
            _("%(clinician)s has another visit then. Choose another time.")
            % {"clinician": practitioner.display_name},
            field="starts_at",
        )


def refuse_outside(window: TherapeuticWindow, starts_at: datetime, zone: str) -> None:
    """The visit after an infusion starts in its window."""
    if starts_at not in window:
        raise OutsideTherapeuticWindow(
            _("Choose a time from %(opens)s to %(closes)s.")
            % {
                "opens": said(window.opens_at, zone),
                "closes": said(window.closes_at, zone),
            },
            field="starts_at",
        )


def refuse_over(appointment: Appointment) -> None:
    """Only what lies ahead or is going on can change."""
    if not appointment.status.is_open:
        raise AlreadyOver(_("This appointment is over or was called off. It cannot change."))


def said(moment: datetime, zone: str) -> str:
    """`Saturday, November 21, 12:00 pm`."""
    return f"{i18n.local_day(moment, zone)}, {i18n.local_clock(moment, zone)}"


def is_staffed(
    db: Session, clinic: Clinic, practitioner: Practitioner, starts_at: datetime, ends_at: datetime
) -> bool:
    """Whether the clinician works then. Staff may book outside their hours; they are told."""
    hours = availability.staffed(db, clinic, [practitioner], starts_at, ends_at)
    return any(each.holds(starts_at, ends_at) for each in hours[practitioner.id])
