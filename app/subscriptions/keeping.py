"""Subscriptions of other systems: begun, changed, put to rest, ended; and what to send again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db import telling
from app.db.base import Model
from app.i18n import gettext as _
from app.people.models import Clinic
from app.refusal import Refusal
from app.settings import Settings
from app.subscriptions import addresses, signing
from app.subscriptions.models import (
    EventStatus,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
)

RESOURCE_TYPES = telling.RESOURCE_TYPES
MOST = 50  # of one clinic
_KEPT = timedelta(days=30)
_DEAD_KEPT = timedelta(days=90)


class TooMany(Refusal):
    pass


class Ended(Refusal):
    pass


@dataclass(frozen=True)
class Wish:
    """What another system asks for."""

    resource_type: str
    endpoint: str
    reason: str
    headers: Sequence[str] = field(default_factory=tuple)
    with_ids: bool = True
    ends_at: datetime | None = None
    is_off: bool = False


def create(
    db: Session, clinic: Clinic, wish: Wish, settings: Settings, *, by: Model
) -> tuple[Subscription, str]:
    """Tell from now on. The key that signs is shown this once.

    Refuses an address that may not be called (AddressRefused), and too many (TooMany).
    """
    address = addresses.read(wish.endpoint, settings)
    live = select(func.count()).where(
        Subscription.clinic_id == clinic.id, Subscription.ended_at.is_(None)
    )
    if (db.scalar(live) or 0) >= MOST:
        raise TooMany(_("There are %(count)s subscriptions. End one first.") % {"count": MOST})
    now, secret = clock.machine_now(), signing.new_secret()
    subscription = Subscription(
        clinic_id=clinic.id,
        api_key_id=_key(by),
        status=SubscriptionStatus.OFF if wish.is_off else SubscriptionStatus.ACTIVE,
        resource_type=wish.resource_type,
        reason=wish.reason,
        with_ids=wish.with_ids,
        ends_at=wish.ends_at,
        endpoint=wish.endpoint,
        headers=list(wish.headers),
        secret=secret,
        host=address.host,
        try_at=now,
        changed_at=now,
        made_at=clock.now(),
    )
    db.add(subscription)
    db.flush()  # its own count and the trail point at the row
    trail.record(db, "subscribe", agent=by, entity=subscription, detail=wish.resource_type)
    return subscription, signing.written(secret)


def change(
    db: Session, subscription: Subscription, wish: Wish, settings: Settings, *, by: Model
) -> None:
    """Another address, other headers, on or off. Refuses as `create` does, and (Ended) one gone.

    From now on it is told on the word of the key that said so, and ends with that one.
    """
    _refuse_ended(subscription)
    address = addresses.read(wish.endpoint, settings)
    subscription.api_key_id = _key(by)
    subscription.resource_type, subscription.reason = wish.resource_type, wish.reason
    subscription.with_ids, subscription.ends_at = wish.with_ids, wish.ends_at
    subscription.endpoint, subscription.host = wish.endpoint, address.host
    subscription.headers = list(wish.headers)
    _turn(subscription, is_off=wish.is_off)
    trail.record(db, "change-subscription", agent=by, entity=subscription)


def pause(db: Session, subscription: Subscription, *, by: Model) -> None:
    """Tell nothing, and write down nothing, until `resume`. What waits goes on waiting."""
    _refuse_ended(subscription)
    _turn(subscription, is_off=True)
    trail.record(db, "pause-subscription", agent=by, entity=subscription)


def resume(db: Session, subscription: Subscription, *, by: Model) -> None:
    """Tell again, and try at once what waits. What happened meanwhile was not written down."""
    _refuse_ended(subscription)
    _turn(subscription, is_off=False)
    trail.record(db, "resume-subscription", agent=by, entity=subscription)


def end(db: Session, subscription: Subscription, *, by: Model | None) -> None:
    """For good: nothing is told any more, and what named the receiver is gone. Twice is once."""
    if subscription.ended_at is not None:
        return
    now = clock.machine_now()
    subscription.status, subscription.ended_at = SubscriptionStatus.OFF, now
    subscription.changed_at = now
    subscription.endpoint, subscription.headers, subscription.secret = "", None, None
    db.execute(
        delete(SubscriptionEvent).where(
            SubscriptionEvent.subscription_id == subscription.id,
            SubscriptionEvent.status != EventStatus.DELIVERED,
        )
    )
    trail.record(db, "end-subscription", agent=by, entity=subscription)


def end_all_of(db: Session, api_key_id: UUID, *, by: Model | None) -> None:
    """A key was revoked: what was told on its word is told no more."""
    rows = select(Subscription).where(
        Subscription.api_key_id == api_key_id, Subscription.ended_at.is_(None)
    )
    for subscription in db.scalars(rows).all():
        end(db, subscription, by=by)


def pass_on(db: Session, api_key_id: UUID, heir_id: UUID, *, by: Model | None) -> None:
    """A key was revoked that another one replaces: what was told on its word is told on that."""
    rows = select(Subscription).where(
        Subscription.api_key_id == api_key_id, Subscription.ended_at.is_(None)
    )
    for subscription in db.scalars(rows).all():
        subscription.api_key_id = heir_id
        trail.record(db, "change-subscription", agent=by, entity=subscription)


def replay(
    db: Session, subscription: Subscription, *, by: Model, since: datetime | None = None
) -> int:
    """Send again what was given up; with `since`, all that has happened since then. How many.

    It goes in its old order, before what is newer. Refuses (Ended) one that is gone.
    """
    _refuse_ended(subscription)
    again: tuple[EventStatus, ...] = (EventStatus.DEAD,)
    query = update(SubscriptionEvent).where(SubscriptionEvent.subscription_id == subscription.id)
    if since is not None:
        again = (EventStatus.DEAD, EventStatus.DELIVERED)
        query = query.where(SubscriptionEvent.made_at >= since)
    found = db.scalars(
        query.where(SubscriptionEvent.status.in_(again))
        .values(status=EventStatus.WAITING, attempts=0)
        .returning(SubscriptionEvent.id)
        .execution_options(synchronize_session=False)
    ).all()
    _try_now(subscription)
    trail.record(db, "replay", agent=by, entity=subscription, detail=str(len(found)))
    return len(found)


def of(db: Session, clinic: Clinic) -> list[Subscription]:
    """The clinic's live subscriptions, oldest first."""
    return list(
        db.scalars(
            select(Subscription)
            .where(Subscription.clinic_id == clinic.id, Subscription.ended_at.is_(None))
            .order_by(Subscription.made_at, Subscription.id)
        )
    )


