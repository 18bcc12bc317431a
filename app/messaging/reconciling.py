"""Finds out what became of texts that nobody told us about.

In doubt (the answer to our request was lost, or the worker died): a callback may settle it; else
the gateway's list is searched; else, a while after the request and while the text is still wanted,
it is sent once more, if a second copy does no harm; else it goes to a person, and the search goes
on. Accepted, but never called back about: the gateway is asked at growing intervals.

All of it is machine time. What was noted at a moment that is still to come was noted before the
clock was set back, and counts as noted now.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.db.engine import Database
from app.messaging import claims, delivery, failing, outbox, reports
from app.messaging.gateway import Report, SmsGateway, Unreachable
from app.messaging.models import DeliveryReport, Message, MessageStatus
from app.security.encryption import Unreadable
from app.tasks import desk
from app.tasks.models import TaskCode

log = structlog.get_logger("texts")
RESEND_AFTER = timedelta(seconds=90)  # since the claim; by then a text that was taken is listed
_UNTIL_ANSWERED = timedelta(seconds=30)  # another worker asks if this one dies meanwhile
# Before its claim: our clock may have been a day ahead of the gateway's then. What was made for
# another text is passed over, so that looking further back finds nothing wrong.
_LOOK_BACK = timedelta(hours=26)
_MINUTE = timedelta(minutes=1)
_A_DAY = timedelta(days=1)
_INTERVALS = [_MINUTE * n for n in (1, 2, 5, 15, 60, 240, 720)]
_OPEN_ENDS = (MessageStatus.ACCEPTED, MessageStatus.SENT)


def look_into_one(database: Database, gateway: SmsGateway, base_url: str) -> bool:
    """Ask the gateway about the text that has waited longest, one in doubt before all others.

    False when none waits.
    """
    with database.session() as db:
        message = _claim(db)
        if message is None:
            return False
        body = _readable(db, message, base_url)
    if body is None:
        return True
    try:
        if message.status is MessageStatus.IN_DOUBT:
            found = gateway.find(message.number, body, _since(message))
            with database.session() as db:
                _settle(db, db.merge(message, load=False), found)
        elif message.provider_sid:
            report = gateway.fetch(message.provider_sid)
            with database.session() as db:
                _take_in(db, db.merge(message, load=False), report)
    except Unreachable:
        with database.session() as db:
            _wait_on(db, db.merge(message, load=False))
        log.info("text unknown", status=message.status.value)
    return True


def _claim(db: Session) -> Message | None:
    now = clock.machine_now()
    is_doubt = Message.status == MessageStatus.IN_DOUBT
    was_set_back = and_(is_doubt, Message.claimed_at > now)
    is_due = or_(Message.look_at <= now, was_set_back)
    due = (
        select(Message.id)
        .where(is_due)
        # A doubt first: a visit may be near, while of what was accepted nothing hangs on it.
        .order_by(Message.status != MessageStatus.IN_DOUBT, Message.look_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = db.scalar(
        update(Message)
        .where(Message.id == due, is_due)
        .values(
            look_at=now + _UNTIL_ANSWERED,
            looks=Message.looks + 1,
            claimed_at=case((was_set_back, now), else_=Message.claimed_at),
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return None
    return db.get(
        Message,
        claimed,
        options=[joinedload(Message.patient), joinedload(Message.link)],
    )


def _readable(db: Session, message: Message, base_url: str) -> str | None:
    """The body as it was sent; None when a key was retired too early: then only staff can help."""
    try:
        return delivery.rendered(message, base_url)
    except (Unreadable, KeyError):
        if message.status is MessageStatus.IN_DOUBT:
            _leave_to_staff(db, message)
        message.look_at = None
        return None


def _since(message: Message) -> datetime:
    return _claimed_at(message) - _LOOK_BACK


def _claimed_at(message: Message) -> datetime:
    assert message.claimed_at is not None  # as every text that was ever handed over
    return message.claimed_at


def _settle(db: Session, message: Message, found: list[str]) -> None:
    """What the list says about a text in doubt."""
    ours = [sid for sid in found if not _is_of_another(db, message, sid)]
    for sid in ours:
        reports.apply_status(db, message, "accepted", "", sid)
    if ours or not _is_still_in_doubt(db, message):
        return
    resend_at = _claimed_at(message) + RESEND_AFTER
    if clock.machine_now() < resend_at:
        message.look_at = min(resend_at, clock.machine_now() + _MINUTE / 2)
    elif message.error_code == outbox.WITHDRAWN:
        message.status, message.once_key, message.look_at = MessageStatus.CANCELLED, None, None
        reports.settle_doubt(db, message)
    elif _may_be_sent_again(message):
        message.status, message.was_resent, message.look_at = MessageStatus.QUEUED, True, None
    else:
        _leave_to_staff(db, message)
    live.publish(db, f"desk:{message.clinic_id}")


def _take_in(db: Session, message: Message, report: Report | None) -> None:
    if report is not None:
        reports.apply_status(db, message, report.word, report.error_code, report.sid)
    claims.hold(db, message)
    if message.status in _OPEN_ENDS:
        message.look_at = _next_look(message)


def _wait_on(db: Session, message: Message) -> None:
    """The gateway said nothing. Staff are told of a doubt that should have been settled by now."""
    if _is_still_in_doubt(db, message):
        if clock.machine_now() >= _claimed_at(message) + RESEND_AFTER:
            _leave_to_staff(db, message)
        else:
            message.look_at = clock.machine_now() + _MINUTE / 4
    elif message.status in _OPEN_ENDS:
        message.look_at = _next_look(message)


def _is_still_in_doubt(db: Session, message: Message) -> bool:
    # A callback may have come while the gateway was asked; the next attempt may be on its way.
    attempt = message.attempt
    claims.hold(db, message)
    return message.status is MessageStatus.IN_DOUBT and message.attempt == attempt


def _may_be_sent_again(message: Message) -> bool:
    is_wanted = message.expires_at is None or clock.now() < message.expires_at
    return is_wanted and not message.was_resent and failing.may_go_twice(message)


def _leave_to_staff(db: Session, message: Message) -> None:
    """To a person: a second text is worse than a late one. The search goes on for a day."""
    # By the doubt's age: while the gateway was out of reach it may have been asked often.
    age = clock.machine_now() - _claimed_at(message)
    message.look_at = clock.machine_now() + max(_MINUTE, age) if age < _A_DAY else None
    if message.patient is not None and message.error_code != outbox.WITHDRAWN:
        desk.open_task(
            db,
            TaskCode.TEXT_IN_DOUBT,
            message.patient,
            by=None,
            appointment_id=message.appointment_id,
            urgent=True,
        )


def _next_look(message: Message) -> datetime | None:
    """Later each time; None when it has been asked often enough."""
    if message.looks > len(_INTERVALS):
        return None
    return clock.machine_now() + _INTERVALS[message.looks - 1]


def _is_of_another(db: Session, message: Message, sid: str) -> bool:
    """Two visits may be told the same words: what was made for the other one settles nothing."""
    named = select(Message.id).where(Message.provider_sid == sid, Message.id != message.id)
    reported = select(DeliveryReport.id).where(
        DeliveryReport.sid == sid, DeliveryReport.message_id != message.id
    )
    return db.scalar(named) is not None or db.scalar(reported) is not None
