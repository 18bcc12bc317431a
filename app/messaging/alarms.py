"""Something is wrong with the road itself: for whoever runs the installation, not for a clinic."""

from enum import StrEnum

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.messaging import pace
from app.messaging.models import Alarm

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


def raise_(db: Session, code: str) -> None:
    """Raise an alarm, or count it once more while it is open. Logged as an error each time."""
    now = clock.machine_now()
    alarm = Alarm(code=str(code), made_at=now, seen_at=now, count=1)
    if not _count_up(db, code) and not add_once(db, alarm):
        _count_up(db, code)  # another worker has just raised it
    log.error("alarm", code=str(code))


def _count_up(db: Session, code: str) -> bool:
    counted = db.scalar(
        update(Alarm)
        .where(Alarm.code == code, Alarm.cleared_at.is_(None))
        .values(count=Alarm.count + 1, seen_at=clock.machine_now())
        .returning(Alarm.id)
        .execution_options(synchronize_session=False)
    )
    return counted is not None


def open_alarms(db: Session) -> list[Alarm]:
    """What nobody has cleared yet, oldest first."""
    return list(db.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.made_at)))


def clear(db: Session, alarm: Alarm) -> None:
    """Somebody has seen to it. Texts that it had stopped leave again."""
    alarm.cleared_at = clock.machine_now()
    pace.restart(db, alarm.code)
