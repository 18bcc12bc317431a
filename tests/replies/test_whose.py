"""Whose a text is: one clinic or several, patients, staff, and numbers that nobody has."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging import delivery, outbox
from app.messaging.models import Alarm, Message, Purpose, Thread
from app.people import enrolment
from app.people.models import Patient
from app.safety import escalation
from app.safety.models import SafetyAlert
from app.tasks.models import StaffTask
from tests.conftest import BASE_URL, FRIDAY_NOON

STRANGER = "+13125550199"


@pytest.fixture
def twin(database, cast):
    """Maya's number, enrolled at the neighbour clinic too."""
    with database.session() as db:
        return enrolment.enrol(
            db,
            db.merge(cast.neighbour),
            given_name="Maya",
            family_name="Osei",
            phone=cast.maya.phone,
            by=None,
        )


@pytest.fixture
def text_from(database, gateway):
    """`text_from(patient)`: her clinic texts her, now."""

    def text_from(patient):
        with database.session() as db:
            kept = db.get_one(Patient, patient.id)
            outbox.enqueue(db, Purpose.CODE, "Hello.", patient=kept, due_at=clock.now())
        assert delivery.send_one(database, gateway, "worker-1", BASE_URL)  # codes leave first

    return text_from


def test_a_text_belongs_to_the_patient_whose_number_it_is(reply, received, cast):
    reply("ok", sender=cast.noor.phone)

    (message,) = received()
    assert (message.patient_id, message.clinic_id) == (cast.noor.id, cast.neighbour.id)


def test_a_number_that_two_clinics_know_belongs_to_the_one_that_texted_last(
    reply, received, cast, twin, text_from, at
):
    text_from(cast.maya)
    at(FRIDAY_NOON + timedelta(hours=1))
    text_from(twin)
    reply("Who is this?")
    at(FRIDAY_NOON + timedelta(hours=2))
    text_from(cast.maya)
    reply("And who is that?")

    assert [message.clinic_id for message in received()] == [cast.neighbour.id, cast.clinic.id]


def test_neither_clinic_sees_what_was_written_to_the_other(
    reply, cast, twin, text_from, rows, signed_in
):
    text_from(twin)
    reply("Who is this periwinkle?")

    assert {task.clinic_id for task in rows(StaffTask)} == {cast.neighbour.id}
    assert {thread.clinic_id for thread in rows(Thread) if thread.opened_at is not None} == {
        cast.neighbour.id
    }


def test_a_number_that_nobody_has_makes_a_strangers_thread_and_is_never_dropped(
    reply, received, rows, answers_of
):
    reply("Is this the clinic on Elm Street?", sender=STRANGER)
    reply("Hello?", sender=STRANGER)

    (thread,) = rows(Thread)
    assert (thread.number, thread.unread, thread.opened_at) == (STRANGER, 2, FRIDAY_NOON)
    assert [message.thread_id for message in received()] == [thread.id] * 2
    assert answers_of() == []


def test_a_stranger_is_shown_to_the_clinic_whose_number_was_written_to(reply, rows, cast):
    reply("Hello?", sender=STRANGER, to=cast.neighbour.phone)
    reply("Hello again?", sender=STRANGER, to="+15005550006")  # known there by now
    reply("Hello?", sender="+13125550198", to="+15005550006")  # to no clinic's own number

    found = {thread.number: thread.clinic_id for thread in rows(Thread)}
    assert found == {STRANGER: cast.neighbour.id, "+13125550198": cast.clinic.id}


@pytest.mark.parametrize("sender", ["24273", "AFTERGLOW", "+1312555", ""])
def test_even_what_is_no_number_is_kept(reply, received, rows, sender):
    reply("Your parcel waits", sender=sender)

    assert received()[0].body == "Your parcel waits"
    assert rows(Thread)[0].number == sender


def test_a_strangers_stop_asks_nobody(reply, rows):
    reply("STOP", sender=STRANGER)

    assert (rows(Thread)[0].opened_at, rows(StaffTask)) == (None, [])


def test_danger_from_a_stranger_is_answered_and_alerts_staff_until_somebody_takes_it_on(
    reply, rows, answers_of, database, desk, at
):
    reply("I want to die", sender=STRANGER)
    reply("I really want to die", sender=STRANGER)

    (thread,) = rows(Thread)
    (alert,) = rows(SafetyAlert)
    assert (alert.thread_id, alert.patient_id) == (thread.id, None)
    assert all("988" in words for words in answers_of())
    strip = desk.get("/clinic/alerts").text
    assert "(312) 555-0199" in strip
    assert f"/clinic/inbox/numbers/{thread.id}" in strip
    at(FRIDAY_NOON + escalation.EVERY)
    with database.session() as db:
        escalation.escalate(db)
    told = [message for message in rows(Message) if message.practitioner_id]
    assert len(told) == 2
    assert all("die" not in message.body for message in told)


def test_danger_from_a_stranger_who_wants_no_texts_alerts_staff_and_is_not_texted(
    reply, rows, answers_of
):
    reply("STOP", sender=STRANGER)
    reply("I want to die", sender=STRANGER)

    assert len(rows(SafetyAlert)) == 1
    assert answers_of() == []

    reply("START", sender=STRANGER)
    reply("I want to die", sender=STRANGER)

    assert "988" in answers_of()[0]


def test_what_staff_answer_to_a_ring_is_kept_and_asks_nobody(
    reply, received, rows, answers_of, cast
):
    reply("on my way", sender=cast.jordan.phone)

    (message,) = received()
    assert (message.practitioner_id, message.patient_id) == (cast.jordan.id, None)
    assert (rows(Thread), rows(StaffTask), answers_of()) == ([], [], [])


def test_staff_who_stop_texts_would_miss_alerts_so_an_alarm_is_raised(reply, rows, cast):
    reply("STOP", sender=cast.jordan.phone)

    assert [alarm.code for alarm in rows(Alarm)] == ["staff-number"]
