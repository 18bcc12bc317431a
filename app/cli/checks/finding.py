"""What a look at one thing found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.settings import Settings


class State(StrEnum):
    OK = "ok"
    WARN = "warn"  # works today
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do. Names nobody."""

    state: State
    check: str
    words: str


Check = Callable[[Settings], Iterator[Finding]]


def ok(check: str, words: str) -> Finding:
    """As it should be."""
    return Finding(State.OK, check, words)


def warn(check: str, words: str) -> Finding:
    """To be seen to before it fails."""
    return Finding(State.WARN, check, words)


def fail(check: str, words: str) -> Finding:
    """Does not work, or will not be there when it is needed."""
    return Finding(State.FAIL, check, words)


def fails_or_ok(check: str, wrong: list[str], words: str) -> Iterator[Finding]:
    """A failure for each thing that is wrong, or `words` when none is."""
    if not wrong:
        yield ok(check, words)
    for each in wrong:
        yield fail(check, each)
