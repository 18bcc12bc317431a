"""What happens to one text: how its creation is answered, how its fate is told, how it ends."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """How a creation is answered. All but those named otherwise have taken the text."""

    NONE = "none"
    RESET_AFTER = "reset after"
    ERROR_AFTER = "error after"
    STALL_AFTER = "stall after"
    HALF_BODY = "half body"
    BAD_JSON = "bad json"
    TRICKLE = "trickle"
    # Not taken:
    RESET_BEFORE = "reset before"
    ERROR_BEFORE = "error before"
    STALL_BEFORE = "stall before"
    TOO_FAST = "too fast"
    REDIRECT = "redirect"
    REFUSED = "refused"

    @property
    def takes(self) -> bool:
        """Whether the text exists afterwards."""
        return self not in _NOT_TAKEN


_NOT_TAKEN = {
    Fault.RESET_BEFORE,
    Fault.ERROR_BEFORE,
    Fault.STALL_BEFORE,
    Fault.TOO_FAST,
    Fault.REDIRECT,
    Fault.REFUSED,
}


class Calls(StrEnum):
    """How the callbacks of a text come."""

    IN_ORDER = "in order"
    EARLY = "early"  # before the creation is answered
    TWICE = "twice"
    REVERSED = "reversed"
    LATE = "late"  # after `wait` seconds
    NEVER = "never"


@dataclass(frozen=True)
class Turn:
    """One text's way through Twilio. `words` are its statuses after the first, the last its end."""

    fault: Fault = Fault.NONE
    calls: Calls = Calls.IN_ORDER
    words: tuple[str, ...] = ("queued", "sent", "delivered")
    code: str = ""  # of a refusal, or of an end that is none
    wait: float = 30  # seconds of a stall, of Retry-After, until a late callback
    status: int = 400  # of a refusal
    pause: float = 0  # seconds between taking a text and answering
