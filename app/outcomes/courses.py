"""A course of sessions: which it is, how many were planned, where somebody is in it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.outcomes.models import Course
from app.people.models import Patient, Practitioner
from app.refusal import Refusal
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

_MOST_SESSIONS = 60
_TOOK_OR_TAKES_PLACE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
)


class OutOfRange(Refusal):
    pass


@dataclass(frozen=True)
class Held:
    """Something that took place, with the moment that counts."""

    appointment: Appointment
    at: datetime


@dataclass(frozen=True)
class Standing:
    """Where somebody is. `course` None: nobody has said anything about one."""

    course: Course | None
    held: tuple[Held, ...]  # sessions of this course, oldest first, each with its end
    ahead: tuple[Appointment, ...]

    @property
    def planned(self) -> int | None:
        """How many sessions there are to be, if anybody said so; never fewer than there were."""
        planned = self.course.sessions_planned if self.course else None
        return max(planned, len(self.held)) if planned else None

    @property
    def next(self) -> Appointment | None:
        """The session that comes next."""
        return self.ahead[0] if self.ahead else None

    @property
    def is_over(self) -> bool:
        """Whether staff have said that the course is over."""
        return self.course is not None and self.course.ended_at is not None

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """One word a session: held, next, booked, planned."""
        booked = ("next", *("booked" for _each in self.ahead[1:])) if self.ahead else ()
        known = len(self.held) + len(booked)
        open_ones = max(0, (self.planned or 0) - known) if not self.is_over else 0
        return (*("held" for _each in self.held), *booked, *("planned" for _n in range(open_ones)))


def standing(db: Session, patient: Patient) -> Standing:
    """The open course, else the last one while nothing has begun after it."""
    courses = _courses(db, patient)
    course = courses[0] if courses else None
    if course is not None and course.ended_at is not None:
        newer = _sessions(db, patient, course.ended_at, None)
        if newer:
            return _standing(db, patient, None, course.ended_at, None)
        return _standing(db, patient, course, course.begun_at, course.ended_at)
    return _standing(db, patient, course, course.begun_at if course else None, None)


def took_place(db: Session, patient: Patient) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """Every session and every talk that took place, of this course and of those before it."""
    now = clock.now()
    sessions = tuple(
        Held(row, row.starts_at) for row, at in _sessions(db, patient, None, None) if at <= now
    )
    return sessions, _visits(db, patient)


def next_visit(db: Session, patient: Patient) -> Appointment | None:
    """The talk that comes next."""
    return db.scalar(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def open_course(db: Session, patient: Patient) -> Course | None:
    """The course that goes on, if staff have said anything about one."""
    courses = _courses(db, patient)
    return courses[0] if courses and courses[0].ended_at is None else None


def plan(
    db: Session,
    patient: Patient,
    *,
    sessions_planned: int | None,
    asks_about_trauma: bool,
    by: Practitioner,
) -> Course:
    """Say how many sessions there are to be, and whether hard memories are asked about.

    Begins a course where none goes on; what took place since the last one belongs to it.
    Refuses (OutOfRange) a number that no course has.
    """
    if sessions_planned is not None and not 1 <= sessions_planned <= _MOST_SESSIONS:
        raise OutOfRange(_("Enter a number from 1 to 60."), field="sessions_planned")
    course = open_course(db, patient)
    if course is None:
        course = Course(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            patient=patient,
            begun_at=_begins_at(db, patient),
            made_by_id=by.id,
            made_at=clock.now(),
        )
        db.add(course)
    course.sessions_planned, course.asks_about_trauma = sessions_planned, asks_about_trauma
    db.flush()  # the trail names its row
    trail.record(db, "plan-course", agent=by, entity=course)
    return course


def end(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """The course is over. Twice changes nothing."""
    if standing(db, patient).is_over:
        return
    course = open_course(db, patient)
    if course is None:
        course = plan(db, patient, sessions_planned=None, asks_about_trauma=False, by=by)
    course.ended_at = clock.now()
    trail.record(db, "end-course", agent=by, entity=course)


def _courses(db: Session, patient: Patient) -> list[Course]:
    """The open one first, then the last that ended."""
    rows = db.scalars(select(Course).where(Course.patient_id == patient.id)).all()
    return sorted(rows, key=lambda row: (row.ended_at is None, row.begun_at), reverse=True)


def _begins_at(db: Session, patient: Patient) -> datetime:
    last = next((each.ended_at for each in _courses(db, patient)), None)
    sessions = _sessions(db, patient, last, None)
    now = clock.now()
    return min(sessions[0][0].starts_at, now) if sessions else now


def _standing(
    db: Session,
    patient: Patient,
    course: Course | None,
    since: datetime | None,
    until: datetime | None,
) -> Standing:
    now = clock.now()
    sessions = _sessions(db, patient, since, until)
    held = tuple(Held(row, ended_at) for row, ended_at in sessions if ended_at <= now)
    ahead = tuple(
        row
        for row, ended_at in sessions
        if ended_at > now and row.status is not AppointmentStatus.FULFILLED
    )
    return Standing(course, held, ahead)


def _sessions(
    db: Session, patient: Patient, since: datetime | None, until: datetime | None
) -> list[tuple[Appointment, datetime]]:
    """Infusions with their ends: recorded, or planned while nothing is recorded."""
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    rows = (
        select(Appointment, ended_at)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(_TOOK_OR_TAKES_PLACE),
        )
        .order_by(Appointment.starts_at)
    )
    if since is not None:
        rows = rows.where(Appointment.starts_at >= since)
    if until is not None:
        rows = rows.where(Appointment.starts_at < until)
    return [(row, at) for row, at in db.execute(rows)]


def _visits(db: Session, patient: Patient) -> tuple[Held, ...]:
    began_at = func.coalesce(Encounter.started_at, Appointment.starts_at)
    rows = (
        select(Appointment, began_at)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .options(joinedload(Appointment.practitioner))
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status == AppointmentStatus.FULFILLED,
        )
        .order_by(began_at)
    )
    return tuple(Held(row, at) for row, at in db.execute(rows))
