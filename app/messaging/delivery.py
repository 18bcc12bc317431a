"""Sends texts that are due, one after the other, and notes what the gateway answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass
class Memory:
    """What a worker keeps in mind from one text to the next, and from one turn to the next."""

    # Senders of whose last text nobody knows what became (None: the installation's).
    aside: set[UUID | None] = field(default_factory=set)
    # Texts that may have left, of which nothing is noted yet.
    handed_over: set[UUID] = field(default_factory=set)
    # The database went while it claimed: a text may be in its name that it never heard of.
    may_hold_one: bool = False


@dataclass(frozen=True)
class _Hands:
    """Who sends, and by what."""

    database: Database
    gateway: SmsGateway
    worker: str
    base_url: str
    memory: Memory

    def claim(self, db: Session) -> _Claimed | bool:
        return _claim(db, self.gateway, self.worker, self.base_url, self.memory.aside)

    def give_back(self) -> None:
        """Let those texts leave at once that are in our name and never came into our hands."""
        if not self.memory.may_hold_one:
            return
        with self.database.session() as db:
            given = claims.give_back(db, self.worker, but=self.memory.handed_over)
        self.memory.may_hold_one = False
        if given:
            log.warning("texts given back", texts=len(given))

    def hand_over(self, claimed: _Claimed) -> _Answered | None:
        """Outside any transaction: the row says already that it leaves."""
        message = claimed.message
        if not claims.has_enough_left(message):
            with self.database.session() as db:
                claims.put_back(db, message)  # it was never handed over
            return None
        self.memory.handed_over.add(message.id)
        answer = self.gateway.send(claimed.outgoing)
        log.info("text", outcome=type(answer).__name__, purpose=message.purpose.value)
        if isinstance(answer, InDoubt):
            self.memory.aside.add(message.sender_id)
        return _Answered(message, answer)


def send_one(
    database: Database,
    gateway: SmsGateway,
    worker: str,
    base_url: str,
    memory: Memory | None = None,
) -> bool:
    """Claim the text that leaves first, hand it over outside any transaction, note the answer.

    False when nothing is due, or the pace of its sender lets nothing leave just now. `memory` is
    kept by the caller from one text to the next: what leaves by senders that do not stall comes
    first, so that one which does holds up itself alone.
    """
    hands = _Hands(database, gateway, worker, base_url, memory or Memory())
    with database.session() as db:
        claimed = hands.claim(db)
    if not isinstance(claimed, _Claimed):
        return claimed
    answered = hands.hand_over(claimed)
    if answered is not None:
        _keep(hands, answered)
    return True


def send_all(
    database: Database,
    gateway: SmsGateway,
    worker: str,
    base_url: str,
    memory: Memory,
    *,
    goes_on: Callable[[], bool],
) -> None:
    """The same until nothing leaves any more, or nothing new is to be begun.

    What was answered about one text is noted in the transaction that claims the next. A turn that
    broke off leaves nothing in doubt that never left: the next one gives it back first.
    """
    hands = _Hands(database, gateway, worker, base_url, memory)
    hands.give_back()
    try:
        _go_on_sending(hands, goes_on)
    except Exception:
        memory.may_hold_one = True
        raise


def _go_on_sending(hands: _Hands, goes_on: Callable[[], bool]) -> None:
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
        _keep(hands, answered)
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
        _keep(hands, answered)  # whatever is wrong with the next one
        raise
    _settle(hands, answered, is_noted=is_noted)
    return found


def _keep(hands: _Hands, answered: _Answered) -> None:
    """Note what was answered, in a transaction of its own."""
    with hands.database.session() as db:
        is_noted = _note_answered(db, answered)
    _settle(hands, answered, is_noted=is_noted)


def _note_answered(db: Session, answered: _Answered) -> bool:
    # Merged as it was claimed, so that the fence still compares this claim.
    return _note(db, db.merge(answered.message, load=False), answered.answer)


def _settle(hands: _Hands, answered: _Answered, *, is_noted: bool) -> None:
    hands.memory.handed_over.discard(answered.message.id)
    if is_noted or not isinstance(answered.answer, Accepted):
        return
    # A callback was quicker, or somebody has taken this text for lost meanwhile. In a
    # transaction of its own: whoever holds the text must not wait for its patient's row.
    with hands.database.session() as db:
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
