"""Sends one notice that is due to every browser of its patient, and notes what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.db.engine import Database
from app.push import encryption, endpoints, notices, subscriptions, vapid, words
from app.push.models import NoticeStatus, PushNotice, PushSubscription
from app.push.service import PushService
from app.security.encryption import Unreadable
from app.settings import Settings

log = structlog.get_logger("notices")
_GONE = (404, 410)
_MOST_ATTEMPTS = 5
_WAIT = timedelta(minutes=2)  # twice as long each time


@dataclass(frozen=True)
class _Sealed:
    """One browser's share of a notice, ready to leave."""

    subscription_id: UUID
    endpoint: str
    headers: dict[str, str]
    body: bytes


def send_one(database: Database, service: PushService, settings: Settings) -> bool:
    """Claim the notice that is due first, hand it over outside any transaction, note the answers.

    False when none is due.
    """
    with database.session() as db:
        notice = notices.claim_next(db)
        if notice is None:
            return False
        sealed = _sealed(db, notice, settings)
    answers = {
        one.subscription_id: service.post(one.endpoint, one.headers, one.body) for one in sealed
    }
    with database.session() as db:
        outcome = _note(db, notice, answers)
    log.info("notice", outcome=outcome.value, browsers=len(answers))
    return True


def _sealed(db: Session, notice: PushNotice, settings: Settings) -> list[_Sealed]:
    seconds = int((notice.expires_at - clock.now()).total_seconds())
    if seconds <= 0:
        return []
    ready = []
    for subscription in subscriptions.live_of(db, notice.patient):
        endpoint = _endpoint(subscription)
        # The settings may have changed since it was taken.
        if not endpoints.is_known(endpoint, settings.push_hosts):
            subscriptions.end(subscription)
            continue
        plain = words.payload(subscription.language)
        try:
            authorization = vapid.authorization(db, endpoint, settings.contact)
        except Unreadable:  # a key was retired too early
            log.error("key of notices unreadable")
            return []
        headers = {
            "Authorization": authorization,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(seconds),
            "Urgency": "normal",
            "Topic": "quiet-minute",  # one that still waits gives way to the next
        }
        body = encryption.seal(plain, subscription.p256dh, subscription.auth)
        ready.append(_Sealed(subscription.id, endpoint, headers, body))
    return ready


def _endpoint(subscription: PushSubscription) -> str:
    try:
        return subscription.endpoint
    except Unreadable:
        log.error("subscription unreadable", subscription=str(subscription.id))
        return ""


def _note(db: Session, notice: PushNotice, answers: dict[UUID, int | None]) -> NoticeStatus:
    is_sent, is_waiting = False, False
    for subscription_id, status in answers.items():
        subscription = db.get(PushSubscription, subscription_id)
        if subscription is None or subscription.ended_at is not None:
            continue
        if status is not None and 200 <= status < 300:
            subscription.failures, is_sent = 0, True
        elif status in _GONE:
            subscriptions.end(subscription)
        else:
            subscriptions.note_failure(subscription)
            is_waiting = is_waiting or status is None or status == 429 or status >= 500
    if is_sent:
        return _conclude(db, notice, NoticeStatus.SENT)
    again_at = clock.now() + _WAIT * 2 ** (notice.attempts - 1)
    if is_waiting and notice.attempts < _MOST_ATTEMPTS and again_at < notice.expires_at:
        return _conclude(db, notice, NoticeStatus.QUEUED, again_at=again_at)
    # Without an answer nobody was asked: no browser of theirs takes notices, or it was too late.
    return _conclude(db, notice, NoticeStatus.FAILED if answers else NoticeStatus.CANCELLED)


def _conclude(
    db: Session, notice: PushNotice, status: NoticeStatus, *, again_at: datetime | None = None
) -> NoticeStatus:
    values: dict[str, object] = {"status": status, "leased_until": None}
    if again_at is not None:
        values["due_at"] = again_at
    if status is NoticeStatus.SENT:
        values["sent_at"] = clock.now()
    # The attempt is the fence: a worker that comes back late overwrites no newer verdict.
    db.execute(
        update(PushNotice)
        .where(PushNotice.id == notice.id, PushNotice.attempts == notice.attempts)
        .values(**values)
    )
    return status
