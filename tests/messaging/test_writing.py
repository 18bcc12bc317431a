"""Texts that staff write: when they leave, what is refused, once for one form."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging import claims, threads, writing
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient, Practitioner

EVENING = timedelta(hours=10)  # ten at night, from noon


@pytest.fixture
def maya(db, cast):
    return db.get_one(Patient, cast.maya.id)


@pytest.fixture
def okafor(db, cast):
    return db.get_one(Practitioner, cast.dr_okafor.id)


def _queued(db):
    return db.scalars(select(Message).where(Message.purpose == Purpose.WRITTEN)).all()


def test_by_day_a_text_leaves_at_once(maya):
    assert writing.leaves_at(maya, None) == clock.now()


def test_a_night_is_the_patients_own(maya):
    clock.stand_still(clock.now() + EVENING)
    assert writing.leaves_at(maya, None) == clock.now() + timedelta(hours=10)

    maya.zone = "America/Los_Angeles"
    assert writing.leaves_at(maya, None) == clock.now()


def test_an_answer_leaves_at_night_and_the_next_text_does_not(db, maya, okafor):
    clock.stand_still(clock.now() + EVENING)
    thread = threads.of(db, maya)
    threads.open_again(db, thread)

    first = writing.send(db, maya, "We'll phone you.", by=okafor, form="a")
    second = writing.send(db, maya, "And sleep well.", by=okafor, form="b")

    assert (first.due_at, first.at_any_hour) == (clock.now(), True)
    assert (second.due_at, second.at_any_hour) == (clock.now() + timedelta(hours=10), False)


def test_one_form_is_one_text_of_one_person(db, cast, maya, okafor):
    jordan = db.get_one(Practitioner, cast.jordan.id)

    first = writing.send(db, maya, "Hello.", by=okafor, form="a")

    assert writing.send(db, maya, "Hello.", by=okafor, form="a") is first
    assert writing.send(db, maya, "Hello.", by=jordan, form="a") is not first
    assert len(_queued(db)) == 2


def test_nobody_who_takes_no_texts_is_written_to(db, maya, okafor):
    maya.opted_out_at = clock.now()

    with pytest.raises(writing.TakesNoTexts):
        writing.send(db, maya, "Hello.", by=okafor, form="a")

    assert _queued(db) == []


def test_words_are_measured_as_they_would_be_sent(maya):
    assert writing.read("  “x”\r\n ", maya) == '"x"'
    assert len(writing.read("…" * 160, maya)) == 480
    with pytest.raises(writing.TooLong):
        writing.read("…" * 161, maya)


def test_clinical_words_are_refused_until_they_are_wanted(maya):
    with pytest.raises(writing.SaysWhy):
        writing.read("Your ketamine", maya)

    assert writing.read("Your ketamine", maya, in_any_words=True) == "Your ketamine"


def test_a_clinic_may_say_its_name(db, maya):
    maya.clinic.name = maya.clinic.short_name = "Hudson Ketamine"

    assert writing.read("Hudson Ketamine: see you at ten.", maya)


def test_what_is_held_is_taken_back_once_and_never_leaves(db, maya, okafor):
    clock.stand_still(clock.now() + EVENING)
    held = writing.send(db, maya, "Hello.", by=okafor, form="a")

    writing.take_back(db, held, by=okafor)
    writing.take_back(db, held, by=okafor)

    assert held.status is MessageStatus.CANCELLED
    assert claims.claim_next(db, "worker") is None
    actions = db.scalars(select(AuditEvent.action).where(AuditEvent.entity_id == held.id)).all()
    assert actions.count("take-back-text") == 1


def test_the_same_words_may_be_sent_again_after_all(db, maya, okafor):
    clock.stand_still(clock.now() + EVENING)
    held = writing.send(db, maya, "Hello.", by=okafor, form="a")
    writing.take_back(db, held, by=okafor)

    again = writing.send(db, maya, "Hello.", by=okafor, form="a")

    assert again is not held
    assert again.status is MessageStatus.QUEUED


def test_what_a_worker_has_in_hand_is_not_taken_back(db, maya, okafor):
    message = writing.send(db, maya, "Hello.", by=okafor, form="a")
    db.flush()
    claims.claim_next(db, "worker")

    with pytest.raises(writing.HasLeft):
        writing.take_back(db, message, by=okafor)

    assert message.status is MessageStatus.SENDING
