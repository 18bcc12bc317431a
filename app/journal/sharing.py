"""A whole entry that somebody lets their team read, and takes back again."""

from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.journal.models import JournalEntry


def share(db: Session, entry: JournalEntry) -> None:
    """From now on staff may read it. Twice changes nothing."""
    if entry.shared_at is None and entry.deleted_at is None:
        entry.shared_at = clock.now()
        _tell(db, "share-entry", entry)


def take_back(db: Session, entry: JournalEntry) -> None:
    """From now on nobody but its writer reads it. Twice changes nothing.

    What staff have read of it until then they have read: `read_at` stays.
    """
    if entry.shared_at is not None:
        entry.shared_at = None
        _tell(db, "take-back-entry", entry)


def _tell(db: Session, action: str, entry: JournalEntry) -> None:
    trail.record(db, action, agent=entry.patient, entity=entry)
    live.publish(db, f"desk:{entry.clinic_id}")
