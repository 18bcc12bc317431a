"""Finding patients by name over sealed names: kept in memory, and by keyed tokens in the database.

What runs is the first. The second is built here, and only here, to be measured beside it: a row for
each beginning of each word, hashed under the clinic's index key. See decision 37.
"""

import gc
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import get_args
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, MetaData, Table, Uuid, func, select
from sqlalchemy.orm import Session

from app import clock
from app.db.base import new_id
from app.db.engine import Database
from app.people import directory, enrolment, finding, names, phones
from app.people.models import Clinic, Patient
from app.security import keyring
from app.settings import Settings
from bench.rows import Row, at_most, seen
from tests import databases
from tests.databases import Kind

_KEYS = {"base_url": "https://afterglow.test", "secret_keys": "s" * 40, "encryption_keys": "e" * 40}
_SIZES = (400, 20_000)
_BUDGET_MILLISECONDS = 50  # of a search among 20,000: it runs at every letter that is typed
_LONGEST_BEGINNING = 8
_SHOWN = 50
_GIVEN = """Ana Anna Ángela Ben Carla Chen Daniel Dara Elena Emil Farah Grace Hana Iris Jamal José
    Kai Lena Lucía Maria Maya Mei Nadia Noah Omar Paula Quinn Rosa Sam Sofía Theo Uma Vera Wei Yara
    Zoe"""
_FAMILY = """Abebe Brandt Castillo Diaz Evans Fischer García Haddad Ito Jones Kim López Martínez
    Müller Nguyen O'Brien Osei Patel Quist Ramírez Silva Thompson Ueda Vance Weiss Xu Young Zhang"""

_tokens = Table(
    "name_token",
    MetaData(),
    Column("clinic_id", Uuid()),
    Column("patient_id", Uuid()),
    Column("token", LargeBinary()),
    Index("ix_name_token", "clinic_id", "token"),
)


def measure(*, full: bool) -> list[Row]:
    databases.prepare()
    rows: list[Row] = []
    for kind in get_args(Kind):
        for size in _SIZES:
            rows += _rows(kind, size, times=20 if full else 7)
    return rows


def _rows(kind: Kind, size: int, *, times: int) -> list[Row]:
    with databases.fresh_database("finding", kind) as url:
        database = Database(url, Settings(_env_file=None, sms="demo", **_KEYS))
        try:
            clinic_id = _crowd(database, size)
            tokens = _index(database, clinic_id)
            name = f"find by name among {size:,}, {kind}"
            memory = _in_memory(database, clinic_id, name, times)
            return [*memory, *_by_tokens(database, clinic_id, name, times, tokens)]
        finally:
            database.close()


def _in_memory(database: Database, clinic_id: UUID, name: str, times: int) -> list[Row]:
    directory.forget()
    gc.collect()
    tracemalloc.start()
    with database.session(write=False) as db:
        finding.find(db, clinic_id, "ma")
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    directory.forget()
    cold = _took(database, lambda db: finding.find(db, clinic_id, "ma"), 1, time.process_time)
    rows = [seen(f"{name}: in memory, CPU of the first of a process", cold, "ms")]
    for asked in ("ma", "garcia", "lucia garcia", "nobodyy"):
        spent = _took(database, lambda db, asked=asked: _page(db, clinic_id, asked), times)
        rows.append(
            at_most(
                f"{name}: in memory, “{asked}” with its page", spent, "ms", _BUDGET_MILLISECONDS
            )
        )
    with database.session() as db:
        patient = db.scalars(select(Patient).limit(1)).one()
        patient.given_name = "Maren"
    changed = _took(database, lambda db: _page(db, clinic_id, "maren"), 1, time.process_time)
    rows.append(seen(f"{name}: in memory, CPU after one change", changed, "ms"))
    rows.append(seen(f"{name}: kept in memory", kept / 1e6, "MB"))
    return rows


