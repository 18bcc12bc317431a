"""E11, the way back: how long a copy and its restore take, and how much is missing from it.

A clinic's database is filled to a size, copied, followed while it is written to, and lost without
a warning: what was acknowledged more than two seconds before is there after the restore.
"""

import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select, text

from app.backups import copying, following, restoring
from app.backups.following import Follower
from app.db.base import new_id
from app.db.engine import Database
from app.journal.models import JournalFile, JournalSlice
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Clinic, Patient
from app.settings import Settings
from bench.reliability import kept
from bench.reliability.kept import Run
from bench.rows import Row, at_most, seen
from tests import databases
from tests.databases import Kind

_KEYS: dict[str, Any] = {
    "secret_keys": "s" * 40,
    "encryption_keys": "e" * 40,
    "sms": "demo",
}
_SECONDS_PER_GB = 60.0
_SECONDS_OF_DATA = 2.0
_SLICE = 60_000  # bytes of sound
_AT_ONCE = 1_000
_SEALED = 160  # bytes of a text's words


def measure(*, full: bool) -> list[Row]:
    """Both databases; half of the bytes are spoken notes, half are texts."""
    databases.prepare()
    seed = kept.seed()
    megabytes = 1024 if full else 96
    rows: list[Row] = []
    runs: list[Run] = []
    for kind in ("sqlite", "postgresql"):
        found, run = once(kind, megabytes, writing_seconds=20.0 if full else 8.0, seed=seed)
        rows += found
        runs.append(run)
        kept.keep("copies", seed, runs)
    return rows


def once(kind: Kind, megabytes: int, *, writing_seconds: float, seed: int) -> tuple[list[Row], Run]:
    """One database filled, copied, followed, lost and restored."""
    settings = Settings(_env_file=None, **_KEYS)
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.fresh_database(kind=kind) as url,
        databases.fresh_database(kind=kind) as other,
    ):
        database = Database(url, settings)
        patient = _fill(database, megabytes, random.Random(seed))
        size = _size(database.engine)
        data, keys = Path(folder) / "data", Path(folder) / "keys"
        began = time.monotonic()
        copying.copy(database.engine, data, keys)
        copied = time.monotonic() - began
        lost = _follow(database, patient, data, keys, writing_seconds)
        database.close()
        newest = max(data.glob("data-*"))
        began = time.monotonic()
        restoring.restore(other, newest, keys / copying.KEYS, following.tail_of(newest))
        restored = time.monotonic() - began
        restored_to = Database(other, settings)
        missing, seconds = _missing(restored_to, lost)
        restored_to.close()
    gigabytes = size / 2**30
    figures = {
        "copy_s_per_gb": round(copied / gigabytes, 1),
        "restore_s_per_gb": round(restored / gigabytes, 1),
        "acknowledged": len(lost),
        "missing": missing,
        "missing_s": round(seconds, 2),
    }
    passed = restored / gigabytes <= _SECONDS_PER_GB and seconds <= _SECONDS_OF_DATA
    rows = [
        seen(f"copies: {kind}, size", size / 2**20, "MB"),
        seen(f"copies: {kind}, a copy", copied / gigabytes, "s/GB"),
        at_most(f"copies: {kind}, a restore", restored / gigabytes, "s/GB", _SECONDS_PER_GB),
        at_most(f"copies: {kind}, missing", seconds, "s", _SECONDS_OF_DATA),
    ]
    return rows, Run(kind, {"megabytes": round(size / 2**20)}, figures, passed)


