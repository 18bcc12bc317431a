"""What a visit came to, as staff say it when they leave the room or later: a result and one line.

Nobody has to say anything. What the room saw by itself stays beside what was said.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.db.once import add_once
from app.i18n import gettext as _
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import joining
from app.scheduling.models import Appointment, AppointmentStatus
from app.tasks import desk
from app.tasks.models import TaskCode
from app.telehealth import visits
from app.telehealth.models import ProviderName, VisitOutcome, VisitResult, WhyNotHeld

LONGEST_NOTE = 300
_BY_PHONE = (VisitResult.PART_BY_PHONE, VisitResult.BY_PHONE)
# A call before the planned hour is that visit still; one of last week is not.
_EARLIEST = timedelta(days=1)


class NotSaid(Refusal):
    pass


@dataclass(frozen=True)
class Said:
    """What staff say of a visit. Without a result it is a line alone."""

    result: VisitResult | None = None
    reason: WhyNotHeld | None = None  # of one that was not held
    began_at: datetime | None = None  # of one by phone; else it began when it was planned
    note: str | None = None  # None: what stands there stays


def of(db: Session, appointment: Appointment) -> VisitOutcome | None:
    """What was said of a visit last."""
    return db.scalar(select(VisitOutcome).where(VisitOutcome.appointment_id == appointment.id))


def may_be_said(appointment: Appointment) -> bool:
    """Whether a visit is near or over, and was not called off."""
    if not appointment.service.is_visit or appointment.status is AppointmentStatus.CANCELLED:
        return False
    return clock.now() >= appointment.starts_at - joining.BEFORE


def say(db: Session, appointment: Appointment, said: Said, *, by: Practitioner) -> None:
    """Keep it; the visit is held, or not, from now on. Saying it again corrects it.

    Refuses (NotSaid) a visit ahead or called off, one not held without a reason, a line that is too
    long, and a call that began at no time of this visit. Nothing at all said changes nothing.
    """
    if said.result is None and (said.note is None or said.note == _note_of(db, appointment)):
        return
    _refuse(appointment, said)
    row = _row(db, appointment, by)
    row.said_by_id, row.said_at = by.id, clock.now()
    if said.note is not None:
        row.note = said.note
    if said.result is not None:
        row.result = said.result
        row.reason = said.reason if said.result is VisitResult.NOT_HELD else None
        row.began_at = _began_at(db, appointment, said)
        _settle(db, appointment, row, by=by)
        desk.settle(db, TaskCode.RECORD_OUTCOME, appointment.id)
    trail.record(db, "say-outcome", agent=by, entity=appointment, detail=said.result or "line")
    live.publish(db, f"desk:{appointment.clinic_id}")


def _settle(db: Session, appointment: Appointment, row: VisitOutcome, *, by: Practitioner) -> None:
    is_held = row.result is not VisitResult.NOT_HELD
    visit = visits.find(db, appointment)
    if visit is not None and visit.provider is ProviderName.EXTERNAL:
        visits.mark_held(db, visit, is_held, by=by)
    elif not is_held:
        visits.did_not(db, appointment)
    else:
        began_at = row.began_at or visits.began_at(db, appointment) or appointment.starts_at
        visits.took_place(db, appointment, min(began_at, clock.now()))


def _began_at(db: Session, appointment: Appointment, said: Said) -> datetime | None:
    """Of a talk by phone. One that began by video began then."""
    if said.result not in _BY_PHONE:
        return None
    planned = min(appointment.starts_at, clock.now())
    return said.began_at or visits.began_at(db, appointment) or planned


def _refuse(appointment: Appointment, said: Said) -> None:
    if not may_be_said(appointment):
        raise NotSaid(_("This visit lies ahead or was called off."))
    if said.result is VisitResult.NOT_HELD and said.reason is None:
        raise NotSaid(_("Choose why it was not held."), field="reason")
    if len(said.note or "") > LONGEST_NOTE:
        raise NotSaid(
            _("One line, please: at most %(most)s characters.") % {"most": LONGEST_NOTE},
            field="note",
        )
    if said.began_at is not None and said.result in _BY_PHONE:
        earliest = appointment.starts_at - _EARLIEST
        if not earliest <= said.began_at <= clock.now():
            raise NotSaid(_("Enter when the call began."), field="began_at")


def _note_of(db: Session, appointment: Appointment) -> str:
    row = of(db, appointment)
    return row.note if row else ""


def _row(db: Session, appointment: Appointment, by: Practitioner) -> VisitOutcome:
    row = of(db, appointment)
    if row is None:
        first = VisitOutcome(
            clinic_id=appointment.clinic_id,
            appointment_id=appointment.id,
            said_by_id=by.id,
            said_at=clock.now(),
        )
        add_once(db, first)
        row = of(db, appointment)
        assert row is not None, "added above, or by somebody else"
    return row