def _by_tokens(
    database: Database, clinic_id: UUID, name: str, times: int, tokens: tuple[int, float]
) -> list[Row]:
    rows = [
        seen(f"{name}: rows of tokens", tokens[0], "rows"),
        seen(f"{name}: writing tokens, each patient", tokens[1], "ms"),
    ]
    for asked in ("ma", "garcia", "lucia garcia"):
        spent = _took(database, lambda db, asked=asked: _token_page(db, clinic_id, asked), times)
        rows.append(seen(f"{name}: by tokens, “{asked}” with its page", spent, "ms"))
    return rows


def _page(db: Session, clinic_id: UUID, asked: str) -> list[Patient]:
    ids = finding.find(db, clinic_id, asked).ids[:_SHOWN]
    rows = db.scalars(select(Patient).where(Patient.id.in_(ids))).all()
    return [row for row in rows if row.full_name]


def _token_page(db: Session, clinic_id: UUID, asked: str) -> list[Patient]:
    """Everybody who has every token; to stand in order, each name has to be opened."""
    wanted = select(Patient)
    for word in names.words(asked):
        having = select(_tokens.c.patient_id).where(
            _tokens.c.clinic_id == clinic_id, _tokens.c.token == _token(clinic_id, word)
        )
        wanted = wanted.where(Patient.id.in_(having))
    rows = db.scalars(wanted).all()
    return sorted(rows, key=lambda row: names.sorted_by(row.given_name, row.family_name))[:_SHOWN]


def _took(
    database: Database,
    ask: Callable[[Session], object],
    times: int,
    watch: Callable[[], float] = time.perf_counter,
) -> float:
    """Milliseconds, the least: whatever else the machine does only adds."""
    spent = []
    for _ in range(times):
        with database.session(write=False) as db:
            began = watch()
            ask(db)
            spent.append((watch() - began) * 1000)
    return min(spent)


def _crowd(database: Database, size: int) -> UUID:
    with database.session() as db:
        clinic = enrolment.open_clinic(
            db, name="Northside", slug="n", zone="America/New_York", phone=""
        )
        clinic_id = clinic.id
    for start in range(0, size, 1000):
        with database.session() as db:
            clinic = db.get_one(Clinic, clinic_id)
            for number in range(start, min(start + 1000, size)):
                db.add(_patient(db, clinic, number))
    return clinic_id


def _patient(db: Session, clinic: Clinic, number: int) -> Patient:
    phone, given, family = f"+1312{number:07}", _GIVEN.split(), _FAMILY.split()
    return Patient(
        id=new_id(),
        clinic_id=clinic.id,
        given_name=given[number % len(given)],
        family_name=family[number // len(given) % len(family)],
        phone=phone,
        phone_index=phones.index(db, clinic.id, phone),
        language="en",
        zone=clinic.zone,
        changed_at=clock.machine_now() - timedelta(hours=1),
        made_at=clock.now(),
    )


def _index(database: Database, clinic_id: UUID) -> tuple[int, float]:
    _tokens.metadata.create_all(database.engine)
    with database.session(write=False) as db:
        people = db.scalars(select(Patient).where(Patient.clinic_id == clinic_id)).all()
    began = time.perf_counter()
    with database.session() as db:
        for start in range(0, len(people), 500):
            rows = [
                {"clinic_id": clinic_id, "patient_id": each.id, "token": token}
                for each in people[start : start + 500]
                for token in _tokens_of(clinic_id, each)
            ]
            db.execute(_tokens.insert(), rows)
    spent = (time.perf_counter() - began) * 1000 / len(people)
    with database.session(write=False) as db:
        return db.scalar(select(func.count()).select_from(_tokens)) or 0, spent


def _tokens_of(clinic_id: UUID, patient: Patient) -> set[bytes]:
    return {
        _token(clinic_id, word[:length])
        for word in names.spellings(patient.given_name, patient.family_name)
        for length in range(1, min(len(word), _LONGEST_BEGINNING) + 1)
    }


def _token(clinic_id: UUID, beginning: str) -> bytes:
    return keyring.ring().blind(clinic_id, f"name:{beginning[:_LONGEST_BEGINNING]}")[:16]