def _fill(database: Database, megabytes: int, dice: random.Random) -> Patient:
    """Rows as a clinic has them, quickly: what is sealed is as random as what is sealed."""
    with database.session() as db:
        clinic = enrolment.open_clinic(
            db, name="Northside", slug="northside", zone="America/Chicago", phone="+13125550110"
        )
        patient = enrolment.enrol(
            db, clinic, given_name="Maya", family_name="Osei", phone="+13125550142", by=None
        )
        db.flush()
        connection = db.connection()
        _texts(connection, clinic, patient, megabytes * 2**20 // 2 // (_SEALED + 640), dice)
        _notes(connection, clinic, patient, megabytes * 2**20 // 2 // _SLICE, dice)
    return patient


def _texts(
    connection: Connection, clinic: Clinic, patient: Patient, count: int, dice: random.Random
) -> None:
    for start in range(0, count, _AT_ONCE):
        rows = [_text(clinic.id, patient.id, dice, 0) for _ in range(min(_AT_ONCE, count - start))]
        connection.execute(insert(Message), rows)


def _text(clinic_id: UUID, patient_id: UUID, dice: random.Random, number: int) -> dict[str, object]:
    return {
        "id": new_id(),
        "clinic_id": clinic_id,
        "patient_id": patient_id,
        "direction": Direction.OUTBOUND,
        "purpose": Purpose.WRITTEN,
        "status": MessageStatus.DELIVERED,
        "body_sealed": dice.randbytes(_SEALED),
        "number_sealed": dice.randbytes(43),
        "due_at": datetime.now(UTC),
        "made_at": datetime.now(UTC),
        "attempt": number,
    }


def _notes(
    connection: Connection, clinic: Clinic, patient: Patient, count: int, dice: random.Random
) -> None:
    entry = new_id()
    connection.execute(
        text(
            "INSERT INTO journal_entry (id, clinic_id, patient_id, uuid, revision, kind, key_id, "
            "written_at, received_at) VALUES (:id, :clinic, :patient, :id, 1, 'voice', :id, "
            ":at, :at)"
        ),
        {
            "id": entry.hex if connection.dialect.name == "sqlite" else entry,
            "clinic": clinic.id.hex if connection.dialect.name == "sqlite" else clinic.id,
            "patient": patient.id.hex if connection.dialect.name == "sqlite" else patient.id,
            "at": datetime.now(UTC).replace(tzinfo=None).isoformat(" "),
        },
    )
    file = {"id": new_id(), "clinic_id": clinic.id, "patient_id": patient.id, "entry_id": entry}
    more = {"uuid": new_id(), "kind": "voice", "media_type": "audio/webm", "size": 0}
    connection.execute(insert(JournalFile), [file | more | {"made_at": datetime.now(UTC)}])
    for number in range(count):
        body = {"number": number, "size": _SLICE, "body_sealed": dice.randbytes(_SLICE)}
        whose = {"id": new_id(), "clinic_id": clinic.id, "file_id": file["id"]}
        connection.execute(insert(JournalSlice), [whose | body])


def _follow(
    database: Database, patient: Patient, data: Path, keys: Path, seconds: float
) -> list[tuple[UUID, float]]:
    """Write while the copy is followed, then stop dead. Returns what was acknowledged, and when.

    The follower has a turn each second, as in the worker; the last one is not waited for.
    """
    follower = Follower(database.engine, data, keys, kept_for=timedelta(days=35))
    dice = random.Random(1)
    follower.turn()
    written: list[tuple[UUID, float]] = []
    next_turn = time.monotonic() + 1.0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        row = _text(patient.clinic_id, patient.id, dice, 0)
        with database.session() as db:
            db.execute(insert(Message), [row])
        written.append((UUID(str(row["id"])), time.monotonic()))
        if time.monotonic() >= next_turn:
            follower.turn()
            next_turn = time.monotonic() + 1.0
    follower.close()
    return written


def _missing(database: Database, written: list[tuple[UUID, float]]) -> tuple[int, float]:
    """How many acknowledged texts did not come back, and how far before the loss the first was."""
    with database.session(write=False) as db:
        there = set(db.scalars(select(Message.id)))
    gone = [at for each, at in written if each not in there]
    return len(gone), (written[-1][1] - min(gone)) if gone else 0.0


def _size(engine: Engine) -> int:
    """Bytes that the database takes on the disk."""
    query = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if engine.dialect.name == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    with engine.execution_options(write=False).begin() as connection:
        return int(connection.scalar(text(query)) or 0)
