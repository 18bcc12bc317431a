"""What staff write for one another beside the texts, and the replies a clinic words itself."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from app.messaging import notes, own_replies, threads
from app.messaging.models import Message, StaffNote
from app.messaging.own_replies import ReplyRefused, Worded
from app.people.models import Clinic, Patient, Practitioner

FORM = "0190a2b4-0000-7000-8000-000000000001"


@pytest.fixture
def here(db, cast):
    """The cast, as rows of this transaction."""
    return SimpleNamespace(
        clinic=db.get_one(Clinic, cast.clinic.id),
        neighbour=db.get_one(Clinic, cast.neighbour.id),
        maya=db.get_one(Patient, cast.maya.id),
        dr_okafor=cast.dr_okafor,
    )


@pytest.fixture
def okafor(db, here):
    return db.get_one(Practitioner, here.dr_okafor.id)


def test_a_note_is_kept_once_sealed_and_never_sent(db, here, okafor):
    thread = threads.of(db, here.maya)

    for _ in range(2):
        notes.write(db, thread, "Rather phone her after five.", by=okafor, form=FORM)

    (note,) = notes.of_thread(db, thread, None, None)
    assert note.body == "Rather phone her after five."
    assert db.scalars(select(Message)).all() == []
    rested = db.execute(text("SELECT body_sealed FROM staff_note")).scalar_one()
    assert b"phone" not in bytes(rested)


def test_a_note_answers_nobody(db, here, okafor):
    thread = threads.of(db, here.maya)
    threads.open_again(db, thread)

    notes.write(db, thread, "I do this later.", by=okafor, form=FORM)

    assert thread.opened_at is not None


@pytest.mark.parametrize("body", ["", "  \r\n ", "a" * (notes.LONGEST + 1)])
def test_no_note_and_too_long_a_note_are_refused(db, here, okafor, body):
    with pytest.raises((notes.NothingNoted, notes.NoteTooLong)):
        notes.write(db, threads.of(db, here.maya), body, by=okafor, form=FORM)

    assert db.scalars(select(StaffNote)).all() == []


def test_an_own_reply_stands_in_the_languages_it_has_words_in(db, here, okafor):
    worded = Worded(" Parking ", "Northside: park behind the house – it’s free.", "")

    own_replies.keep(db, here.clinic, worded, by=okafor)

    kept = own_replies.of_clinic(db, here.clinic)
    (english,) = own_replies.in_language(kept, "en")
    assert (english.title, english.body) == (
        "Parking",
        "Northside: park behind the house - it's free.",
    )
    assert own_replies.in_language(kept, "es") == []
    assert own_replies.of_clinic(db, here.neighbour) == []


def test_what_was_taken_away_is_offered_no_more(db, here, okafor):
    reply = own_replies.keep(db, here.clinic, Worded("Parking", "Behind it.", ""), by=okafor)

    own_replies.retire(db, reply, by=okafor)

    assert own_replies.of_clinic(db, here.clinic) == []


@pytest.mark.parametrize(
    ("worded", "field"),
    [
        (Worded("", "Behind the house.", ""), "title"),
        (Worded("x" * 41, "Behind the house.", ""), "title"),
        (Worded("Parking", " ", ""), "body_en"),
        (Worded("Parking", "", "a" * 481), "body_es"),
        (Worded("Dose", "About your ketamine dose.", ""), "body_en"),
    ],
)
def test_an_own_reply_is_refused_at_its_field(db, here, okafor, worded, field):
    with pytest.raises(ReplyRefused) as refusal:
        own_replies.keep(db, here.clinic, worded, by=okafor)

    assert refusal.value.field == field
    assert own_replies.of_clinic(db, here.clinic) == []
