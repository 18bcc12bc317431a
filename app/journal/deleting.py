"""An entry is destroyed with its key. Older copies of the data cannot bring it back."""

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.journal import entry_keys, lines, sharing
from app.journal.models import JournalEntry, JournalFile, JournalSlice, SharedLine
from app.messaging import claims
from app.refusal import Refusal


class BelongsToRecord(Refusal):
    pass


def may_be_deleted(db: Session, entry: JournalEntry) -> bool:
    """Whether nobody at the clinic has read anything of it."""
    read = select(SharedLine.id).where(
        SharedLine.entry_id == entry.id, SharedLine.read_at.is_not(None)
    )
    return entry.read_at is None and db.scalar(read.limit(1)) is None


def delete(db: Session, entry: JournalEntry) -> None:
    """Destroy an entry with all that came with it. Twice changes nothing.

    Refuses (BelongsToRecord) what staff have read while it was shared.
    """
    claims.hold_patient(db, entry.patient_id)  # nothing of it arrives or is read meanwhile
    db.refresh(entry, ["deleted_at", "read_at"])
    if entry.deleted_at is not None:
        return
    if not may_be_deleted(db, entry):
        raise BelongsToRecord(_("Your team has read this, so it is part of your record and stays."))
    destroy(db, entry)
    trail.record(db, "delete-entry", agent=entry.patient, entity=entry)


def destroy(db: Session, entry: JournalEntry) -> None:
    """Nobody reads an entry and what came with it any more. Whether it may go is asked before."""
    sharing.take_back(db, entry)
    standing = SharedLine.entry_id == entry.id, SharedLine.taken_back_at.is_(None)
    for line in db.scalars(select(SharedLine).where(*standing)).all():
        lines.take_back(db, line)
    files = select(JournalFile.id).where(JournalFile.entry_id == entry.id)
    db.execute(delete_rows(JournalSlice).where(JournalSlice.file_id.in_(files)))
    db.execute(delete_rows(JournalFile).where(JournalFile.entry_id == entry.id))
    db.execute(update(SharedLine).where(SharedLine.entry_id == entry.id).values(words_sealed=None))
    entry.words_sealed = entry.question_sealed = None
    entry.deleted_at = clock.now()
    entry_keys.destroy(db, entry.key_id)
