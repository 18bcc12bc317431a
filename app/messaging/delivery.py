"""Sends one text that is due, and notes what the gateway answered."""

from datetime import timedelta

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


def send_one(database: Database, gateway: SmsGateway, worker: str, base_url: str) -> bool:
    """Claim the text that leaves first, hand it over outside any transaction, note the answer.

    False when nothing is due, or the sender's pace lets nothing leave just now.
    """
    with database.session() as db:
        if not pace.is_open(db, gateway):
            return False
        message = claims.claim_next(db, worker)
        if message is None:
            return False
        outgoing = _outgoing(db, message, base_url)
        if outgoing is not None and not pace.take(db, gateway, segments(outgoing.body)):
            claims.put_back(db, message)
            return False
    if outgoing is None:
        return True
    if not claims.has_enough_left(message):
        with database.session() as db:
            claims.put_back(db, message)  # it was never handed over
        return True
    answer = gateway.send(outgoing)
    with database.session() as db:
        # Merged as it was claimed, so that the fence still compares this claim.
        is_noted = _note(db, db.merge(message, load=False), answer)
    if isinstance(answer, Accepted) and not is_noted:
        # A callback was quicker, or somebody has taken this text for lost meanwhile. In a
        # transaction of its own: whoever holds the text must not wait for its patient's row.
        with database.session() as db:
            reports.apply_status(db, db.get_one(Message, message.id), "accepted", "", answer.sid)
    log.info("text", outcome=type(answer).__name__, purpose=message.purpose.value)
    return True


def rendered(message: Message, base_url: str) -> str:
    """The body as the phone shows it, with the link's address derived into its place."""
    if message.link is None:
        return message.body
    return message.body.replace("{link}", magic_links.address_of(message.link, base_url))


def _outgoing(db: Session, message: Message, base_url: str) -> Outgoing | None:
    """A claimed text as it leaves; None, its verdict written, when it does not leave now."""
    try:
        if not leaving.may_leave(db, message):
            return None
        return Outgoing(message.id, message.number, rendered(message, base_url), _validity(message))
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
        case TooFast(wait):
            pace.hold(db, wait)
            claims.put_back(db, message)
        case InDoubt():
            # Not when a callback has settled it meanwhile.
            claims.conclude(
                db,
                message,
                status=MessageStatus.IN_DOUBT,
                status_at=now,
                look_at=reports.first_look(in_doubt=True),
                looks=0,
            )
        case Declined(code):
            # It may be their number that is wrong.
            claims.hold_patient(db, message.patient_id)
            failing.conclude(db, message, code)
    live.publish(db, f"desk:{message.clinic_id}")
    return True


def _validity(message: Message) -> timedelta | None:
    return message.expires_at - clock.now() if message.expires_at else None
