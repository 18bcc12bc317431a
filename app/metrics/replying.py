"""Reply to rescheduled: from "not ready" to a new time that the patient confirmed.

Read from the trail, where every ask, move and confirmation stands with its moment and its agent. A
time that the patient picked is self-service; one that staff gave counts from when it is confirmed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.metrics.cohort import Cohort, Infusion
from app.metrics.figures import Metric, Row, State, state_of
from app.metrics.talks import Talk
from app.scheduling import availability
from app.scheduling.models import Appointment
from app.scheduling.staffed_hours import Interval

SLUG = "rescheduled"
KEPT = "kept-the-time"
CALLED_OFF = "visit-called-off"
NOT_CONFIRMED = "not-confirmed"
OUTSIDE = "outside-the-window"
SELF, STAFF = "self-service", "staff"
MEASURES = {"clock_seconds": (50, 90), "staffed_seconds": (50, 90)}
_ASK, _MOVE, _CONFIRM, _CANCEL = "ask-for-other-times", "reschedule", "confirm", "cancel"


@dataclass(frozen=True)
class _Event:
    at: datetime
    action: str
    by_patient: bool


@dataclass
class Asked:
    """One "not ready", and what came of it."""

    asked_at: datetime
    moved_at: datetime | None = None
    settled_at: datetime | None = None
    how: str = ""  # self-service or staff; else why no new time was needed


def measure(db: Session, cohort: Cohort, talks: Mapping[UUID, Sequence[Talk]]) -> Metric:
    """One row an ask."""
    events = _events(db, cohort)
    found = [
        (infusion, talk, asked)
        for infusion in cohort
        for talk in talks.get(infusion.id, ())
        for asked in read(events.get(talk.id, ()))
    ]
    open_hours = _hours(db, cohort, [asked for _infusion, _talk, asked in found])
    rows = [_row(cohort, infusion, talk, asked, open_hours) for infusion, talk, asked in found]
    return Metric(SLUG, cohort.period.months, rows, MEASURES)


def read(events: Sequence[_Event]) -> Iterator[Asked]:
    """What a visit's trail tells, in its order."""
    asked: Asked | None = None
    for event in events:
        if event.action == _ASK:
            asked = asked or Asked(event.at)
        elif asked is not None and _settles(asked, event):
            yield asked
            asked = None
    if asked is not None:
        yield asked


def _settles(asked: Asked, event: _Event) -> bool:
    if event.action == _MOVE and not event.by_patient:
        asked.moved_at = event.at
        return False
    asked.settled_at = event.at
    if event.action == _CANCEL:
        asked.how = CALLED_OFF
    elif event.action == _MOVE:
        asked.how = SELF
    else:
        asked.how = STAFF if asked.moved_at else KEPT
    return True


def _row(
    cohort: Cohort, infusion: Infusion, talk: Talk, asked: Asked, hours: Sequence[Interval]
) -> Row:
    why_not = asked.how if asked.how in (KEPT, CALLED_OFF) else ""
    state, why = state_of(infusion, cohort.now, why_not)
    is_new = asked.how in (SELF, STAFF)
    is_inside = is_new and infusion.opens_at <= talk.starts_at <= infusion.closes_at
    if state is State.COUNTED and not is_inside:
        why = OUTSIDE if is_new else NOT_CONFIRMED
    settled_at = asked.settled_at if is_new else None
    return Row(
        infusion,
        talk.id,
        state,
        is_inside and state is State.COUNTED,
        why,
        (asked.how,) if is_new else (),
        {
            "visit": str(talk.id),
            "asked_at": asked.asked_at,
            "moved_by_staff_at": asked.moved_at,
            "settled_at": asked.settled_at,
            "how": asked.how,
            "visit_starts_at": talk.starts_at,
            "clock_seconds": _seconds(settled_at - asked.asked_at) if settled_at else None,
            "staffed_seconds": _staffed(hours, asked.asked_at, settled_at) if settled_at else None,
        },
    )


def _staffed(hours: Sequence[Interval], start: datetime, end: datetime) -> int:
    """How much of a time somebody was at the clinic."""
    return sum(
        _seconds(min(end, each.closes_at) - max(start, each.opens_at))
        for each in hours
        if each.opens_at < end and start < each.closes_at
    )


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


def _hours(db: Session, cohort: Cohort, asks: Sequence[Asked]) -> list[Interval]:
    """When the clinic was staffed from the first ask on."""
    if not asks:
        return []
    start = min(asked.asked_at for asked in asks)
    end = max(asked.settled_at or cohort.now for asked in asks)
    return availability.clinic_open(db, cohort.clinic, start, end)


def _events(db: Session, cohort: Cohort) -> dict[UUID, list[_Event]]:
    visits = select(Appointment.id).where(Appointment.follows_id.in_(cohort.ids))
    rows = db.execute(
        select(
            AuditEvent.entity_id,
            AuditEvent.recorded_at,
            AuditEvent.action,
            AuditEvent.agent_kind,
        )
        .where(
            AuditEvent.clinic_id == cohort.clinic.id,
            AuditEvent.entity_kind == "appointment",
            AuditEvent.action.in_((_ASK, _MOVE, _CONFIRM, _CANCEL)),
            AuditEvent.entity_id.in_(visits),
        )
        .order_by(AuditEvent.recorded_at, AuditEvent.seq)
    )
    found: dict[UUID, list[_Event]] = {}
    for visit_id, at, action, agent in rows:
        if visit_id is not None:
            found.setdefault(visit_id, []).append(_Event(at, action, agent == "patient"))
    return found
