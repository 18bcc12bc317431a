"""Something is wrong with the road itself: for whoever runs the installation, not for a clinic.

An alarm of one sender concerns the clinics that text by it; any other concerns all of them.
"""

from enum import StrEnum

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.messaging import pace
from app.messaging.models import Alarm, Message, Sender
from app.people.models import Clinic

log = structlog.get_logger("alarms")


class AlarmCode(StrEnum):
    UNREGISTERED = "unregistered"  # carriers refuse the sender: nothing leaves until it is cleared
    SUSPENDED = "suspended"  # so does the gateway
    REFUSED = "refused"  # the gateway refuses our sign-in or our sender: held, tried again
    REGION = "region"  # a country is not enabled at the gateway
    QUEUE_FULL = "queue-full"  # the gateway's queue is longer than it keeps
    FILTERED = "filtered"  # carriers took a text for spam
    STAFF_NUMBER = "staff-number"  # a text to staff did not arrive
    NOT_UNDERSTOOD = "not-understood"  # a text that came in cannot even be put before a person
    WEBHOOK_MISSED = "webhook-missed"  # texts came in that the gateway did not bring
    UNKNOWN_SENDER = "unknown-sender"  # a text came in by a number that is no clinic's: kept


# What an alarm calls the installation's sender, which clinics without one of their own share.
SHARED = "shared"


def raise_(db: Session, code: str, sender: str = "") -> None:
    """Raise an alarm, or count it once more while it is open. Logged as an error each time.

    `sender`: by its name, or SHARED, the one that it is about; "": all of them.
    """
    now = clock.machine_now()
    alarm = Alarm(code=str(code), sender=sender, made_at=now, seen_at=now, count=1)
    if not _count_up(db, code, sender) and not add_once(db, alarm):
        _count_up(db, code, sender)  # another worker has just raised it
    log.error("alarm", code=str(code))


def _count_up(db: Session, code: str, sender: str) -> bool:
    counted = db.scalar(
        update(Alarm)
        .where(Alarm.code == code, Alarm.sender == sender, Alarm.cleared_at.is_(None))
        .values(count=Alarm.count + 1, seen_at=clock.machine_now())
        .returning(Alarm.id)
        .execution_options(synchronize_session=False)
    )
    return counted is not None


def sender(db: Session, message: Message) -> str:
    """What an alarm calls the sender that a text went by."""
    own = db.get(Sender, message.sender_id) if message.sender_id else None
    return SHARED if own is None else own.name


def open_alarms(db: Session, clinic: Clinic | None = None) -> list[Alarm]:
    """What nobody has cleared yet, oldest first: everything, or what concerns one clinic."""
    found = select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.made_at)
    if clinic is not None:
        own = select(Sender.name).where(Sender.clinic_id == clinic.id, Sender.left_at.is_(None))
        its_own = func.coalesce(own.scalar_subquery(), SHARED)
        found = found.where(or_(Alarm.sender == "", Alarm.sender == its_own))
    return list(db.scalars(found))


def named(alarm: Alarm) -> str:
    """What the operator reads: its code, and the clinic's own sender that it is about."""
    is_of_one = alarm.sender not in ("", SHARED)
    return f"{alarm.code} of {alarm.sender}" if is_of_one else alarm.code


def clear(db: Session, alarm: Alarm) -> None:
    """Somebody has seen to it. Texts that it had stopped leave again."""
    alarm.cleared_at = clock.machine_now()
    if alarm.sender == "":
        pace.restart(db, alarm.code)
    elif alarm.sender == SHARED:
        pace.restart(db, alarm.code, Sender.clinic_id.is_(None))
    else:
        pace.restart(db, alarm.code, Sender.name == alarm.sender)
