"""A clinic to experiment on: its database, its patients and texts, and real processes of ours."""

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from app import clock
from app.db.engine import Database
from app.links import magic_links
from app.links.models import LinkKind
from app.main import create_app
from app.messaging import outbox
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Patient
from app.settings import Settings
from bench.reliability.by_hand import HandClock
from bench.reliability.hurried import Hurry
from tests import databases
from tests.databases import Kind
from tests.twilio_standin import StandIn
from tests.twilio_standin.calling import Deliver, over_http

BASE_URL = "https://afterglow.test"
ROOT = Path(__file__).resolve().parents[2]
_KEYS = {"secret_keys": "s" * 40, "encryption_keys": "e" * 40}
_UNSETTLED = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.IN_DOUBT)


@dataclass
class Stage:
    """One clinic with so many patients, and Twilio's stand-in."""

    database: Database
    settings: Settings
    url: str
    twilio: StandIn
    hurry: Hurry
    patients: list[Patient]
    ports: list[int]  # of the app processes: one on SQLite, four on PostgreSQL
    folder: Path
    hand: HandClock | None = None  # what its processes live by, when one was set

    def queue(
        self, count: int, *, purpose: Purpose = Purpose.JOIN, lasting: bool = False
    ) -> set[UUID]:
        """Queue so many texts, due now, over all patients; their ids.

        Each has a link of its own, unless a person wrote them. `lasting`: wanted whenever it is.
        """
        ids = set()
        for start in range(0, count, 250):
            with self.database.session() as db:
                for number in range(start, min(count, start + 250)):
                    ids.add(self._queue_one(db, number, purpose, lasting=lasting))
        return ids

    def _queue_one(self, db: Session, number: int, purpose: Purpose, *, lasting: bool) -> UUID:
        patient = db.merge(self.patients[number % len(self.patients)], load=False)
        until = clock.now() + timedelta(hours=4)
        link = None
        body = f"Northside: your visit {number} of {until:%H%M%S%f} is on."
        if purpose is Purpose.JOIN:
            link = magic_links.mint(
                db,
                LinkKind.JOIN,
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                expires_at=until,
            )
            db.flush()
            body = f"Northside: tap {{link}} to join visit {number}."
        queued = outbox.enqueue(
            db,
            purpose,
            body,
            due_at=clock.now(),
            patient=patient,
            link=link,
            expires_at=None if lasting else until,
            at_any_hour=True,
        )
        assert queued is not None
        db.flush()  # its id is told
        return queued.id

    def rows(self) -> list[Message]:
        """Every outbound text as it stands."""
        with self.database.session(write=False) as db:
            return list(db.scalars(select(Message).where(Message.direction == Direction.OUTBOUND)))

    def is_in_hand_of(self, worker: str) -> bool:
        """Whether a text is with a worker whose name begins so."""
        is_with = (Message.status == MessageStatus.SENDING, Message.worker.startswith(worker))
        with self.database.session(write=False) as db:
            return db.scalar(select(Message.id).where(*is_with).limit(1)) is not None

    def unsettled(self) -> int:
        """How many texts are still queued, in somebody's hand or in doubt."""
        with self.database.session(write=False) as db:
            return db.scalar(select(func.count()).where(Message.status.in_(_UNSETTLED))) or 0

    def statuses(self) -> dict[str, int]:
        """How many outbound texts stand where."""
        with self.database.session(write=False) as db:
            counted = select(Message.status, func.count()).group_by(Message.status)
            return {status.value: count for status, count in db.execute(counted)}

    def is_whole(self) -> bool:
        """Whether the database finds itself whole (SQLite), or answers at all."""
        question = "PRAGMA integrity_check" if self.database.is_sqlite else "SELECT 'ok'"
        with self.database.session(write=False) as db:
            return db.scalar(text(question)) == "ok"

    def app(self) -> Starlette:
        """The application in this process, without a worker."""
        return create_app(self.settings, self.database, works=False)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start `afterglow <command>` as a process of its own."""
        with (self.folder / f"{command[0]}.log").open("ab") as told:
            return subprocess.Popen(
                [sys.executable, "-m", *self._clockwork(), *command],
                cwd=self.folder,
                env=_environment(self.settings, self.url),
                stdout=told,
                stderr=told,
            )

    def _clockwork(self) -> list[str]:
        times = str(self.hurry.times)
        if self.hand is not None:
            return ["bench.reliability.by_hand", str(self.hand.path), times]
        return ["bench.reliability.hurried", times, self.hurry.since.isoformat()]

    @contextmanager
    def serving(self, *options: str) -> Iterator[None]:
        """While every app process answers `afterglow serve` with these options."""
        webs = [self.start("serve", "--port", str(port), *options) for port in self.ports]
        try:
            for port, web in zip(self.ports, webs, strict=True):
                self.wait_until_ready(port, web)
            yield
        finally:
            for web in webs:
                web.terminate()
            for web in webs:
                web.wait(20)

    def wait_until_ready(
        self, port: int, web: subprocess.Popen[bytes], seconds: float = 300
    ) -> None:
        """Until an app process answers. Fails at once when it has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and web.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as heard:
                    if heard.status == 200:
                        return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"no answer: {self.told()}")

    def told(self) -> str:
        """The last that the processes said."""
        return "\n".join(
            f"{log.name}: {log.read_text()[-2000:]}" for log in self.folder.glob("*.log")
        )


