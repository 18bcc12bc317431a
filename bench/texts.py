"""What it costs the worker to claim, send and note one text, with few and with 10,000 due.

The gateway takes everything at once; links are derived, bodies and numbers unsealed, as in earnest.
"""

import time
from datetime import timedelta
from typing import get_args

import structlog
from sqlalchemy.orm import Session

from app import clock
from app.db.engine import Database
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging import delivery, outbox
from app.messaging.models import Purpose
from app.people.models import Patient
from app.settings import Settings
from bench.rows import Row, at_most, seen
from tests import databases
from tests.cast import Cast, gather
from tests.databases import Kind
from tests.fakes import RecordingGateway

_BUDGET_MILLISECONDS = 3
_ORDINARY = 1_000
_KEYS = {"base_url": "https://afterglow.test", "secret_keys": "s" * 40, "encryption_keys": "e" * 40}
_BODY = "Northside: Dr. Okafor is ready when you are, at 10:00am. Tap {link} to join, no login."


def measure(*, full: bool) -> list[Row]:
    databases.prepare()
    rows: list[Row] = []
    with structlog.testing.capture_logs():
        for kind in get_args(Kind):
            for due in (_ORDINARY, 10_000):
                rows += _rows(kind, due, sent=due if full else _ORDINARY)
    return rows


def _rows(kind: Kind, due: int, *, sent: int) -> list[Row]:
    with databases.fresh_database("texts", kind) as url:
        database = Database(url, Settings(_env_file=None, sms="demo", **_KEYS))
        try:
            _queue(database, due)
            gateway = RecordingGateway()
            road = (database, gateway, "bench", _KEYS["base_url"], delivery.Memory())
            began = time.process_time()
            delivery.send_all(*road, goes_on=lambda: len(gateway.sent) < sent)
            spent = time.process_time() - began
        finally:
            database.close()
    joins = [text.body for text in gateway.sent[: due // 2]]
    late = sum("join" not in body for body in joins)
    name = f"{due} texts due at once, {kind}"
    cost = (f"{name}: CPU of claim, send and note", spent / sent * 1000, "ms")
    return [
        # Choosing among very many costs more, but then the gateway's pace is what counts.
        at_most(*cost, _BUDGET_MILLISECONDS) if due <= _ORDINARY else seen(*cost),
        at_most(f"{name}: left before the last join text", late, "texts", 0),
    ]


def _queue(database: Database, due: int) -> None:
    with database.session() as db:
        cast = gather(db)
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        for number in range(due):
            _queue_one(db, cast, maya, number)


def _queue_one(db: Session, cast: Cast, maya: Patient, number: int) -> None:
    is_join = number % 2 == 1
    link = None
    if is_join:
        link = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=cast.clinic.id,
            patient_id=maya.id,
            appointment_id=cast.integration_visit.id,
            expires_at=clock.now() + timedelta(days=2),
        )
    outbox.enqueue(
        db,
        Purpose.JOIN if is_join else Purpose.NOTICE,
        _BODY if is_join else "Northside: see you soon.",
        patient=maya,
        due_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=3),
        appointment_id=cast.integration_visit.id,
        link=link,
        visit_at=clock.now() + timedelta(minutes=5) if is_join else None,
        at_any_hour=True,
    )
