"""Looks every two minutes for texts that came in at the gateway and that no webhook brought.

A webhook may be lost while we are down, or while its address is wrong. What the sweep finds is
stored like any other, once, and when it was due to be here already an alarm tells the operator.

A day is looked back on at the start and once an hour; between, only the last hours. The gateway
lists what left beside what came in, a page at a time, and nothing else is done meanwhile.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.engine import Database
from app.messaging import alarms, inbound
from app.messaging.alarms import AlarmCode
from app.messaging.gateway import Received, SmsGateway, Unreachable
from app.messaging.inbound import Raw
from app.messaging.models import InboundText

log = structlog.get_logger("texts")
EVERY = timedelta(minutes=2)
A_DAY = timedelta(hours=24)
LATELY = timedelta(hours=2)
WHOLE_EVERY = timedelta(hours=1)  # less than `LATELY`: whatever fails meanwhile, no gap is left
# A younger one may still be on its way by itself.
_MISSED_AFTER = timedelta(seconds=60)
_AT_ONCE = 500
_STORED_AT_ONCE = 100  # nobody else writes meanwhile where there is one writer


def sweep(database: Database, gateway: SmsGateway, back: timedelta = A_DAY) -> int | None:
    """Store what is missing of the time `back` from now; how much that was. None when the gateway
    did not answer; it is asked first, outside any transaction.
    """
    now = clock.machine_now()
    try:
        received = gateway.received_since(now - back)
    except Unreachable:
        log.warning("sweep", outcome="unreachable")
        return None
    missing = _missing(database, received)
    if not missing:
        return 0
    stored: list[Received] = []
    for first in range(0, len(missing), _STORED_AT_ONCE):
        some = enumerate(missing[first : first + _STORED_AT_ONCE], first)
        with database.session() as db:
            stored += [text for place, text in some if _store(db, text, place)]
    if any(now - text.at > _MISSED_AFTER for text in stored):
        with database.session() as db:
            alarms.raise_(db, AlarmCode.WEBHOOK_MISSED)
    log.warning("sweep", outcome="found", texts=len(stored))
    return len(stored)


def _missing(database: Database, received: Sequence[Received]) -> list[Received]:
    """Those that are not stored, oldest first."""
    known: set[str] = set()
    sids = [text.sid for text in received]
    with database.session(write=False) as db:
        for first in range(0, len(sids), _AT_ONCE):
            some = sids[first : first + _AT_ONCE]
            known.update(
                db.scalars(
                    select(InboundText.provider_sid).where(InboundText.provider_sid.in_(some))
                )
            )
    missing = [text for text in reversed(received) if text.sid not in known]
    return sorted(missing, key=lambda text: text.at)


def _store(db: Session, text: Received, place: int) -> bool:
    at = clock.now() - (clock.machine_now() - text.at)  # as the clinic's clock showed it
    at += timedelta(microseconds=place)  # the gateway counts in seconds; the order stays
    raw = Raw(sender=text.sender, to=text.to, body=text.body, service=text.service)
    return inbound.store(db, text.sid, raw, at=at, swept=True) is not None
