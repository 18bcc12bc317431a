"""What of a journal somebody may read: its writer by what they have shown, staff what is shared.

An entry whose key is gone is gone, whatever else stands in its row: a copy of the data may be older
than the deletion.
"""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.audit import trail
from app.journal import lines, preferences, sessions
from app.journal.models import EntryKey, JournalEntry, JournalFile, SharedLine
from app.messaging import claims
from app.people.models import Patient, Practitioner
from app.scheduling.models import Appointment


class Scope(StrEnum):
    """How far back somebody may read."""

    VISIT = "visit"  # what belongs to the current session
    ALL = "all"


def entries_of(db: Session, patient: Patient, scope: str) -> list[JournalEntry]:
    """A patient's entries that can be read, the newest first."""
    return list(db.scalars(_theirs(db, patient, scope).order_by(*_NEWEST_FIRST)))


def find(db: Session, patient: Patient, uuid: UUID, scope: str) -> JournalEntry | None:
    """One of these, by the name that its device gave it."""
    return db.scalar(_theirs(db, patient, scope).where(JournalEntry.uuid == uuid))


def opened(entry: JournalEntry) -> str:
    """The words of an entry that can be read."""
    return entry.words


def files_of(db: Session, entry: JournalEntry) -> list[JournalFile]:
    """The spoken notes and pictures of an entry that have arrived whole, in order of making."""
    return list(
        db.scalars(
            select(JournalFile)
            .where(JournalFile.entry_id == entry.id, JournalFile.completed_at.is_not(None))
            .order_by(JournalFile.made_at, JournalFile.id)
        )
    )


def find_file(db: Session, patient: Patient, uuid: UUID, scope: str) -> JournalFile | None:
    """A whole file of one of these entries."""
    readable = _theirs(db, patient, scope).with_only_columns(JournalEntry.id)
    return db.scalar(
        select(JournalFile)
        .options(joinedload(JournalFile.entry))
        .where(
            JournalFile.uuid == uuid,
            JournalFile.entry_id.in_(readable),
            JournalFile.completed_at.is_not(None),
        )
    )


def is_gone(db: Session, entry: JournalEntry) -> bool:
    """Whether nobody can read it any more."""
    return entry.deleted_at is not None or db.get(EntryKey, entry.key_id) is None


def brought(db: Session, visit: Appointment) -> list[SharedLine]:
    """The lines that a patient brought to a visit: all that its clinician sees of a journal."""
    return lines.brought_to(db, visit)


def shared_with_staff(db: Session, patient: Patient) -> list[JournalEntry]:
    """The whole entries that a patient lets staff read, the newest first."""
    return list(
        db.scalars(
            _readable()
            .where(JournalEntry.patient_id == patient.id, JournalEntry.shared_at.is_not(None))
            .order_by(*_NEWEST_FIRST)
        )
    )


def may_know_of(db: Session, patient: Patient) -> bool:
    """Whether staff may know that there are entries at all."""
    return preferences.of(db, patient).staff_may_know


def read_by(db: Session, practitioner: Practitioner, *what: JournalEntry | SharedLine) -> None:
    """Staff have read it: it belongs to the record and stays. Only the first time counts.

    What was deleted at that very moment is gone all the same.
    """
    for each in what:
        claims.hold_patient(db, each.patient_id)
        entry = each.entry if isinstance(each, SharedLine) else each
        db.refresh(entry, ["deleted_at"])
        db.refresh(each, ["read_at"])
        if each.read_at is None and entry.deleted_at is None:
            each.read_at = clock.now()
            trail.record(db, "read-shared", agent=practitioner, entity=each)


_NEWEST_FIRST = (JournalEntry.written_at.desc(), JournalEntry.id.desc())


def _theirs(db: Session, patient: Patient, scope: str) -> Select[JournalEntry]:
    theirs = _readable().where(JournalEntry.patient_id == patient.id)
    if scope == Scope.ALL:
        return theirs
    session = sessions.latest(db, patient)
    return theirs.where(JournalEntry.appointment_id == (session.id if session else None))


def _readable() -> Select[JournalEntry]:
    return (
        select(JournalEntry)
        .join(EntryKey, EntryKey.id == JournalEntry.key_id)
        .options(joinedload(JournalEntry.prompt))
        .where(JournalEntry.deleted_at.is_(None))
    )
