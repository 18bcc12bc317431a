"""Booking the sessions of a course together: a proposal first, then all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from app import wall_time
from app.db.base import Model
from app.i18n import gettext as _
from app.outcomes import courses
from app.people.models import Clinic, Patient, Practitioner
from app.plans import courses as course_dates
from app.plans.kept import Kept
from app.plans.kinds import Route
from app.protocols import infusions
from app.refusal import Refusal
from app.scheduling import already_there, availability, calendars, integration
from app.scheduling.booking import Booked
from app.scheduling.integration import Choice
from app.scheduling.models import Service

_LOOKS_AHEAD = 3  # days: a closed day gives way to the next open one


class OutOfOrder(Refusal):
    pass


@dataclass(frozen=True)
class Proposed:
    """Session `number` of `of`. `choice`: the visit it would bring along, or why there is none."""

    number: int
    of: int
    starts_at: datetime
    ends_at: datetime
    is_open: bool  # the clinic is staffed then
    is_taken: bool  # the patient has something else then
    choice: Choice


def propose(
    db: Session,
    patient: Patient,
    protocol: Kept,
    starts_at: datetime,
    ends_at: datetime,
    practitioner: Practitioner | None = None,
) -> list[Proposed]:
    """The sessions of a course that begins then, at the same hour each. Nothing is booked.

    One that would fall on a closed day is proposed for the next open one within three days.
    """
    clinic, length = patient.clinic, ends_at - starts_at
    found: list[Proposed] = []
    for planned in course_dates.dates(protocol.plan, starts_at, clinic.zone):
        at = _open_day(db, clinic, planned, length) if found else planned
        found.append(
            Proposed(
                number=len(found) + 1,
                of=protocol.plan.course.sessions,
                starts_at=at,
                ends_at=at + length,
                is_open=_is_open(db, clinic, at, length),
                is_taken=bool(calendars.patients_times(db, patient.id, at, at + length)),
                choice=integration.foresee(
                    db, patient, practitioner, at, at + length, plan=protocol.plan
                ),
            )
        )
    return found


def book(
    db: Session,
    *,
    patient: Patient,
    protocol: Kept,
    starts: Sequence[datetime],
    length: timedelta,
    practitioner: Practitioner | None = None,
    route: Route | None = None,
    by: Model | None,
) -> list[Booked]:
    """Book these sessions, all or none, each as `infusions.book` does; the course knows how many.

    One that stands there already is not booked again. Refuses sessions that would overlap
    (OutOfOrder, AlreadyThere), and what `infusions.book` refuses.
    """
    ordered = sorted(starts)
    _refuse_overlap(ordered, length)
    booked = [
        infusions.book(
            db,
            patient=patient,
            service=Service.INFUSION,
            starts_at=at,
            ends_at=at + length,
            practitioner=practitioner,
            protocol_id=protocol.id,
            route=route,
            by=by,
        )
        for at in _not_there_yet(db, patient, ordered, length)
    ]
    if isinstance(by, Practitioner) and protocol.plan.course.sessions > 1:
        _note_length(db, patient, protocol.plan.course.sessions, by)
    return booked


def _refuse_overlap(ordered: list[datetime], length: timedelta) -> None:
    if any(later < earlier + length for earlier, later in pairwise(ordered)):
        raise OutOfOrder(_("Two of these sessions would overlap."), field="starts_at")


def _not_there_yet(
    db: Session, patient: Patient, starts: list[datetime], length: timedelta
) -> list[datetime]:
    """All are looked for before the first is booked."""
    return [
        at
        for at in starts
        if already_there.find(db, patient, Service.INFUSION, at, at + length) is None
    ]


def _note_length(db: Session, patient: Patient, sessions: int, by: Practitioner) -> None:
    """The patient's course has so many sessions, unless somebody has said otherwise."""
    course = courses.open_course(db, patient)
    if course is not None and course.sessions_planned is not None:
        return
    asks = course is not None and course.asks_about_trauma
    courses.plan(db, patient, sessions_planned=sessions, asks_about_trauma=asks, by=by)


def _open_day(db: Session, clinic: Clinic, planned: datetime, length: timedelta) -> datetime:
    """The first day from the planned one on that is open at that hour; else the planned one."""
    for days in range(_LOOKS_AHEAD + 1):
        at = wall_time.days_later(planned, days, clinic.zone)
        if _is_open(db, clinic, at, length):
            return at
    return planned


def _is_open(db: Session, clinic: Clinic, at: datetime, length: timedelta) -> bool:
    hours = availability.clinic_open(db, clinic, at, at + length)
    return any(each.holds(at, at + length) for each in hours)
