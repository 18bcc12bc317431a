"""Moving an appointment. Its id stays, whoever moves it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.base import Model
from app.i18n import gettext as _
from app.people.models import Practitioner
from app.scheduling import calendars, integration, moving, rules
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, Service


@dataclass(frozen=True)
class Moved:
    """What moved along with an infusion, and what staff should know."""

    integration: Appointment | None = None
    warning: str | None = None
    better: list[datetime] = field(default_factory=list)


def reschedule(
    db: Session,
    appointment: Appointment,
    starts_at: datetime,
    *,
    ends_at: datetime | None = None,
    practitioner: Practitioner | None = None,
    leaves_window: bool = False,
    by: Model | None,
) -> Moved:
    """Move an appointment, and its texts and links with it; an infusion takes its visit along.

    It keeps its length unless `ends_at` is given. The same time again changes nothing. Refuses what
    is over, a time in the past, an integration visit outside the window of the infusion it follows
    (unless `leaves_window`), and (SlotTaken) a clinician who has another visit then; nothing is
    changed in these cases.
    """
    calendars.hold_appointment(db, appointment)
    ends_at = ends_at or starts_at + (appointment.ends_at - appointment.starts_at)
    rules.refuse_over(appointment)
    rules.refuse_disorder(starts_at, ends_at)
    practitioner = practitioner or appointment.practitioner
    if _stays(appointment, starts_at, ends_at, practitioner):
        return Moved()
    if appointment.service.is_visit:
        if not leaves_window:
            _refuse_outside(db, appointment, starts_at)
        _refuse_visit(db, appointment, starts_at, ends_at, practitioner)
    moving.move(db, appointment, starts_at, ends_at, practitioner=practitioner, by=by)
    if appointment.service is not Service.INFUSION:
        return Moved()
    visit, choice = integration.take_along(db, appointment, by=by)
    return Moved(visit, choice.warning, choice.better)


def _stays(
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    practitioner: Practitioner | None,
) -> bool:
    return (
        appointment.starts_at == starts_at
        and appointment.ends_at == ends_at
        and appointment.practitioner_id == (practitioner.id if practitioner else None)
    )


def _refuse_outside(db: Session, visit: Appointment, starts_at: datetime) -> None:
    window = windows.window_around(db, visit)
    if window is not None:
        rules.refuse_outside(window, starts_at, visit.zone)


def _refuse_visit(
    db: Session,
    visit: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    practitioner: Practitioner | None,
) -> None:
    rules.refuse_past(ends_at)
    if practitioner is None or not practitioner.is_clinician:
        raise rules.NoClinician(_("Choose a clinician who gives visits."), field="practitioner")
    calendars.hold(db, visit.clinic_id, practitioner)
    rules.refuse_taken(db, practitioner, starts_at, ends_at, ignoring=visit.id)
