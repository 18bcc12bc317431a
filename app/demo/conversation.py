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
from app.people import phones
from app.people.models import Clinic
from app.replies.meaning import TWILIO_HELP, TWILIO_START, TWILIO_STOP, Kind, understand

_TWILIOS_WORDS = TWILIO_STOP | TWILIO_START | TWILIO_HELP

_CONFIRMATIONS = {
    Kind.STOP: "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe.",
    Kind.START: "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    # As README tells operators to have it set at Twilio.
    Kind.HELP: "%(clinic)s: call %(phone)s for help. Reply STOP to unsubscribe. "
    "Msg&Data Rates May Apply.",
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
    stopped: set[str] = set()
    return [text for row in rows for text in _as_texts(row, clinic, base_url, stopped)]


def number_in_query(written: str) -> str:
    """A number from an address, where a plus sign that was not escaped arrives as a space."""
    return "+" + written.strip().removeprefix("+")


def _as_texts(row: Message, clinic: Clinic, base_url: str, stopped: set[str]) -> Iterator[Text]:
    """The text, and Twilio's own answer to it. `stopped`: numbers that Twilio sends nothing."""
    assert row.sent_at is not None
    body = delivery.rendered(row, base_url)
    if row.direction is Direction.OUTBOUND:
        yield Text(str(row.id), row.direction, clinic.phone, row.number, body, row.sent_at)
        return
    yield Text(str(row.id), row.direction, row.number, clinic.phone, body, row.sent_at)
    if body.strip().upper() not in _TWILIOS_WORDS:
        return
    kind = understand(body, opted_out=row.number in stopped).kind
    if kind is Kind.START and row.number not in stopped:
        return  # there was nothing that Twilio held back
    if kind is Kind.STOP:
        stopped.add(row.number)
    elif kind is Kind.START:
        stopped.discard(row.number)
    if kind in _CONFIRMATIONS:
        named = {"clinic": clinic.name, "phone": phones.spoken(clinic.phone)}
        made_id, answer = f"{row.id}-{kind.value}", _CONFIRMATIONS[kind] % named
        yield Text(made_id, Direction.OUTBOUND, clinic.phone, row.number, answer, row.sent_at)
