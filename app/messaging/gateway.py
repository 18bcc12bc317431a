"""What a text gateway is, and what it may answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Outgoing:
    """A text about to leave. `message_id` goes into the callback's address and settles doubts."""

    message_id: UUID
    to: str
    body: str
    valid_for: timedelta | None  # after this it is no longer wanted
    sender: str = ""  # the clinic's own number or service; "": the gateway's own


@dataclass(frozen=True)
class Accepted:
    """The gateway has it. `delivered`: it is already on the phone (the demo)."""

    sid: str
    delivered: bool = False


@dataclass(frozen=True)
class TooFast:
    """Not taken, for haste or for want of a line; may be tried again after the wait."""

    wait: timedelta
    every_sender: bool = False  # there is no line: none of ours could use it


@dataclass(frozen=True)
class Declined:
    """Not taken, and the same again would not be taken either. `code` is the gateway's own."""

    code: str


@dataclass(frozen=True)
class InDoubt:
    """Nobody knows whether it was taken. Never simply sent again."""


Answer = Accepted | TooFast | Declined | InDoubt


@dataclass(frozen=True)
class Report:
    """What the gateway says became of a text, in its own word and code."""

    sid: str
    word: str
    error_code: str


@dataclass(frozen=True)
class Received:
    """A text that came in at the gateway. `to` is the number of ours that it was written to."""

    sid: str
    sender: str
    to: str
    body: str
    at: datetime  # machine time
    service: str = ""  # the service that number belongs to, where the gateway says so


class Unreachable(Exception):
    """The gateway did not answer what it was asked. Nothing was learnt; ask again later."""


class SmsGateway(Protocol):
    """The way out to phones, and whom to ask what became of a text."""

    @property
    def name(self) -> str:
        """What texts leave from that name no sender: the pace is kept for each name."""
        ...

    @property
    def segments_per_second(self) -> float | None:
        """How fast a sender takes texts without queueing them. None: as fast as they come."""
        ...

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand over one text.

        Blocks for ten seconds at most and never raises for what went wrong outside.
        """
        ...

    def find(self, to: str, body: str, since: datetime) -> list[str]:
        """The sids of texts that were really made: to this number, with exactly this body.

        `since` is machine time; clocks differ, so an equal text made up to half a minute before
        it may be among them: leave out sids that belong to another row. Raises Unreachable; an
        empty list is an answer.
        """
        ...

    def fetch(self, sid: str) -> Report | None:
        """What became of a text; None when there is none of that sid. Raises Unreachable."""
        ...

    def received_since(self, since: datetime) -> list[Received]:
        """Every text that came in since then (machine time), in no order. Raises Unreachable."""
        ...