def counts(db: Session, ids: Iterable[UUID]) -> dict[tuple[UUID, EventStatus], int]:
    """How many wait and how many were given up, of these subscriptions."""
    rows = db.execute(
        select(SubscriptionEvent.subscription_id, SubscriptionEvent.status, func.count())
        .where(
            SubscriptionEvent.subscription_id.in_(list(ids)),
            SubscriptionEvent.status != EventStatus.DELIVERED,
        )
        .group_by(SubscriptionEvent.subscription_id, SubscriptionEvent.status)
    )
    return {(subscription_id, status): count for subscription_id, status, count in rows}


def given_up(db: Session, subscription: Subscription, most: int = 50) -> list[SubscriptionEvent]:
    """The newest of what was given up."""
    return list(
        db.scalars(
            select(SubscriptionEvent)
            .where(
                SubscriptionEvent.subscription_id == subscription.id,
                SubscriptionEvent.status == EventStatus.DEAD,
            )
            .order_by(SubscriptionEvent.position.desc())
            .limit(most)
        )
    )


def given_up_by_clinic(db: Session) -> dict[UUID, int]:
    """How many changes were given up, of each clinic that has any."""
    rows = db.execute(
        select(SubscriptionEvent.clinic_id, func.count())
        .where(SubscriptionEvent.status == EventStatus.DEAD)
        .group_by(SubscriptionEvent.clinic_id)
    )
    return {row[0]: row[1] for row in rows}


def tidy(db: Session) -> None:
    """What is over is put to rest, and what was told long ago is forgotten. For the worker."""
    now = clock.machine_now()
    db.execute(
        update(Subscription)
        .where(Subscription.ends_at <= now, Subscription.status != SubscriptionStatus.OFF)
        .values(status=SubscriptionStatus.OFF, changed_at=now)
    )
    for status, kept in ((EventStatus.DELIVERED, _KEPT), (EventStatus.DEAD, _DEAD_KEPT)):
        db.execute(
            delete(SubscriptionEvent).where(
                SubscriptionEvent.status == status, SubscriptionEvent.made_at < clock.now() - kept
            )
        )


def _key(by: Model) -> UUID | None:
    return by.id if by.__tablename__ == "api_key" else None


def _turn(subscription: Subscription, *, is_off: bool) -> None:
    subscription.changed_at = clock.machine_now()
    if is_off:
        subscription.status = SubscriptionStatus.OFF
    else:
        if subscription.status is SubscriptionStatus.OFF:
            subscription.status = SubscriptionStatus.ACTIVE
        _try_now(subscription)


def _try_now(subscription: Subscription) -> None:
    subscription.try_at = clock.machine_now()
    subscription.failures, subscription.failing_since_at = 0, None


def _refuse_ended(subscription: Subscription) -> None:
    if subscription.ended_at is not None:
        raise Ended(_("That subscription has ended."))
