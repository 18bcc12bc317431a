"""Ten thousand texts due in the same minute, over the gateway's own protocol, at its pace.

One in a hundred is the way into a visit: two fifths of these are due with all others, the rest one
by one while the queue is long. Workers are real processes; the gateway is the stand-in on loopback,
which takes all that comes and writes down when. CPU is what the workers use from the first text to
the last beyond what they use when none is due. The pace is a sender's of 50 segments a second.
"""

import os
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.beats import WorkerBeat
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging import outbox
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.scheduling.models import Appointment
from bench.reliability.installation import Installation
from bench.reliability.people import errand, zone_by_day
from bench.rows import Row, at_most, seen
from tests.databases import Kind

_PACE = 50.0  # segments a second
_AHEAD_SECONDS = 0.5  # may go ahead of it: see app.messaging.pace
_PATIENTS = 50
_OTHERS = (Purpose.WRITTEN, Purpose.CONFIRM, Purpose.EVENING, Purpose.NOTICE)
_WORDS = "Northside: Dr. Okafor is ready when you are. Tap {link} to join, no login."
_LATE_SECONDS = 2.0
_CPU_MILLISECONDS = 3.0


def measure(*, full: bool) -> list[Row]:
    """One worker on SQLite, one and four on PostgreSQL."""
    texts = 10_000 if full else 1_500
    runs: list[tuple[Kind, int]] = [("sqlite", 1), ("postgresql", 1), ("postgresql", 4)]
    return [row for kind, workers in runs for row in _rows(kind, workers, texts)]


def _rows(kind: Kind, workers: int, texts: int) -> list[Row]:
    pace = {"twilio_segments_per_second": str(_PACE)}
    with Installation(
        kind,
        processes=1,
        workers=0,
        patients=_PATIENTS,
        zone=zone_by_day(),
        environment=pace,
    ) as clinic:
        names = [f"worker-{number}" for number in range(1, workers + 1)]
        due_at = _queue(clinic, texts)
        for name in names:
            clinic.start(name)
        _wait(clinic, workers)
        idle = _used(clinic, names, until=due_at)
        began = time.monotonic()
        busy = _cpu(clinic, names)
        _wait_until_all_left(clinic, texts, due_at)
        busy = _cpu(clinic, names) - busy - idle * (time.monotonic() - began)
        name = f"{texts:,} texts at once, {kind} × {workers}"
        return [*_told(clinic, name, busy), seen(f"{name}: workers before, CPU", idle, "s/s")]


def _used(clinic: Installation, names: list[str], *, until: datetime) -> float:
    """Seconds of CPU a second while nothing is due yet."""
    left = (until - datetime.now(UTC)).total_seconds()
    if left < 1:
        raise RuntimeError("the workers were not ready when the texts were due")
    used = _cpu(clinic, names)
    time.sleep(left)
    return (_cpu(clinic, names) - used) / left


def _queue(clinic: Installation, texts: int) -> datetime:
    """All are queued, then made due together, a little ahead: the workers start meanwhile."""
    people = clinic.people
    visit = errand(clinic.database, people.patients[0], people.clinician).appointment_id
    for begins in range(0, texts, 500):
        with clinic.database.session() as db:
            patients = [db.get_one(Patient, each.id) for each in people.patients]
            for number in range(begins, min(begins + 500, texts)):
                _queue_one(db, patients[number % _PATIENTS], number, visit)
    with clinic.database.session() as db:
        due_at = clock.now() + timedelta(seconds=45)
        ours = Message.once_key.startswith("at-once:")
        db.execute(update(Message).where(ours).values(due_at=due_at))
        joins = select(Message).where(ours, Message.purpose == Purpose.JOIN)
        for number, join in enumerate(db.scalars(joins.order_by(Message.id)).all()):
            if number % 5 > 1:
                join.due_at = due_at + timedelta(seconds=number * 80 / _PACE)
    return due_at


def _queue_one(db: Session, patient: Patient, number: int, visit: object) -> None:
    is_join = number % 100 == 0
    purpose = Purpose.JOIN if is_join else _OTHERS[number % len(_OTHERS)]
    appointment = db.get_one(Appointment, visit)
    link = None
    if is_join:
        link = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            appointment_id=appointment.id,
            expires_at=clock.now() + timedelta(days=2),
        )
    outbox.enqueue(
        db,
        purpose,
        _WORDS if is_join else "Northside: see you soon.",
        patient=patient,
        due_at=clock.now() + timedelta(days=1),
        link=link,
        once_key=f"at-once:{number}",
        at_any_hour=True,
    )


def _wait(clinic: Installation, workers: int) -> None:
    until = time.monotonic() + 60
    beats = select(func.count()).select_from(WorkerBeat)
    while time.monotonic() < until:
        with clinic.database.session(write=False) as db:
            if (db.scalar(beats) or 0) >= workers:
                return
        time.sleep(0.5)
    raise RuntimeError("the workers did not start")


def _wait_until_all_left(clinic: Installation, texts: int, due_at: datetime) -> None:
    until = due_at + timedelta(seconds=60 + 10 * texts / _PACE)
    waiting = select(func.count()).where(
        Message.once_key.startswith("at-once:"),
        Message.status.in_((MessageStatus.QUEUED, MessageStatus.SENDING)),
    )
    while datetime.now(UTC) < until:
        time.sleep(2)
        with clinic.database.session(write=False) as db:
            if not db.scalar(waiting):
                return
    raise RuntimeError("not all texts left")


def _told(clinic: Installation, name: str, used: float) -> list[Row]:
    late: dict[str, list[float]] = defaultdict(list)
    left: list[float] = []
    asked = select(Message.purpose, Message.due_at, Message.sent_at).where(
        Message.once_key.startswith("at-once:"), Message.sent_at.is_not(None)
    )
    with clinic.database.session(write=False) as db:
        for purpose, due_at, sent_at in db.execute(asked):
            assert sent_at is not None  # as was asked
            late[purpose.value].append((sent_at - due_at).total_seconds())
            left.append(sent_at.timestamp())
    most = _most_in_a_second(sorted(_at(text.made_at) for text in clinic.twilio.made()))
    seconds = max(left) - min(left)
    joins = late.pop(Purpose.JOIN.value)
    cpu = used / len(left) * 1000
    return [
        at_most(f"{name}: join texts late, p99", _part(joins, 0.99), "s", _LATE_SECONDS),
        seen(f"{name}: join texts late, p50", _part(joins, 0.5), "s"),
        *_others(name, late),
        at_most(f"{name}: most in one second", most, "", _PACE * (1 + _AHEAD_SECONDS) + 1),
        seen(f"{name}: a second, of {_PACE:g} permitted", len(left) / seconds, ""),
        at_most(f"{name}: worker CPU a text", cpu, "ms", _CPU_MILLISECONDS),
    ]


def _others(name: str, late: dict[str, list[float]]) -> list[Row]:
    return [
        seen(f"{name}: {purpose} late, {word}", _part(late[purpose.value], part), "s")
        for purpose in _OTHERS
        for word, part in (("p50", 0.5), ("p99", 0.99))
    ]


def _at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _most_in_a_second(moments: list[float]) -> int:
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def _part(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def _cpu(clinic: Installation, names: list[str]) -> float:
    """Seconds that these processes have computed so far."""
    stats = [Path(f"/proc/{clinic.pid(name)}/stat").read_text() for name in names]
    words = [stat.rsplit(")", 1)[1].split() for stat in stats]
    return sum(int(each[11]) + int(each[12]) for each in words) / os.sysconf("SC_CLK_TCK")
