"""What stands on the clinic's calendar about now, in one question to the database.

The board, the day's list and the view for the person on call are drawn from it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from app import clock, wall_time
from app.intake import camera
from app.messaging.models import Message
from app.people.models import Clinic
from app.plans import kept
from app.scheduling import at_risk
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.scheduling.therapeutic_window import OpenWindow

_LONGEST_SESSION = timedelta(days=3)  # from its start to its end: bounds what is read
_LONGEST_VISIT = timedelta(hours=12)


@dataclass(frozen=True)
class AroundNow:
    """Windows that are open, visits ahead, the days' appointments, and what is known of them."""

    windows: list[OpenWindow]  # the one that closes first in front
    ahead: list[Appointment]  # booked visits of the next two days, one that runs now included
    days: list[Appointment]  # today's and tomorrow's on the clinic's clock, in order
    untried: set[UUID]  # patients who were asked to try their camera and have not
    texts: dict[UUID, list[Message]]  # about the time of each visit, in that order


def read(db: Session, clinic: Clinic) -> AroundNow:
    """Everything that concerns now. Two statements, however many rows there are."""
    begins, ends = _days(clinic)
    rows: dict[UUID, Appointment] = {}
    ended: dict[UUID, datetime] = {}
    untried: set[UUID] = set()
    for row, ended_at, is_untried in db.execute(_question(db, clinic, begins, ends)):
        rows[row.id] = row
        if ended_at is not None:
            ended[row.id] = ended_at
        if is_untried:
            untried.add(row.patient_id)
    ordered = sorted(rows.values(), key=lambda row: (row.starts_at, row.id))
    found = _open_windows(db, ordered, ended)
    ahead = [row for row in ordered if _is_ahead(row)]
    days = [row for row in ordered if begins <= row.starts_at < ends]
    visits = [each.visit for each in found if each.visit is not None]
    visits += [row for row in (*ahead, *days) if row.service.is_visit]
    # Of what is over nobody asks any more.
    told = _texts(db, {row.id for row in visits if row.status is AppointmentStatus.BOOKED})
    return AroundNow(found, ahead, days, untried, told)


def day_edges(clinic: Clinic, count: int) -> list[datetime]:
    """The midnights on the clinic's clock around `count` days from today on."""
    start = wall_time.wall(clock.now(), clinic.zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return [wall_time.instant(start + timedelta(days=n), clinic.zone) for n in range(count + 1)]


def _days(clinic: Clinic) -> tuple[datetime, datetime]:
    first, _, last = day_edges(clinic, 2)
    return first, last


def _question(
    db: Session, clinic: Clinic, begins: datetime, ends: datetime
) -> Select[Appointment, datetime | None, bool]:
    now = clock.now()
    longest = windows.longest(db, clinic)
    here = Appointment.clinic_id == clinic.id
    # Three small questions, each with an index of its own, rather than one with "or".
    sessions = select(Appointment.id).where(
        here,
        Appointment.service == Service.INFUSION,
        Appointment.status.in_(windows.TOOK_OR_TAKES_PLACE),
        Appointment.starts_at > now - longest - _LONGEST_SESSION,
        Appointment.starts_at <= now,
    )
    after = select(Appointment.id).where(here, Appointment.follows_id.in_(sessions))
    near = select(Appointment.id).where(
        here,
        Appointment.starts_at >= min(begins, now - _LONGEST_VISIT),
        Appointment.starts_at < max(ends, now + at_risk.AHEAD + timedelta(seconds=1)),
    )
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    is_old = (Appointment.service == Service.INFUSION) & (Appointment.starts_at <= now)
    return (
        select(Appointment, Encounter.ended_at, camera.is_untried(Appointment.patient_id))
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .options(joinedload(Appointment.patient), joinedload(Appointment.practitioner))
        .where(
            Appointment.id.in_(sessions.union(after, near)),
            or_(~is_old, ended_at > now - longest, Appointment.starts_at >= begins),
        )
    )


def _open_windows(
    db: Session, rows: list[Appointment], ended: dict[UUID, datetime]
) -> list[OpenWindow]:
    now = clock.now()
    visits = windows.those_that_stand(rows)
    found = []
    for row in rows:
        if row.service is not Service.INFUSION or row.starts_at > now:
            continue
        if row.status not in windows.TOOK_OR_TAKES_PLACE:
            continue
        ended_at, plan = ended.get(row.id, row.ends_at), kept.plan_of(db, row)
        window = windows.TherapeuticWindow.after(ended_at, row.clinic, plan)
        visit = visits.get(row.id)
        if now in window and (visit is not None or plan.visit.is_on):
            found.append(OpenWindow(row, window, visit, ended_at, row.id not in ended))
    return sorted(found, key=lambda each: (each.window.closes_at, each.infusion.id))


def _is_ahead(row: Appointment) -> bool:
    now = clock.now()
    return (
        row.service.is_visit
        and row.status is AppointmentStatus.BOOKED
        and row.ends_at > now
        and row.starts_at <= now + at_risk.AHEAD
    )


def _texts(db: Session, visit_ids: set[UUID]) -> dict[UUID, list[Message]]:
    # Their words and numbers stay sealed: only what became of them is asked.
    columns = load_only(
        Message.appointment_id,
        Message.purpose,
        Message.status,
        Message.due_at,
        Message.sent_at,
        Message.status_at,
        Message.made_at,
    )
    return at_risk.texts_of(db, visit_ids, columns)
