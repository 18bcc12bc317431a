"""Many at once, whatever the database: nothing is lost, nothing doubled, nothing overwritten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from sqlalchemy import func, select

from app import clock
from app.journal import deleting, entries, files, following, lines, planning, reading
from app.journal.deleting import BelongsToRecord
from app.journal.entries import Closed, Conflict, Posted
from app.journal.lines import TooManyLines
from app.journal.models import EntryKey, EntryKind, FileKind, JournalEntry, JournalPrompt
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.people.models import Patient, Practitioner
from app.safety.models import SafetyAlert
from app.scheduling.models import Appointment

CROWD = 12


def at_once(database, act):
    """Run `act(db, number)` in threads that start together; what each returned or refused."""
    gate = threading.Barrier(CROWD)

    def run(number):
        gate.wait()
        with database.session() as db:
            try:
                return act(db, number)
            except (Conflict, Closed) as refusal:
                return type(refusal).__name__

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(run, range(CROWD)))


def posted(words, **others):
    return Posted(
        **{"uuid": uuid4(), "revision": 1, "written_at": clock.now()} | others, words=words
    )


def count(database, what):
    with database.session(write=False) as db:
        return db.scalar(select(func.count(what.id)))


def test_one_entry_sent_by_many_at_once_stands_once(database, cast):
    sent = posted("I want to kill myself.")

    def send(db, _number):
        return entries.accept(db, db.get_one(Patient, cast.maya.id), sent).is_new

    assert sorted(at_once(database, send)) == [False] * (CROWD - 1) + [True]
    assert [count(database, each) for each in (JournalEntry, EntryKey, SafetyAlert)] == [1, 1, 1]


def test_of_many_versions_sent_at_once_one_stands_and_the_others_are_told(database, cast):
    uuid = uuid4()

    def send(db, number):
        theirs = posted(f"Version {number}.", uuid=uuid)
        entries.accept(db, db.get_one(Patient, cast.maya.id), theirs)
        return f"Version {number}."

    told = at_once(database, send)

    assert told.count("Conflict") == CROWD - 1
    with database.session(write=False) as db:
        (entry,) = reading.entries_of(db, db.get_one(Patient, cast.maya.id), "all")
        assert entry.words in told


def test_a_link_takes_no_more_than_its_number_however_many_send_at_once(
    database, cast, monkeypatch
):
    monkeypatch.setattr(entries, "MOST_BY_LINK", 5)
    with database.session() as db:
        link_id = magic_links.mint(
            db,
            LinkKind.WRITE,
            clinic_id=cast.clinic.id,
            patient_id=cast.maya.id,
            appointment_id=cast.infusion.id,
            expires_at=clock.now().replace(year=2027),
        ).id

    def send(db, number):
        link = db.get_one(MagicLink, link_id)
        maya = db.get_one(Patient, cast.maya.id)
        return entries.accept(db, maya, posted(f"Number {number}."), link=link).is_new

    answers = at_once(database, send)

    assert (answers.count(True), answers.count("Closed")) == (5, CROWD - 5)


def test_three_lines_are_brought_however_many_pages_pick_at_once(database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        words = [f"Line {number}." for number in range(CROWD)]
        ids = [entries.accept(db, maya, posted(each)).entry.id for each in words]

    def bring(db, number):
        entry = db.get_one(JournalEntry, ids[number])
        try:
            return len(lines.bring(db, entry, [entry.words], db.get_one(Patient, cast.maya.id)))
        except TooManyLines:
            return 0

    assert sum(at_once(database, bring)) == lines.MOST


def test_what_is_read_and_deleted_at_once_is_either_kept_or_gone(database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        ids = [
            entries.accept(db, maya, posted(f"{number}.", shared=True)).entry.id
            for number in range(CROWD // 2)
        ]

    def read_or_delete(db, number):
        entry = db.get_one(JournalEntry, ids[number // 2])
        try:
            if number % 2:
                deleting.delete(db, entry)
            else:
                reading.read_by(db, db.get_one(Practitioner, cast.dr_okafor.id), entry)
        except BelongsToRecord:
            return

    at_once(database, read_or_delete)

    with database.session(write=False) as db:
        for entry in db.scalars(select(JournalEntry)):
            assert (entry.read_at is None) or (entry.deleted_at is None and entry.words)


def test_the_pieces_of_a_note_may_come_all_at_once(database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        entry_id = entries.accept(db, maya, posted("", kind=EntryKind.VOICE)).entry.id
    uuid = uuid4()

    def send(db, number):
        entry = db.get_one(JournalEntry, entry_id)
        files.take_slice(db, entry, uuid, FileKind.VOICE, number // 2, bytes([number // 2]) * 3)

    at_once(database, send)

    with database.session() as db:
        entry = db.get_one(JournalEntry, entry_id)
        file = files.complete(db, entry, uuid, media_type="audio/mp4", slices=CROWD // 2)
        whole = b"".join(files.span(db, file, 0, file.size))
    assert whole == b"".join(bytes([each]) * 3 for each in range(CROWD // 2))


def test_a_session_planned_by_many_at_once_is_planned_once(database, cast):
    def plan(db, number):
        if number % 2:
            planning.plan(db, db.get_one(Appointment, cast.infusion.id))
        else:
            following.follow(db)

    at_once(database, plan)

    with database.session(write=False) as db:
        found = db.scalars(select(JournalPrompt)).all()
        moments = [prompt.moment for prompt in found]
        assert len(moments) == len(set(moments)) > 1
        assert len({prompt.link_id for prompt in found}) == 1
