import pytest
from sqlalchemy import select, text

from app import clock
from app.audit.models import AuditEvent
from app.journal import deleting, files, lines, reading, sharing
from app.journal.deleting import BelongsToRecord
from app.journal.models import (
    EntryKey,
    FileKind,
    JournalEntry,
    JournalFile,
    JournalSlice,
    SharedLine,
)
from app.security.encryption import Unreadable


def test_a_private_entry_is_deleted_with_its_key_and_all_that_came_with_it(db, here, keep):
    entry = keep("A wide field.")
    file = files.take_slice(db, entry, here.maya.id, FileKind.VOICE, 0, b"OggS")

    deleting.delete(db, entry)
    deleting.delete(db, entry)

    db.expire_all()
    assert reading.entries_of(db, here.maya, "all") == []
    assert entry.words_sealed is entry.question_sealed is None
    assert entry.deleted_at == clock.now()
    assert db.get(EntryKey, entry.key_id) is None
    assert db.scalars(select(JournalFile)).all() == db.scalars(select(JournalSlice)).all() == []
    assert file is not None
    actions = [each.action for each in db.scalars(select(AuditEvent))]
    assert actions.count("delete-entry") == 1


def test_a_shared_entry_that_nobody_read_can_be_deleted(db, here, keep):
    entry = keep()
    sharing.share(db, entry)

    deleting.delete(db, entry)

    assert reading.shared_with_staff(db, here.maya) == []


def test_what_staff_have_read_belongs_to_the_record(db, here, keep):
    entry = keep("A wide field.")
    sharing.share(db, entry)
    reading.read_by(db, here.dr_okafor, entry)
    sharing.take_back(db, entry)

    assert not deleting.may_be_deleted(db, entry)
    with pytest.raises(BelongsToRecord):
        deleting.delete(db, entry)

    assert entry.words == "A wide field."
    assert reading.shared_with_staff(db, here.maya) == []


def test_an_older_copy_of_the_data_does_not_bring_a_deleted_entry_back(
    database, cast, db, here, keep
):
    """The copy has the rows as they were; the keys are those of now."""
    entry = keep("A wide field.", question="Which colours?")
    lines.bring(db, entry, ["A wide field."], here.maya)
    files.take_slice(db, entry, here.maya.id, FileKind.VOICE, 0, b"OggS")
    db.flush()
    tables = JournalEntry, JournalFile, JournalSlice, SharedLine
    copy = [
        (table.__table__, dict(row))
        for table in tables
        for row in db.execute(select(table.__table__)).mappings()
    ]
    kept_elsewhere = keep("Another one.")
    deleting.delete(db, entry)
    db.flush()

    for table in reversed(tables):
        db.execute(table.__table__.delete().where(text("1 = 1")))
    for table, row in copy:
        db.execute(table.insert().values(**row))
    db.expunge_all()

    restored = db.get_one(JournalEntry, entry.id)
    assert restored.words_sealed is not None
    with pytest.raises(Unreadable):
        _ = restored.words
    for row in (*db.scalars(select(SharedLine)), *db.scalars(select(JournalSlice))):
        with pytest.raises(Unreadable):
            _ = getattr(row, "words", None) or row.body
    maya = db.merge(here.maya)
    assert reading.entries_of(db, maya, "all") == []
    assert reading.brought(db, db.merge(here.integration_visit)) == []
    assert reading.is_gone(db, restored)
    assert kept_elsewhere is not None


def test_words_moved_to_another_entry_are_unreadable_there(db, keep):
    one, other = keep("Mine."), keep("Other.")
    one.key_id = other.key_id
    one.words_sealed = other.words_sealed

    with pytest.raises(Unreadable):
        _ = one.words
