"""A patient's own words on the console's pages; that staff have read them is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.i18n import gettext as _
from app.journal import entry_keys, lines, on_paper, reading
from app.journal.models import JournalEntry, JournalFile, SharedLine
from app.journal.reading import Scope
from app.people.models import Patient, Practitioner, Role
from app.scheduling.models import Appointment
from app.web.console import words

_Row = TypeVar("_Row", JournalEntry, SharedLine)


@dataclass(frozen=True)
class Brought:
    """`words` stay empty for whoever does not hold talks: they see how many lines there are."""

    count: int
    words: list[str]


@dataclass(frozen=True)
class SharedEntry:
    """One whole entry that its writer lets staff read."""

    row: JournalEntry
    words: str
    question: str
    files: list[tuple[JournalFile, str]]


def to_visit(request: Request, db: Session, appointment: Appointment) -> Brought:
    """What was brought to a visit. Showing it is reading it."""
    return _opened(request, db, reading.brought(db, appointment))


def by_patient(request: Request, db: Session, patient: Patient) -> Brought:
    """What a patient brings to their next talk."""
    return _opened(request, db, lines.brought_by(db, patient))


def shared_by(request: Request, db: Session, patient: Patient) -> list[SharedEntry]:
    """The entries that a patient shares now, latest first. Showing them is reading them.

    None for a coordinator: they are for whoever holds talks.
    """
    if request.state.practitioner.role is Role.COORDINATOR:
        return []
    entries = read(request, db, reading.shared_with_staff(db, patient))
    _held = entry_keys.fetched(db, [entry.key_id for entry in entries])
    files = on_paper.files_of(db, entries)
    return [
        SharedEntry(
            entry,
            entry.words,
            entry.question,
            [(file, on_paper.spoken(file)) for file in files.get(entry.id, ())],
        )
        for entry in entries
    ]


def shared_file(db: Session, patient: Patient, uuid: UUID) -> JournalFile | None:
    """A note or drawing of one of these entries."""
    for entry in reading.shared_with_staff(db, patient):
        for file in reading.files_of(db, entry):
            if file.uuid == uuid:
                return file
    return None


def writes(db: Session, patient: Patient, zone: str) -> str:
    """That they write, and when they did last: for whoever may know. Else nothing."""
    if not reading.may_know_of(db, patient):
        return ""
    entries = reading.entries_of(db, patient, Scope.ALL)
    if not entries:
        return _("Has not written yet.")
    when = words.when(entries[0].written_at, zone)
    return _("Writes after sessions. The last time: %(when)s.") % {"when": when}


def read(request: Request, db: Session, rows: Sequence[_Row]) -> list[_Row]:
    """What staff may be shown, written down as read: from now on it belongs to the record.

    What was deleted at that very moment is not among it.
    """
    unread = [row for row in rows if row.read_at is None]
    if not unread:
        return list(rows)
    if request.method == "POST":  # a form was refused, and its page is shown again
        gone = _note(request, db, unread)
    else:
        with request.app.state.database.session() as other:  # GET reads only
            gone = _note(request, other, unread)
    return [row for row in rows if row.id not in gone]


def _note(request: Request, db: Session, unread: Sequence[_Row]) -> set[UUID]:
    """Write it down. Returns what is gone."""
    by = db.get_one(Practitioner, request.state.practitioner.id)
    noted = [db.get_one(type(row), row.id) for row in unread]
    reading.read_by(db, by, *noted)
    return {row.id for row in noted if row.read_at is None}


def _opened(request: Request, db: Session, rows: Sequence[SharedLine]) -> Brought:
    if request.state.practitioner.role is Role.COORDINATOR:
        return Brought(len(rows), [])
    shown = read(request, db, rows)
    return Brought(len(shown), [row.words for row in shown])
