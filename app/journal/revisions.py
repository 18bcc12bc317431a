"""Whether what a device sends stands here already, or may take the place of what does.

Nothing is overwritten unless the device had seen it stored, or its words live on in what replaces
them: that is so when the answer to an earlier sending never arrived.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.journal import reading
from app.journal.models import EntryKind, JournalEntry


@dataclass(frozen=True)
class Posted:
    """An entry as a device sends it, or as it was typed on a page without scripts."""

    uuid: UUID
    revision: int
    written_at: datetime
    words: str = ""
    kind: EntryKind = EntryKind.WORDS
    question: str = ""
    prompt_id: UUID | None = None
    base: int = 0
    lines: tuple[str, ...] = ()
    shared: bool = False
    apart_from: UUID | None = None


def stands_already(db: Session, entry: JournalEntry, posted: Posted) -> bool:
    """Whether it was sent before. What was deleted since does not come back."""
    if posted.revision > entry.revision:
        return False
    if reading.is_gone(db, entry) or _plain(posted.words) == _plain(entry.words):
        return True
    # A late copy of what was changed since, all of whose words are there.
    return posted.revision < entry.revision and _plain(posted.words) in _plain(entry.words)


def may_replace(db: Session, entry: JournalEntry, posted: Posted) -> bool:
    """Whether nothing is lost by it."""
    if reading.is_gone(db, entry) or posted.revision <= entry.revision:
        return False
    return posted.base == entry.revision or _plain(entry.words) in _plain(posted.words)


def _plain(words: str) -> str:
    return " ".join(words.split())
