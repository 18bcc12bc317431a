"""A page's line to its visit: what both sides' lines have in common.

A line turns messages of its page into changes, and changed rows into messages for its page. It
knows no socket: whoever carries the messages calls it with a session and sends what it returns.
"""

from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.telehealth.ice import IceServer

Message = dict[str, Any]
Servers = list[IceServer]

SESSION_OVER = 4401
NO_VISIT = 4404
ANOTHER_PAGE = 4409
MALFORMED = 4400

LARGEST_SIGNAL = 64 * 1024
_LONGEST_NAME = 64
_LARGEST_NUMBER = 2**31 - 1  # that a row holds


class LineOver(Exception):
    """The page must not go on here. `code` closes its socket and tells it why."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Line(Protocol):
    """One side's line. `chores` is whether `hello` or `news` left something to write.

    `page`: the page that said hello, empty until then.
    """

    topic: str
    page: str
    chores: bool

    @property
    def seat_id(self) -> UUID | None:
        """Whose line it is; None: staff's."""
        ...

    def hello(self, db: Session, message: Message) -> list[Message]:
        """The page says who it is; answers with where things stand."""
        ...

    def hear(self, db: Session, message: Message) -> list[Message]:
        """The page says something; answers what it must know at once."""
        ...

    def news(self, db: Session) -> list[Message]:
        """What changed since the page was told last. Writes nothing."""
        ...

    def do_chores(self, db: Session) -> list[Message]:
        """Writes what `hello` or `news` found to do."""
        ...

    def close(self, db: Session) -> None:
        """The page's line is gone."""
        ...


def name_in(message: Message, key: str) -> str:
    """A random name that a page gave to itself or to a connection."""
    value = message.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise LineOver(MALFORMED)
    return value


def number_in(message: Message, key: str) -> int:
    """A whole number, zero or above, that a row can hold."""
    value = message.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise LineOver(MALFORMED)
    return value


def since_in(message: Message) -> int | None:
    """The number of the signal that a page heard last; None for a page that heard none.

    So is a number that no signal can have.
    """
    value = message.get("since")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        return None
    return value


def text_in(message: Message, key: str, longest: int) -> str:
    """A text of at most `longest` characters."""
    value = message.get(key)
    if not isinstance(value, str) or len(value) > longest:
        raise LineOver(MALFORMED)
    return value


def id_in(message: Message, key: str) -> UUID | None:
    """A row's id, or None where the page gave none."""
    value = message.get(key)
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise LineOver(MALFORMED) from None


def signal_in(message: Message) -> dict[str, Any]:
    """What `signals.send` is to be told of a signal, checked."""
    return {
        "page": name_in(message, "page"),
        "count": number_in(message, "n"),
        "peer": name_in(message, "peer"),
        "content": content_in(message),
    }


def content_in(message: Message) -> dict[str, Any]:
    """What one page tells the other, nothing beside it."""
    content = {}
    for key, kind in (("description", dict), ("candidates", list), ("about", dict)):
        if key in message:
            if not isinstance(message[key], kind):
                raise LineOver(MALFORMED)
            content[key] = message[key]
    return content
