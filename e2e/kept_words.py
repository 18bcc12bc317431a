"""What the clinic really holds of somebody's words: read from its database, not from a page."""

from sqlalchemy import select

from app.db.engine import Database
from app.demo import start
from app.journal.models import JournalEntry


def kept_words(clinic, phone: str) -> list[str]:
    """The words of every entry of whoever has this number, in the order in which they came."""
    settings = start._settings(clinic.folder, 1)
    database = Database(settings.database_url, settings)
    try:
        with database.session(write=False) as db:
            entries = db.scalars(select(JournalEntry).order_by(JournalEntry.received_at))
            return [entry.words for entry in entries if entry.patient.phone == phone]
    finally:
        database.close()
