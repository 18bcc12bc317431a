"""What somebody kept, as their pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.i18n import gettext as _
from app.i18n import ngettext
from app.journal import entry_keys, lines, on_paper, reading
from app.journal.models import JournalEntry, JournalFile, SharedLine
from app.people.models import Patient
from app.web.pages import not_found

_BEGINS_WITH = 240  # letters of a long entry in the list


@dataclass(frozen=True)
class Shown:
    """One entry, opened. `lines`: what it falls into; `brought`: those of them that come to the
    next talk; `left`: how many were left with an earlier one.
    """

    row: JournalEntry
    words: str
    question: str
    lines: list[str]
    brought: list[str]
    left: int
    files: list[tuple[JournalFile, str]]

    @property
    def beginning(self) -> str:
        """What stands in the list: all of it, if it is short."""
        if len(self.words) <= _BEGINS_WITH:
            return self.words
        return self.words[:_BEGINS_WITH].rsplit(maxsplit=1)[0] + "…"

    @property
    def is_one_line(self) -> bool:
        """Whether it can be ticked as a whole."""
        return len(self.lines) == 1

    @property
    def state(self) -> tuple[str, str, str]:
        """Who can read it: words, kind and icon of its tag."""
        if self.row.shared_at is not None:
            return (_("Your team can read this"), "good", "people")
        if self.brought and self.is_one_line:
            return (_("You bring this"), "good", "bring")
        if self.brought:
            said = ngettext("You bring one line", "You bring %(num)s lines", len(self.brought))
            return (said % {"num": len(self.brought)}, "good", "bring")
        if self.row.read_at is not None:
            return (_("Your team has read this"), "", "people")
        if self.left:
            said = ngettext("You brought one line", "You brought %(num)s lines", self.left)
            return (said % {"num": self.left}, "", "bring")
        return (_("Only you"), "", "lock")


def all_of(request: Request, db: Session) -> Sequence[JournalEntry]:
    """Everything this browser may read, latest first."""
    return reading.entries_of(db, request.state.patient, request.state.reach)


def opened(db: Session, patient: Patient, entries: Sequence[JournalEntry]) -> list[Shown]:
    """The entries with their words, files, and what of them is brought."""
    _held = entry_keys.fetched(db, [row.key_id for row in entries])
    brought: dict[UUID, list[SharedLine]] = {}
    for line in lines.brought_by(db, patient):
        brought.setdefault(line.entry_id, []).append(line)
    ever = lines.ever_brought(db, entries)
    files = on_paper.files_of(db, entries)
    return [
        Shown(
            row,
            row.words,
            row.question,
            lines.of(row.words),
            [line.words for line in brought.get(row.id, ())],
            len(ever.get(row.id, ())) - len(brought.get(row.id, ())),
            [(file, on_paper.spoken(file)) for file in files.get(row.id, ())],
        )
        for row in entries
    ]


def named(request: Request, db: Session) -> JournalEntry:
    """The entry of the address, if it is within reach; as unknown as none, if not."""
    try:
        uuid = UUID(request.path_params["uuid"])
    except ValueError:
        not_found()
    entry = reading.find(db, request.state.patient, uuid, request.state.reach)
    if entry is None:
        not_found()
    return entry
