"""Counts and ages over all clinics. Each reads a stretch of an index, however long the history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.backups import ages
from app.db.beats import DEAD_AFTER, WorkerBeat
from app.messaging import alarms, outbox, pace
from app.messaging.models import InboundText, Message, MessageStatus
from app.people.models import Clinic
from app.safety.models import SafetyAlert
from app.telehealth.models import VideoVisit

_LATELY = timedelta(hours=1)


def families(db: Session) -> Iterator[Metric]:
    """Every figure, with its words. Raises the database's errors."""
    yield from _workers(db)
    yield from _texts(db)
    yield from _troubles(db)
    yield from _copies(db)
    live = select(func.count()).where(
        VideoVisit.clinic_id.in_(select(Clinic.id)),  # the way into its index
        VideoVisit.ended_at.is_(None),
        VideoVisit.together_at.is_not(None),
    )
    yield _one("afterglow_calls_live", "Talks in which both sides are connected.", db.scalar(live))


def _workers(db: Session) -> Iterator[Metric]:
    now = clock.machine_now()
    seen = list(db.scalars(select(WorkerBeat.seen_at)))
    at_work = sum(abs(now - each) <= DEAD_AFTER for each in seen)
    yield _one("afterglow_workers", "Workers that were seen at work lately.", at_work)
    if seen:
        words = "Since the last sign of life of any worker."
        yield _one("afterglow_worker_silence_seconds", words, _since(max(seen), now))


def _texts(db: Session) -> Iterator[Metric]:
    now = clock.now()
    due = (Message.status == MessageStatus.QUEUED, Message.due_at <= now)
    waiting = select(Message.priority, func.count(), func.min(Message.due_at)).where(*due)
    depth = GaugeMetricFamily(
        "afterglow_texts_waiting", "Texts that are due and have not left.", labels=["priority"]
    )
    late = GaugeMetricFamily(
        "afterglow_texts_late_seconds",
        "How long the oldest of them has waited.",
        labels=["priority"],
    )
    for priority, count, since in db.execute(waiting.group_by(Message.priority)):
        depth.add_metric([str(priority)], count)
        late.add_metric([str(priority)], _since(since, now))
    yield depth
    yield late
    lately = (Message.due_at > now - _LATELY, Message.due_at <= now)
    states = select(Message.status, func.count()).where(
        Message.status.in_(list(MessageStatus)), *lately
    )
    yield _by(
        "afterglow_texts_last_hour",
        "Texts that were due within the last hour, by what became of them.",
        "state",
        db,
        states.group_by(Message.status),
    )
    held = pace.holds_back(db)
    yield _one("afterglow_texts_held", "1 while texts wait for their sender's pace.", held)
    stuck = outbox.lateness(db, pace.waits_for_none(db)).total_seconds()
    words = "How long the oldest due text has waited that no sender holds back."
    yield _one("afterglow_texts_stuck_seconds", words, stuck)
    inbound = select(func.count()).where(InboundText.understood_at.is_(None))
    words = "Texts that came in and were not looked at yet."
    yield _one("afterglow_replies_waiting", words, db.scalar(inbound))


def _troubles(db: Session) -> Iterator[Metric]:
    found = GaugeMetricFamily(
        "afterglow_alarms_open", "Open alarms about the road of texts.", labels=["code"]
    )
    for alarm in alarms.open_alarms(db):
        found.add_metric([alarm.code], 1)
    yield found
    open_one = (
        SafetyAlert.clinic_id.in_(select(Clinic.id)),  # by its index: clinic and taken on
        SafetyAlert.acknowledged_at.is_(None),
        SafetyAlert.closed_at.is_(None),
    )
    count = db.scalar(select(func.count()).where(*open_one))
    since = db.scalar(select(func.min(SafetyAlert.made_at)).where(*open_one))
    yield _one("afterglow_alerts_unanswered", "Safety alerts that nobody has taken on.", count)
    waits = 0 if since is None else _since(since, clock.now())
    words = "How long the oldest of them has waited."
    yield _one("afterglow_alerts_unanswered_seconds", words, waits)


def _copies(db: Session) -> Iterator[Metric]:
    newest, now = ages.last(db), clock.machine_now()
    if newest is None:
        return
    words = "Age of the last whole copy."
    yield _one("afterglow_copy_age_seconds", words, _since(newest.began_at, now))
    until = max(newest.followed_until or newest.began_at, newest.began_at)
    words = "Up to how long ago a restore would bring everything back."
    yield _one("afterglow_copy_reaches_seconds", words, _since(until, now))


def _one(name: str, words: str, value: float | None) -> Metric:
    family = GaugeMetricFamily(name, words)
    family.add_metric([], float(value or 0))
    return family


def _by(name: str, words: str, label: str, db: Session, counts: Select[Any, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, count in db.execute(counts):
        family.add_metric([str(value)], count)
    return family


def _since(moment: datetime, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds())
