"""What it costs to read all numbers of three months with 100 and with 10,000 infusions."""

import time
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import structlog
from sqlalchemy import event, insert

from app import clock
from app.access.models import SessionKind, Strength, WebSession
from app.db.base import new_id
from app.db.engine import Database
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.metrics import export, period, report
from app.people.models import Clinic
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.settings import Settings
from app.telehealth.models import ProviderName, Seat, SeatState, VideoVisit, VisitTiming
from bench.rows import Row, at_most, seen
from tests import databases
from tests.cast import Cast, gather
from tests.databases import Kind

_BUDGET_MILLISECONDS = 5_000
_KEYS = {"base_url": "https://afterglow.test", "secret_keys": "s" * 40, "encryption_keys": "e" * 40}
Values = dict[str, Any]


def measure(*, full: bool) -> list[Row]:  # noqa: ARG001  the published size is quick enough
    databases.prepare()
    rows: list[Row] = []
    with structlog.testing.capture_logs():
        for kind in get_args(Kind):
            rows += _rows(kind)
    return rows


def _rows(kind: Kind) -> list[Row]:
    name, said = f"numbers of three months, {kind}", {}
    for infusions in (100, 10_000):
        with databases.fresh_database("numbers", kind) as url:
            database = Database(url, Settings(_env_file=None, sms="demo", **_KEYS))
            try:
                _fill(database, infusions)
                spent, statements, packed = _read(database)
            finally:
                database.close()
        said[infusions] = (spent, statements, packed)
    few, many = said[100], said[10_000]
    return [
        seen(f"{name}: 100 infusions", few[0], "ms"),
        at_most(f"{name}: 10,000 infusions", many[0], "ms", _BUDGET_MILLISECONDS),
        at_most(f"{name}: statements that grow with rows", many[1] - few[1], "", 0),
        seen(f"{name}: all tables of 10,000 infusions", many[2], "ms"),
    ]


def _read(database: Database) -> tuple[float, int, float]:
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    with database.session(write=False) as db:
        clinic = db.query(Clinic).filter_by(slug="northside").one()
        months = period.until(clock.now().date(), clinic.zone)
        began = time.perf_counter()
        read = report.read(db, clinic, months)
        [metric.figure() for metric in read.metrics.values()]
        spent, count = time.perf_counter() - began, len(statements)
        began = time.perf_counter()
        export.everything(read)
        packed = time.perf_counter() - began
    return spent * 1000, count, packed * 1000


def _fill(database: Database, infusions: int) -> None:
    with database.session() as db:
        cast = gather(db)
    tables = (Appointment, WebSession, Encounter, VideoVisit, Seat, VisitTiming, Message)
    rows: dict[type, list[Values]] = {table: [] for table in tables}
    for number in range(infusions):
        _infusion(cast, number, infusions, rows)
    with database.session() as db:
        for table in tables:
            db.execute(insert(table), rows[table])


def _infusion(cast: Cast, number: int, of: int, rows: dict[type, list[Values]]) -> None:
    """One that ended in the last 80 days, with a talk, four texts and everything measured."""
    ends_at = clock.now() - timedelta(days=4) - number * timedelta(days=76) / of
    infusion, visit = new_id(), new_id()
    clinic_id, patient = cast.clinic.id, (cast.maya, cast.theo)[number % 2].id
    starts_at = ends_at + timedelta(hours=30)
    shared = {"clinic_id": clinic_id, "patient_id": patient, "zone": cast.clinic.zone}
    for id_, service, begins, follows in (
        (infusion, Service.INFUSION, ends_at - timedelta(hours=2), None),
        (visit, Service.INTEGRATION, starts_at, infusion),
    ):
        rows[Appointment].append(
            shared
            | {
                "id": id_,
                "service": service,
                "status": AppointmentStatus.FULFILLED,
                "follows_id": follows,
                "wall_start": "",
                "starts_at": begins,
                "ends_at": begins + timedelta(hours=1),
                "made_at": begins,
                "version": 1,
            }
        )
    rows[Encounter].append(
        {
            "id": new_id(),
            "clinic_id": clinic_id,
            "appointment_id": infusion,
            "started_at": ends_at,
            "ended_at": ends_at,
        }
    )
    _talk(clinic_id, patient, visit, starts_at, rows)
    for _text in range(4):
        rows[Message].append(_message(clinic_id, patient, visit, starts_at))


def _talk(
    clinic_id: UUID, patient: UUID, visit: UUID, at: Any, rows: dict[type, list[Values]]
) -> None:
    video, seat, session = new_id(), new_id(), new_id()
    made = {"clinic_id": clinic_id, "made_at": at}
    rows[WebSession].append(
        made
        | {
            "id": session,
            "kind": SessionKind.JOIN,
            "patient_id": patient,
            "token_hash": session.bytes,
            "strength": Strength.LINK,
            "device": "iPhone",
            "seen_at": at,
            "proved_at": at,
            "expires_at": at,
        }
    )
    rows[VideoVisit].append(
        made
        | {
            "id": video,
            "appointment_id": visit,
            "provider": ProviderName.PEER,
            "started_at": at,
            "together_seconds": 1800,
        }
    )
    rows[Seat].append(
        {
            "id": seat,
            "clinic_id": clinic_id,
            "visit_id": video,
            "web_session_id": session,
            "state": SeatState.LEFT,
            "device": "iPhone",
            "opened_at": at,
            "claimed_at": at,
            "admitted_at": at,
        }
    )
    steps = {f"{step}_ms": 900 for step in ("usable", "join", "allow", "preview", "remote")}
    timing = {"id": new_id(), "visit_id": video, "seat_id": seat, "pages": 1, "fault": ""}
    rows[VisitTiming].append(made | timing | steps)


def _message(clinic_id: UUID, patient: UUID, visit: UUID, at: Any) -> Values:
    return {
        "id": new_id(),
        "clinic_id": clinic_id,
        "patient_id": patient,
        "appointment_id": visit,
        "direction": Direction.OUTBOUND,
        "purpose": Purpose.JOIN,
        "status": MessageStatus.DELIVERED,
        "due_at": at,
        "made_at": at,
        "sent_at": at,
    }
