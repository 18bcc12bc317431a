"""A thousand at once want the same hour of the same clinician: one gets it, on both databases.

Patients pick it, staff book it and move visits to it, each in a transaction of its own.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock, wall_time
from app.db.engine import Database
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal
from app.scheduling import booking, calendars, moving, offered, rescheduling
from app.scheduling.models import Appointment, Service
from app.settings import Settings
from bench.rows import Row, at_most, seen
from tests import databases
from tests.cast import gather
from tests.databases import Kind

CROWD = 1000
_AT_ONCE = 25  # as many as have a connection each
_LENGTH = timedelta(minutes=50)
_KEYS = {"base_url": "https://afterglow.test", "secret_keys": "s" * 40, "encryption_keys": "e" * 40}


def measure(*, full: bool) -> list[Row]:
    databases.prepare()
    return [row for kind in get_args(Kind) for row in _rows(kind, rounds=5 if full else 1)]


def _rows(kind: Kind, *, rounds: int) -> list[Row]:
    twice = unclear = 0
    began = time.perf_counter()
    for _ in range(rounds):
        with databases.fresh_database("race", kind) as url:
            database = Database(url, Settings(_env_file=None, sms="demo", **_KEYS))
            try:
                said, held = run(database, CROWD)
            finally:
                database.close()
        twice += held - 1
        unclear += CROWD - said["has it"] - said["refused"]
    name = f"{rounds} x {CROWD} after one hour, {kind}"
    return [
        at_most(f"{name}: given twice", twice, "times", 0),
        at_most(f"{name}: told neither yes nor no", unclear, "", 0),
        seen(f"{name}: taken", time.perf_counter() - began, "s"),
    ]


def run(database: Database, crowd: int) -> tuple[Counter[str], int]:
    """What each of the crowd was told, and how many visits stand at the wanted hour then."""
    with database.session() as db:
        cast = gather(db)
        clinic, practitioner_id = db.merge(cast.clinic), cast.dr_okafor.id
        wanted = wall_time.days_later(clock.now(), 3, clinic.zone)
        wanted = wall_time.instant(
            wall_time.wall(wanted, clinic.zone).replace(hour=10, minute=0, second=0, microsecond=0),
            clinic.zone,
        )
        visits = [_visit(db, clinic, number) for number in range(crowd)]
    gate = threading.Barrier(min(crowd, _AT_ONCE))

    def attempt(number: int) -> str:
        if number < gate.parties:
            gate.wait()
        while True:
            try:
                with database.session() as db:
                    visit = db.get_one(Appointment, visits[number])
                    _WAYS[number % len(_WAYS)](db, visit, wanted, practitioner_id)
            except Refusal:
                return "refused"
            except OperationalError:  # SQLite has one writer; whoever waited too long asks again
                continue
            return "has it"

    with ThreadPoolExecutor(gate.parties) as pool:
        said = Counter(pool.map(attempt, range(crowd)))
    with database.session(write=False) as db:
        held = select(func.count(Appointment.id)).where(
            Appointment.practitioner_id == practitioner_id,
            Appointment.status.in_(calendars.OPEN),
            Appointment.starts_at < wanted + _LENGTH,
            Appointment.ends_at > wanted,
        )
        return said, db.scalar(held) or 0


def _visit(db: Session, clinic: Clinic, number: int) -> UUID:
    """A visit of a new patient, long after the wanted hour, that nobody gives yet."""
    patient = enrolment.enrol(
        db, clinic, given_name=f"Nr {number}", family_name="", phone=f"+1312556{number:04}", by=None
    )
    db.flush()  # the visit points at its patient
    starts_at = clock.now() + timedelta(days=6)
    return moving.put_down(
        db,
        patient=patient,
        practitioner=None,
        service=Service.CONSULTATION,
        starts_at=starts_at,
        ends_at=starts_at + _LENGTH,
        zone=clinic.zone,
        by=None,
    ).id


def _pick(db: Session, visit: Appointment, wanted: datetime, _practitioner_id: UUID) -> None:
    offered.pick(db, visit, wanted, by=visit.patient)


def _move(db: Session, visit: Appointment, wanted: datetime, practitioner_id: UUID) -> None:
    practitioner = db.get_one(Practitioner, practitioner_id)
    rescheduling.reschedule(db, visit, wanted, practitioner=practitioner, by=practitioner)


def _book(db: Session, visit: Appointment, wanted: datetime, practitioner_id: UUID) -> None:
    booking.book(
        db,
        patient=db.get_one(Patient, visit.patient_id),
        service=Service.CONSULTATION,
        practitioner=db.get_one(Practitioner, practitioner_id),
        starts_at=wanted,
        ends_at=wanted + _LENGTH,
        by=None,
    )


_WAYS: tuple[Callable[..., None], ...] = (_pick, _move, _pick, _book)
