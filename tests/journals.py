"""Kept words for tests: taken in as from a phone, without the pages."""

from uuid import uuid4

from app import clock
from app.journal import entries
from app.journal.entries import Posted
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
