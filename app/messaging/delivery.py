"""Sends texts that are due, one after the other, and notes what the gateway answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app import clock, live
from app.db.engine import Database
from app.links import magic_links
from app.messaging import claims, failing, leaving, pace, reports, troubles
from app.messaging.gateway import Accepted, Answer, Declined, InDoubt, Outgoing, SmsGateway, TooFast
from app.messaging.models import Message, MessageStatus
from app.messaging.segments import segments
from app.security.encryption import Unreadable

log = structlog.get_logger("texts")
apply_status = reports.apply_status


@dataclass(frozen=True)
class _Claimed:
    """A text in hand, as it leaves."""

    message: Message
    outgoing: Outgoing


@dataclass(frozen=True)
class _Answered:
    """What the gateway said of a text."""

    message: Message
    answer: Answer


@dataclass(frozen=True)
class _Hands:
    """Who sends, and by what. `aside`: senders of whose last text nobody knows what became."""

    database: Database
    gateway: SmsGateway
    worker: str
    base_url: str
    aside: set[UUID | None]

    def claim(self, db: Session) -> _Claimed | bool:
        return _claim(db, self.gateway, self.worker, self.base_url, self.aside)

    def hand_over(self, claimed: _Claimed) -> _Answered | None:
        """Outside any transaction: the row says already that it leaves."""
        message = claimed.message
        if not claims.has_enough_left(message):
            with self.database.session() as db:
                claims.put_back(db, message)  # it was never handed over
            return None
        answer = self.gateway.send(claimed.outgoing)
        log.info("text", outcome=type(answer).__name__, purpose=message.purpose.value)
        if isinstance(answer, InDoubt):
            self.aside.add(message.sender_id)
        return _Answered(message, answer)


def send_one(
    database: Database,
    gateway: SmsGateway,
    worker: str,
    base_url: str,
    aside: set[UUID | None] | None = None,
) -> bool:
    """Claim the text that leaves first, hand it over outside any transaction, note the answer.

    False when nothing is due, or the pace of its sender lets nothing leave just now. `aside` is
    kept by the caller from one text to the next: the senders of whose last text nobody knows what
    became (None: the installation's). What leaves by others comes first, so that one which stalls
    holds up itself alone.
    """
    hands = _Hands(database, gateway, worker, base_url, set() if aside is None else aside)
    with database.session() as db:
        claimed = hands.claim(db)
    if not isinstance(claimed, _Claimed):
        return claimed
    answered = hands.hand_over(claimed)
    if answered is not None:
        _keep(database, answered)
    return True


def send_all(
    database: Database,
    gateway: SmsGateway,
    worker: str,
    base_url: str,
    aside: set[UUID | None],
    *,
    goes_on: Callable[[], bool],
) -> None:
    """The same until nothing leaves any more, or nothing new is to be begun.

    What was answered about one text is noted in the transaction that claims the next.
    """
    hands = _Hands(database, gateway, worker, base_url, aside)
    answered: _Answered | None = None
    found: _Claimed | bool = True
    while found:
        if isinstance(found, _Claimed):
            answered = hands.hand_over(found)
        found = _note_and_claim(hands, answered, goes_on)
        answered = None


def _note_and_claim(
    hands: _Hands, answered: _Answered | None, goes_on: Callable[[], bool]
) -> _Claimed | bool:
    if answered is not None and not (isinstance(answered.answer, Accepted) and goes_on()):
        # What else was answered may stop senders, and waits for rows that others hold.
        _keep(hands.database, answered)
        answered = None
    if answered is None:
        if not goes_on():
            return False
        with hands.database.session() as db:
            return hands.claim(db)
    try:
        with hands.database.session() as db:
            is_noted = _note_answered(db, answered)
            found = hands.claim(db)
    except Exception:
        _keep(hands.database, answered)  # whatever is wrong with the next one
        raise
    _settle(hands.database, answered, is_noted=is_noted)
    return found


def _keep(database: Database, answered: _Answered) -> None:
    """Note what was answered, in a transaction of its own."""
    with database.session() as db:
        is_noted = _note_answered(db, answered)
    _settle(database, answered, is_noted=is_noted)


def _note_answered(db: Session, answered: _Answered) -> bool:
    # Merged as it was claimed, so that the fence still compares this claim.
    return _note(db, db.merge(answered.message, load=False), answered.answer)


def _settle(database: Database, answered: _Answered, *, is_noted: bool) -> None:
    if is_noted or not isinstance(answered.answer, Accepted):
        return
    # A callback was quicker, or somebody has taken this text for lost meanwhile. In a
    # transaction of its own: whoever holds the text must not wait for its patient's row.
    with database.session() as db:
        message = db.get_one(Message, answered.message.id)
        reports.apply_status(db, message, "accepted", "", answered.answer.sid)


def rendered(message: Message, base_url: str) -> str:
    """The body as the phone shows it, with the link's address derived into its place."""
    if message.link is None:
        return message.body
    return message.body.replace("{link}", magic_links.address_of(message.link, base_url))


def _claim(
    db: Session, gateway: SmsGateway, worker: str, base_url: str, aside: set[UUID | None]
) -> _Claimed | bool:
    """The text that leaves next; else whether there may be another one."""
    roads = pace.open_now(db, gateway, aside)
    found = claims.claim_next(db, worker, but=roads.closed, only=roads.only) if roads else None
    if found is None:
        stalled = bool(aside)
        aside.clear()  # nothing else leaves: now they are tried again
        return stalled
    own = roads.own.get(found.clinic_id)
    if found.sender_id != (own.id if own else None):
        found.sender_id = own.id if own else None
    outgoing = _outgoing(db, found, base_url, own.name if own else "")
    if outgoing is None:
        return True
    if not pace.take(db, gateway, segments(outgoing.body), own):
        claims.put_back(db, found)  # another worker was quicker: by other senders some may leave
        return bool(roads.own)
    return _Claimed(found, outgoing)


def _outgoing(db: Session, message: Message, base_url: str, sender: str) -> Outgoing | None:
    """A claimed text as it leaves; None, its verdict written, when it does not leave now."""
    try:
        if not leaving.may_leave(db, message):
            return None
        body = rendered(message, base_url)
        return Outgoing(message.id, message.number, body, _validity(message), sender)
    except (Unreadable, KeyError):
        # A key was retired too early. One such text must not hold up all that come after it.
        log.error("text unreadable", message=str(message.id))
        failing.conclude(db, message, troubles.UNREADABLE)
        return None


def _note(db: Session, message: Message, answer: Answer) -> bool:
    """Write down the answer. False when this claim is no longer the one that counts."""
    now = clock.now()
    match answer:
        case Accepted(sid, delivered):
            status = MessageStatus.DELIVERED if delivered else MessageStatus.ACCEPTED
            look_at = None if delivered else reports.first_look()
            if not claims.conclude(
                db,
                message,
                status=status,
                provider_sid=sid,
                sent_at=now,
                status_at=now,
                look_at=look_at,
                looks=0,
            ):
                return False
            reports.note_sent(db, message)
        case TooFast(wait, every_sender):
            pace.hold(db, wait, *([] if every_sender else [pace.sender_of(message)]))
            claims.put_back(db, message)
        case InDoubt():
            # Not when a callback has settled it meanwhile.
            claims.conclude(
                db,
                message,
                status=MessageStatus.IN_DOUBT,
                status_at=now,
                look_at=reports.first_look(in_doubt=True),
            )
        case Declined(code):
            # It may be their number that is wrong.
            claims.hold_patient(db, message.patient_id)
            failing.conclude(db, message, code)
    live.publish(db, f"desk:{message.clinic_id}")
    return True


def _validity(message: Message) -> timedelta | None:
    return message.expires_at - clock.now() if message.expires_at else None
