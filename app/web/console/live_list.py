"""Lists that keep themselves true: only what changed since a page was drawn travels.

Every row on a page carries a mark of what it is and of how it stands. A page that asks anew names
the marks it has; it is answered with the rows that stand otherwise by now, and with what went.
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from math import ceil
from typing import Protocol

from starlette.requests import Request

# What fits one answer; the page asks for the rest in the next breath.
MOST = 12
# With more rows than this their marks would fill a request's head: such a page is drawn anew whole.
_MOST_MARKS = 1500
_HALF = 4
_HAVE = "x-have"
_REST = "x-rest"


class Marked(Protocol):
    """A row of a list. Its mark begins with what it is and ends with how it stands."""

    @property
    def id(self) -> str: ...
    @property
    def mark(self) -> str: ...


@dataclass(frozen=True)
class Piece:
    """Words by themselves that change with the rows."""

    id: str
    words: str

    @property
    def mark(self) -> str:
        return mark(self.id, self.words)


@dataclass(frozen=True)
class Changed:
    """A row that stands otherwise, and the row before it. Empty: it is the first."""

    row: Marked
    after: str


@dataclass(frozen=True)
class Changes:
    """What a page that asks anew is told. `gone`: the first halves of marks."""

    rows: dict[str, list[Changed]] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    has_more: bool = False


def mark(what: str, *how: object) -> str:
    """Eight signs for one row. `how`: plain values, everything that it shows but the time."""
    return _half(what) + _half(repr(how))


def minute(moment: datetime) -> int:
    """A moment in whole minutes since 1970, as the page's script counts hours down."""
    return ceil(moment.timestamp() / 60)


def asked(request: Request) -> set[str] | None:
    """The marks that the page has. None: it wants the whole."""
    named = request.headers.get(_HAVE)
    if named is None:
        return None
    marks = set(named.split())
    return marks if len(marks) <= _MOST_MARKS else None


def rest_of(request: Request) -> str | None:
    """Of which answer the page wants the rest, as that answer named itself."""
    return request.headers.get(_REST)


def changes(
    lists: dict[str, Sequence[Marked]], pieces: Sequence[Piece], have: Collection[str]
) -> Changes:
    """What a page with the marks `have` does not show as it stands."""
    found: dict[str, list[Changed]] = {}
    count = 0
    for name, rows in lists.items():
        before = ""
        for row in rows:
            if row.mark not in have:
                count += 1
                if count <= MOST:
                    found.setdefault(name, []).append(Changed(row, before))
            before = row.id
    others = [piece for piece in pieces if piece.mark not in have]
    there = {row.mark[:_HALF] for rows in lists.values() for row in rows}
    there |= {piece.mark[:_HALF] for piece in pieces}
    gone = sorted({each[:_HALF] for each in have} - there)
    return Changes(found, others, gone, count > MOST)


def _half(words: str) -> str:
    return urlsafe_b64encode(blake2b(words.encode(), digest_size=3).digest()).decode()
