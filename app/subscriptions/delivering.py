"""Tells one other system one thing, and notes what became of it.

A subscription is told in order: what it did not take is tried again before anything newer, from
seconds to an hour apart, for a day. Then what is that old is given up, and newer things go on being
tried. Several workers may do this: a subscription is in one hand at a time.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.engine import Database
from app.security.encryption import Unreadable
from app.settings import Settings
from app.subscriptions import notice, signing
from app.subscriptions.models import (
    EventStatus,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
)
from app.subscriptions.receiver import Receiver

log = structlog.get_logger("subscriptions")
LEASE = timedelta(seconds=60)
A_DAY = timedelta(days=1)
WAITS = (5, 30, 120, 600, 1800, 3600)  # seconds after so many failures on end; then the last
_GONE = 410
_LIVE = (SubscriptionStatus.ACTIVE, SubscriptionStatus.ERROR)


@dataclass(frozen=True)
class _Taken:
    """One thing in hand, ready to leave."""

    subscription_id: UUID
    claim: int
    event_id: UUID
    endpoint: str
    headers: dict[str, str]
    body: bytes


def deliver_one(database: Database, receiver: Receiver, settings: Settings) -> bool:
    """Claim the subscription that waits longest, tell it its oldest news outside any transaction.

    False when nobody is to be told anything now.
    """
    with database.session() as db:
        taken = _take(db, settings)
    if taken is None:
        return False
    answer = receiver.post(taken.endpoint, taken.headers, taken.body) if taken.endpoint else None
    with database.session() as db:
        outcome = _note(db, taken, answer)
    log.info("told", subscription=str(taken.subscription_id), answer=answer or 0, outcome=outcome)
    return True


def _take(db: Session, settings: Settings) -> _Taken | None:
    subscription = _claim(db)
    if subscription is None:
        return None
    event = db.scalars(
        select(SubscriptionEvent)
        .where(
            SubscriptionEvent.subscription_id == subscription.id,
            SubscriptionEvent.status == EventStatus.WAITING,
        )
        .order_by(SubscriptionEvent.position)
        .limit(1)
    ).first()
    if event is None:  # taken back in this very moment
        subscription.leased_until = None
        return None
    if event.number is None:
        subscription.last_number += 1
        event.number = subscription.last_number
    event.attempts += 1
    return _packed(subscription, event, f"{settings.base_url}/fhir/R4")


def _claim(db: Session) -> Subscription | None:
    now = clock.machine_now()
    is_free = (
        Subscription.status.in_(_LIVE),
        Subscription.try_at <= now,
        or_(Subscription.leased_until.is_(None), Subscription.leased_until < now),
        or_(Subscription.ends_at.is_(None), Subscription.ends_at > now),
    )
    has_news = exists().where(
        SubscriptionEvent.subscription_id == Subscription.id,
        SubscriptionEvent.status == EventStatus.WAITING,
    )
    due = (
        select(Subscription.id)
        .where(*is_free, has_news)
        .order_by(Subscription.try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return db.scalar(
        update(Subscription)
        .where(Subscription.id == due, *is_free)
        .values(leased_until=now + LEASE, claim=Subscription.claim + 1)
        .returning(Subscription)
        .execution_options(populate_existing=True)
    )


def _packed(subscription: Subscription, event: SubscriptionEvent, base: str) -> _Taken:
    try:
        endpoint, lines = subscription.endpoint, subscription.headers or []
        secret = subscription.secret or b""
    except Unreadable:  # a key was retired too early
        log.error("subscription unreadable", subscription=str(subscription.id))
        endpoint, lines, secret = "", [], b""
    body = notice.body(subscription, event, base)
    headers = {"Content-Type": notice.MEDIA_TYPE}
    headers |= {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    headers |= signing.headers(secret, str(event.id), clock.machine_now(), body)
    return _Taken(subscription.id, subscription.claim, event.id, endpoint, headers, body)


def _note(db: Session, taken: _Taken, answer: int | None) -> str:
    """What became of it, unless somebody else has taken it in hand meanwhile."""
    subscription = db.scalar(
        select(Subscription)
        .where(Subscription.id == taken.subscription_id, Subscription.claim == taken.claim)
        .with_for_update()
    )
    event = db.get(SubscriptionEvent, taken.event_id)
    if subscription is None or event is None:
        return "late"
    now = clock.machine_now()
    subscription.leased_until, subscription.try_at = None, now
    subscription.last_answer = event.last_answer = answer or 0
    if answer is not None and 200 <= answer < 300:
        _note_taken(subscription, event)
        return "delivered"
    if answer == _GONE:
        subscription.status = SubscriptionStatus.OFF
        subscription.changed_at = now
        return "gone"
    return _note_refused(db, subscription, event)


def _note_taken(subscription: Subscription, event: SubscriptionEvent) -> None:
    now = clock.machine_now()
    event.status, event.delivered_at = EventStatus.DELIVERED, now
    subscription.delivered_at, subscription.failures = now, 0
    subscription.failing_since_at = None
    if subscription.status is SubscriptionStatus.ERROR:
        subscription.status, subscription.changed_at = SubscriptionStatus.ACTIVE, now


def _note_refused(db: Session, subscription: Subscription, event: SubscriptionEvent) -> str:
    now = clock.machine_now()
    subscription.failures += 1
    subscription.failing_since_at = subscription.failing_since_at or now
    wait = WAITS[min(subscription.failures, len(WAITS)) - 1]
    subscription.try_at = now + timedelta(seconds=wait)
    if now - subscription.failing_since_at < A_DAY:
        return "again"
    if subscription.status is SubscriptionStatus.ACTIVE:
        subscription.status, subscription.changed_at = SubscriptionStatus.ERROR, now
    event.status = EventStatus.DEAD
    db.flush()  # the statement below must not touch it again
    db.execute(
        update(SubscriptionEvent)
        .where(
            SubscriptionEvent.subscription_id == subscription.id,
            SubscriptionEvent.status == EventStatus.WAITING,
            SubscriptionEvent.made_at <= clock.now() - A_DAY,
        )
        .values(status=EventStatus.DEAD)
    )
    return "given up"
