"""Kept words for tests: taken in as from a phone, without the pages."""

from uuid import uuid4

from sqlalchemy import select

from app import clock
from app.journal import entries, files
from app.journal.entries import Posted
from app.journal.models import FileKind, JournalEntry
from app.people.models import Patient


def keep(database, patient, words, *, lines=(), shared=False, **more):
    """An entry of a patient as their device sends it; returns the device's name for it."""
    uuid = uuid4()
    with database.session() as db:
        whose = db.get_one(Patient, patient.id)
        posted = Posted(
            uuid=uuid,
            revision=1,
            written_at=more.pop("written_at", clock.now()),
            words=words,
            lines=tuple(lines),
            shared=shared,
            **more,
        )
        entries.accept(db, whose, posted)
    return uuid


def speak(database, entry_uuid, *slices, media_type="audio/webm"):
    """A whole spoken note of an entry, three seconds a slice; returns its name."""
    uuid = uuid4()
    with database.session() as db:
        entry = db.scalars(select(JournalEntry).where(JournalEntry.uuid == entry_uuid)).one()
        for number, body in enumerate(slices):
            files.take_slice(db, entry, uuid, FileKind.VOICE, number, body)
        count = len(slices)
        files.complete(db, entry, uuid, media_type=media_type, slices=count, seconds=3 * count)
    return uuid
