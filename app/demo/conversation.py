"""What the demo's phones show: every text that arrived somewhere, oldest first.

The confirmations of STOP, START and HELP are Twilio's, not ours: they stand in no row, and the demo
plays them here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.messaging import delivery
from app.messaging.models import Direction, Message
from app.people.models import Clinic

_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
_START = {"start", "unstop"}
_HELP = {"help", "info"}
_CONFIRMATIONS = {
    "stop": "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe.",
    "start": "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "help": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass(frozen=True)
class Text:
    """One text as it arrived. `sender` and `to` are numbers."""

    id: str
    direction: Direction
    sender: str
    to: str
    body: str
    at: datetime

    def with_number(self, number: str) -> bool:
        """Whether it is on the phone that has this number."""
        return number in (self.sender, self.to)


def texts(db: Session, clinic: Clinic, base_url: str) -> list[Text]:
    """Everything that arrived, on whatever phone, oldest first."""
    rows = db.scalars(
        select(Message)
        .options(joinedload(Message.link))
        .where(Message.clinic_id == clinic.id, Message.sent_at.is_not(None))
        .order_by(Message.sent_at, Message.made_at, Message.id)
    )
    return [text for row in rows for text in _as_texts(row, clinic, base_url)]


def known_word(body: str) -> str | None:
    """`stop`, `start` or `help` for a reply that Twilio answers by itself."""
    word = body.strip().lower()
    for meaning, words in (("stop", _STOP), ("start", _START), ("help", _HELP)):
        if word in words:
            return meaning
    return None


def number_in_query(written: str) -> str:
    """A number from an address, where a plus sign that was not escaped arrives as a space."""
    return "+" + written.strip().removeprefix("+")


def _as_texts(row: Message, clinic: Clinic, base_url: str) -> Iterator[Text]:
    assert row.sent_at is not None
    body = delivery.rendered(row, base_url)
    if row.direction is Direction.OUTBOUND:
        yield Text(str(row.id), row.direction, clinic.phone, row.number, body, row.sent_at)
        return
    yield Text(str(row.id), row.direction, row.number, clinic.phone, body, row.sent_at)
    meaning = known_word(body)
    if meaning is not None:
        answer = _CONFIRMATIONS[meaning]
        outbound = Direction.OUTBOUND
        yield Text(f"{row.id}-{meaning}", outbound, clinic.phone, row.number, answer, row.sent_at)
