"""STOP, START and HELP: what they end, what they begin, and who confirms it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.messaging import delivery, outbox
from app.messaging.models import Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Patient
from app.scheduling import booking, rescheduling
from app.scheduling.models import Appointment, Service
from app.tasks.models import StaffTask, TaskCode
from tests.conftest import BASE_URL, FRIDAY_NOON

WAITING = (MessageStatus.QUEUED, MessageStatus.SENDING)


@pytest.fixture
def send_all(database, gateway):
    """Send whatever is due, and tell what has left to patients, in the order of leaving."""

    def send_all():
        before = len(gateway.sent)
        while delivery.send_one(database, gateway, "worker-1", BASE_URL):
            pass
        return [text.body for text in gateway.sent[before:]]

    return send_all


@pytest.fixture
def waiting_for_maya(rows, cast):
    return lambda: [
        message.purpose.value
        for message in rows(Message)
        if message.patient_id == cast.maya.id and message.status in WAITING
    ]


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop ", "CANCEL", "End", "QUIT", "unsubscribe"])
def test_twilios_own_word_is_recorded_and_twilio_confirms_it(
    reply, maya, tasks, rows, waiting_for_maya, body
):
    reply(body)

    assert maya().opted_out_at == clock.now()
    assert [code for code, _ in tasks()] == ["opted-out"]
    assert rows(StaffTask)[0].urgent
    assert waiting_for_maya() == []


@pytest.mark.parametrize("body", ["ALTO", "stop texting me", "Stop.", "No more texts please"])
def test_words_that_twilio_does_not_know_are_confirmed_once(reply, maya, said, tasks, body):
    reply(body)
    reply(body)

    assert maya().opted_out_at == clock.now()
    ((purpose, words),) = said()
    assert purpose == "keyword"
    assert "no more texts" in words
    assert "START" in words
    assert [code for code, _ in tasks()] == ["opted-out"]


def test_a_word_that_twilio_answered_by_itself_is_not_answered_again(reply, maya, said):
    reply("basta", answered="STOP")

    assert maya().opted_out_at == clock.now()
    assert said() == []


def test_the_confirmation_still_leaves_and_nothing_after_it(reply, send_all):
    reply("stop texting me")

    (only,) = send_all()
    assert "no more texts" in only


def test_after_an_opt_out_mid_protocol_not_one_more_text_leaves(
    reply, database, cast, send_all, rows, at, signed_in
):
    send_all()
    reply("STOP")

    # The protocol goes on: days pass, the visit is moved and kept, another one is booked.
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        rescheduling.reschedule(db, visit, visit.starts_at + timedelta(hours=3), by=None)
        booking.book(
            db,
            patient=db.get_one(Patient, cast.maya.id),
            service=Service.INFUSION,
            starts_at=FRIDAY_NOON + timedelta(days=3),
            ends_at=FRIDAY_NOON + timedelta(days=3, hours=2),
            by=db.merge(cast.jordan),
        )
    left = []
    for hours in range(0, 24 * 8, 3):
        at(FRIDAY_NOON + timedelta(hours=hours))
        left += send_all()

    assert left == []
    with database.session(write=False) as db:
        own = select(Message).where(
            Message.patient_id == cast.maya.id,
            Message.direction == "outbound",
            Message.status.in_(WAITING),
        )
        assert db.scalars(own).all() == []
    assert TaskCode.OPTED_OUT in [task.code for task in rows(StaffTask) if not task.done_at]


def test_after_an_opt_out_the_product_still_works(reply, signed_in, cast):
    reply("STOP")
    home = signed_in(cast.maya)

    assert "Dr. Okafor" in home.get("/").text
    assert home.get(f"/visits/{cast.integration_visit.id}").status_code == 200


def test_after_an_opt_out_a_text_still_does_what_it_says(reply, database, cast, said, tasks):
    reply("STOP")

    reply("not today")

    assert said() == []
    assert [code for code, _ in tasks()] == ["opted-out", "find-a-time"]


def test_start_brings_the_texts_of_visits_ahead_back(reply, maya, tasks, said, waiting_for_maya):
    reply("STOP")

    reply("START")

    assert maya().opted_out_at is None
    assert tasks() == []
    assert "join" in waiting_for_maya()
    assert said("keyword") == []


def test_yes_is_start_for_whoever_has_stopped(reply, maya, database, cast):
    reply("STOP")

    reply("YES")

    assert maya().opted_out_at is None
    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.integration_visit.id).confirmed_at is None


def test_our_own_word_for_start_is_confirmed_by_us(reply, said):
    reply("ALTO")
    reply("text me again")

    assert "you will get our texts again" in said("keyword")[-1][1]


@pytest.mark.parametrize("body", ["START", "YES"])
def test_a_stop_that_twilio_never_heard_of_is_taken_back_with_a_word_from_us(reply, said, body):
    reply("ALTO")
    reply(body)

    assert "you will get our texts again" in said("keyword")[-1][1]


def test_help_asked_in_between_leaves_twilio_alone_to_confirm_the_start(reply, said):
    reply("STOP")
    reply("AYUDA")
    reply("START")

    assert len(said("keyword")) == 1
    assert "get our texts again" not in said("keyword")[0][1]


def test_start_of_somebody_who_never_agreed_goes_to_a_person(reply, cast, change, maya, tasks):
    change(cast.maya, texts_agreed_at=None)

    reply("START")

    assert maya().takes_texts is False
    assert [code for code, _ in tasks()] == ["answer"]


@pytest.mark.parametrize("body", ["HELP", "info"])
def test_twilio_answers_help_by_itself(reply, said, tasks, body):
    reply(body)

    assert said("keyword", "answer") == []
    assert tasks() == []


def test_ayuda_is_answered_with_who_we_are_even_after_an_opt_out(
    reply, cast, change, said, send_all
):
    change(cast.maya, opted_out_at=clock.now())

    reply("AYUDA")

    ((purpose, words),) = said("keyword")
    assert purpose == "keyword"
    assert "(312) 555-0110" in words
    assert len(send_all()) == 1


def test_in_spanish_too_the_word_that_the_carrier_knows_is_named(cast, change, reply, said):
    change(cast.maya, language="es")

    reply("AYUDA")

    assert "PARAR o STOP" in said("keyword")[0][1]


def test_one_phone_that_two_clinics_know_stops_at_both(database, cast, reply, rows):
    with database.session() as db:
        enrolment.enrol(
            db,
            db.merge(cast.neighbour),
            given_name="Maya",
            family_name="Osei",
            phone=cast.maya.phone,
            by=None,
        )

    reply("stop texting me")

    patients = [patient for patient in rows(Patient) if patient.phone == cast.maya.phone]
    assert [patient.opted_out_at for patient in patients] == [clock.now()] * 2
    assert {task.clinic_id for task in rows(StaffTask)} == {cast.clinic.id, cast.neighbour.id}
    confirmations = [each for each in rows(Message) if each.purpose is Purpose.KEYWORD]
    assert len(confirmations) == 1


def test_a_code_is_not_texted_to_whoever_stopped(reply, database, cast):
    reply("STOP")

    with database.session() as db:
        assert not outbox.may_text(db.get_one(Patient, cast.maya.id), Purpose.CODE)