@contextmanager
def stage(
    kind: Kind,
    *,
    patients: int,
    hurry: float = 1,
    segments_per_second: float = 100_000,
    worker_id: str = "bench",
    webs: int | None = None,
    **twilio: object,
) -> Iterator[Stage]:
    """Set it up, and clear it away again. `webs`: so many app processes instead of the usual."""
    databases.prepare()
    clock.stand_still(None)
    machine = Hurry(hurry, datetime.now(UTC))
    ports = [_free_port() for _ in range(webs or processes(kind))]
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.fresh_database(worker_id, kind) as url,
        StandIn(
            ledger=Path(folder) / "ledger.jsonl",
            **{"now": machine.now, "deliver": to_any_of(ports)} | twilio,
        ) as standin,
    ):
        settings = settings_for(standin, segments_per_second)
        database = Database(url, settings)
        try:
            people = _gather(database, patients)
            yield Stage(database, settings, url, standin, machine, people, ports, Path(folder))
        finally:
            database.close()


def settings_for(twilio: StandIn, segments_per_second: float = 100_000) -> Settings:
    """Settings of an installation that texts through the stand-in."""
    return Settings(
        _env_file=None,
        base_url=BASE_URL,
        sms="twilio",
        twilio_account_sid=twilio.account,
        twilio_auth_token=twilio.token,
        twilio_messaging_service_sid=twilio.service,
        twilio_api_url=twilio.url,
        twilio_segments_per_second=segments_per_second,
        **_KEYS,
    )


def processes(kind: Kind) -> int:
    """How many app processes an installation on that database has here."""
    return 1 if kind == "sqlite" else 4


def to_any_of(ports: Sequence[int]) -> Deliver:
    """Calls go where a proxy would lead them: to any of the app processes that takes them."""

    def deliver(address: str, form: Mapping[str, str], signature: str) -> int:
        for port in random.sample(ports, len(ports)):
            if status := over_http(f"http://127.0.0.1:{port}")(address, form, signature):
                return status
        return 0

    return deliver


def _gather(database: Database, patients: int) -> list[Patient]:
    with database.session() as db:
        clinic = enrolment.open_clinic(
            db,
            name="Northside Clinic",
            slug="northside",
            zone="America/New_York",
            phone="+13125550110",
        )
        return [
            enrolment.enrol(
                db,
                clinic,
                given_name=f"Patient {number}",
                family_name="Of Many",
                phone=f"+1312555{number:04d}",
                by=None,
            )
            for number in range(1000, 1000 + patients)
        ]


def _environment(settings: Settings, url: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name[:10] != "AFTERGLOW_"}
    # Else whoever is started anew compiles the whole application each time.
    clean.pop("PYTHONDONTWRITEBYTECODE", None)
    given = {
        "DATABASE_URL": url,
        "BASE_URL": settings.base_url,
        "SMS": "twilio",
        "SECRET_KEYS": _KEYS["secret_keys"],
        "ENCRYPTION_KEYS": _KEYS["encryption_keys"],
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token[0].get_secret_value(),
        "TWILIO_MESSAGING_SERVICE_SID": settings.twilio_messaging_service_sid,
        "TWILIO_API_URL": settings.twilio_api_url,
        "LEAVE_SECONDS": "0",
        "TWILIO_SEGMENTS_PER_SECOND": str(settings.twilio_segments_per_second),
    }
    named = {f"AFTERGLOW_{name}": value for name, value in given.items()}
    return clean | named | {"PYTHONPATH": str(ROOT)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
