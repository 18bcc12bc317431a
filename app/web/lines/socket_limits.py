"""How much one browser may ask of its sockets: so many open at once, so many messages a second."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from starlette.websockets import WebSocket, WebSocketDisconnect

from app.telehealth.line import MALFORMED, LineOver, Message

LARGEST_FRAME = 64 * 1024
TOO_LARGE = 1009
TRY_AGAIN = 1013  # the database cannot be reached: the page comes back by itself
TOO_MUCH = 4429  # the page comes back when it has caught its breath

# A page that comes back tells again, at once, all that was not heard: far fewer than these.
BURST = 200
PER_SECOND = 20.0
MOST_OF_A_SESSION = 12  # pages of one browser, in this process

_open: Counter[UUID] = Counter()


class Pace:
    """How fast one socket may speak."""

    def __init__(self, burst: int = BURST, per_second: float = PER_SECOND) -> None:
        self._burst, self._per_second = burst, per_second
        self._left, self._at = float(burst), time.monotonic()

    def heard(self) -> None:
        """One more message. Ends the line (TOO_MUCH) of a page that floods."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second) - 1
        self._at = now
        if self._left < 0:
            raise LineOver(TOO_MUCH)


@contextmanager
def one_of(session_id: UUID) -> Iterator[None]:
    """While one more socket of a session is open. Ends the line of one too many (TOO_MUCH)."""
    if _open[session_id] >= MOST_OF_A_SESSION:
        raise LineOver(TOO_MUCH)
    _open[session_id] += 1
    try:
        yield
    finally:
        _open[session_id] -= 1
        if not _open[session_id]:
            del _open[session_id]


def open_now() -> int:
    """How many pages hold a line open to this process."""
    return sum(_open.copy().values())


async def next_text(socket: WebSocket, pace: Pace) -> str:
    """What the page says next. Ends the line when it is no text, too long or too much."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    pace.heard()
    text = event.get("text")
    if not isinstance(text, str):
        raise LineOver(MALFORMED)
    if len(text) > LARGEST_FRAME:
        raise LineOver(TOO_LARGE)
    return text


def read(text: str) -> Message:
    """The message in it. Ends the line (MALFORMED) when there is none."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):  # the latter: a thousand brackets
        raise LineOver(MALFORMED) from None
    if not isinstance(message, dict):
        raise LineOver(MALFORMED)
    return message
