from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import inbound
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.scheduling import replies, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus
from app.tasks.models import StaffTask


@pytest.fixture
def planned(database, cast):
    """Maya's visit, with its join text waiting."""
    with database.session() as db:
        visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))


@pytest.fixture
def reply(database, cast, planned):
    """`reply(body)`: a text from Maya, taken in."""
    count = iter(range(100))

    def reply(body):
        with database.session() as db:
            message = inbound.receive(
                db, cast.clinic, "+13125550142", body, sid=f"SM{next(count)}", at=clock.now()
            )
            db.flush()
            replies.take_in(db, message)

    return reply


@pytest.fixture
def tasks(database):
    def tasks():
        with database.session(write=False) as db:
            return [
                (task.code.value, task.note)
                for task in db.scalars(select(StaffTask).order_by(StaffTask.made_at))
            ]

    return tasks


@pytest.fixture
def texts(database):
    """The waiting and withdrawn texts by purpose."""

    def texts():
        with database.session(write=False) as db:
            return sorted(
                (message.purpose.value, message.status.value)
                for message in db.scalars(select(Message).where(Message.purpose != Purpose.REPLY))
            )

    return texts


def visit(database, cast):
    with database.session(write=False) as db:
        return db.get_one(Appointment, cast.integration_visit.id)


@pytest.mark.parametrize(
    "body", ["OK", "ok", " Ok. ", "ok!", "OK !", "Okay", "k", "sí", "Sí.", "vale", "ok\n"]
)
def test_ok_confirms_the_visit_and_needs_nobody(reply, database, cast, tasks, texts, body):
    reply(body)

    assert visit(database, cast).confirmed_at == clock.now()
    assert tasks() == []
    assert ("join", "queued") in texts()


@pytest.mark.parametrize("body", ["LATER", "later.", "Not today", "LUEGO", "más tarde", "hoy no"])
def test_later_leads_to_other_times_and_no_join_text_leaves(reply, texts, tasks, body):
    reply(body)

    assert texts() == [
        ("answer", "queued"),
        ("confirm", "cancelled"),
        ("join", "cancelled"),
        ("nudge", "cancelled"),
    ]
    assert [code for code, _ in tasks()] == ["find-a-time"]


def test_the_answer_to_later_carries_a_link_of_the_same_visit_made_for_choosing(
    reply, database, cast
):
    reply("LATER")

    with database.session(write=False) as db:
        answer = db.scalars(select(Message).where(Message.purpose == Purpose.ANSWER)).one()
        link = db.get_one(MagicLink, answer.link_id)
        assert (link.appointment_id, link.for_choosing) == (cast.integration_visit.id, True)
        assert magic_links.is_live(link)
        assert link.expires_at == cast.integration_visit.ends_at + timedelta(minutes=30)


def test_later_twice_leaves_one_answer_waiting(reply, texts):
    reply("LATER")
    reply("later")

    assert texts().count(("answer", "queued")) == 1


@pytest.mark.parametrize("body", ["CALL", "call me", "Llámame", "llamar."])
def test_call_is_an_urgent_task_with_the_number(reply, tasks, body):
    reply(body)

    assert tasks() == [("call-back", "+13125550142")]


@pytest.mark.parametrize(
    "body", ["ok but later", "Who is this?", "", "👍", "not ok", "I do not want to live", "OKAY?"]
)
def test_anything_that_is_not_clear_goes_to_a_person_word_by_word(
    reply, tasks, database, cast, body
):
    reply(body)

    assert tasks() == [("answer", body)]
    assert visit(database, cast).confirmed_at is None


@pytest.mark.parametrize("body", ["OK", "LATER"])
def test_without_a_visit_ahead_a_word_goes_to_a_person(reply, database, cast, tasks, body):
    with database.session() as db:
        ahead = db.get_one(Appointment, cast.integration_visit.id)
        ahead.status = AppointmentStatus.CANCELLED

    reply(body)

    assert tasks() == [("answer", body)]


def test_an_infusion_is_not_confirmed_by_a_word_about_a_visit(reply, database, cast):
    reply("OK")

    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.infusion.id).confirmed_at is None


@pytest.mark.parametrize(("minutes", "meant"), [(-1, True), (0, False)])
def test_a_reply_is_about_the_visit_until_it_is_over(reply, database, cast, tasks, minutes, meant):
    clock.stand_still(cast.integration_visit.ends_at + timedelta(minutes=minutes))

    reply("OK")

    assert (tasks() == []) is meant


def test_a_patient_is_answered_in_their_language(reply, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).language = "es"

    reply("LUEGO")

    with database.session(write=False) as db:
        answer = db.scalars(select(Message).where(Message.purpose == Purpose.ANSWER)).one()
        assert "Toque {link}" in answer.body
        assert answer.status is MessageStatus.QUEUED
