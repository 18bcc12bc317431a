"""What a text gateway is, and what it may answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Outgoing:
    """A text about to leave. `message_id` goes into the callback's address and settles doubts."""

    message_id: UUID
    to: str
    body: str
    valid_for: timedelta | None  # after this it is no longer wanted


@dataclass(frozen=True)
class Accepted:
    """The gateway has it. `delivered`: it is already on the phone (the demo)."""

    sid: str
    delivered: bool = False


@dataclass(frozen=True)
class TooFast:
    """Not taken; may be tried again after the wait."""

    wait: timedelta


@dataclass(frozen=True)
class Declined:
    """Not taken, and the same again would not be taken either. `code` is the gateway's own."""

    code: str


@dataclass(frozen=True)
class InDoubt:
    """Nobody knows whether it was taken. Never simply sent again."""


Answer = Accepted | TooFast | Declined | InDoubt


class SmsGateway(Protocol):
    """The way out to phones."""

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand over one text.

        Blocks for ten seconds at most and never raises for what went wrong outside.
        """
        ...
