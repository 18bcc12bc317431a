"""What follows each meaning: what the patient is answered, and what staff see."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import outbox, threads, writing
from app.messaging.models import Message, Purpose, Thread
from app.people.models import Patient
from app.safety import escalation
from app.safety.models import SafetyAlert
from app.scheduling import rescheduling, staffed_hours
from app.scheduling.models import Appointment, AppointmentStatus
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode
from tests.conftest import FRIDAY_NOON

NEVER_UNDERSTOOD = "My sister says hello and the blue one was closed"


@pytest.fixture
def visit(database, cast):
    def visit():
        with database.session(write=False) as db:
            return db.get_one(Appointment, cast.integration_visit.id)

    return visit


@pytest.fixture
def waits(rows):
    """Which of the visit's own texts wait."""
    own = (Purpose.JOIN, Purpose.NUDGE, Purpose.CONFIRM)
    return lambda: {
        message.purpose.value
        for message in rows(Message)
        if message.purpose in own and message.status.value == "queued"
    }


# OK


@pytest.mark.parametrize("body", ["OK", " Ok. ", "ok!", "Okay", "sí", "vale", "YES", "👍"])
def test_ok_confirms_the_visit_and_needs_nobody(reply, visit, tasks, answers_of, thread, body):
    reply(body)

    assert visit().confirmed_at == clock.now()
    assert (tasks(), answers_of()) == ([], [])
    assert (thread().unread, thread().opened_at) == (1, None)


def test_ok_lets_the_link_leave_at_any_hour(reply, rows):
    reply("OK")

    (join,) = [message for message in rows(Message) if message.purpose is Purpose.JOIN]
    assert (join.status.value, join.at_any_hour) == ("queued", True)


def test_ok_after_later_keeps_the_time(reply, visit, waits, tasks):
    reply("LATER")
    assert (waits(), visit().asked_at) == (set(), clock.now())

    reply("OK")

    assert visit().asked_at is None
    assert "join" in waits()
    assert tasks() == []


def test_an_infusion_is_not_confirmed_by_a_word_about_a_visit(reply, database, cast):
    reply("OK")

    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.infusion.id).confirmed_at is None


# LATER


@pytest.mark.parametrize(
    "body", ["LATER", "later.", "Not today", "not ready", "LUEGO", "más tarde", "mañana mejor"]
)
def test_later_leads_to_other_times_and_no_other_text_leaves(reply, tasks, said, waits, body):
    reply(body)

    ((purpose, words),) = said()
    assert purpose == "answer"
    assert "{link}" in words
    assert waits() == set()
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


def test_later_twice_leaves_one_answer_waiting_and_one_task(reply, said, tasks):
    reply("LATER")
    reply("not today")

    assert len(said("answer")) == 1
    assert len(tasks()) == 1


def test_staff_see_who_wants_another_time_at_once(reply, visit, rows):
    reply("Not ready today, can we try tomorrow?")

    (task,) = rows(StaffTask)
    assert (task.code, task.appointment_id, task.urgent) == (
        TaskCode.FIND_A_TIME,
        visit().id,
        True,
    )
    assert visit().asked_at == clock.now()


def test_a_patient_is_answered_in_their_language(reply, cast, change, said):
    change(cast.maya, language="es")

    reply("LUEGO")

    assert "Toque {link}" in said("answer")[0][1]


# CALL


@pytest.mark.parametrize("body", ["CALL", "call me", "Llámame", "llamar."])
def test_call_is_an_urgent_task_with_the_number_and_is_answered(
    reply, tasks, rows, answers_of, body
):
    reply(body)

    assert tasks() == [("call-back", "+13125550142")]
    assert rows(StaffTask)[0].urgent
    (words,) = answers_of()
    assert "we'll phone you on this number as soon as we can, today by 5:00pm" in words


def test_call_while_the_clinic_is_closed_says_when_they_are_phoned(reply, at, answers_of):
    at(FRIDAY_NOON + timedelta(hours=8))  # Friday, 8 pm

    reply("CALL")

    assert "Saturday from 9:00am" in answers_of()[0]


def test_who_asked_to_be_phoned_is_not_nudged(reply, waits):
    assert {"join", "nudge"} <= waits()

    reply("CALL")

    assert waits() & {"join", "nudge"} == {"join"}


def test_who_wants_a_call_or_another_time_gets_both_and_one_answer(reply, tasks, answers_of):
    reply("Not today. Call me")

    assert sorted(code for code, _ in tasks()) == ["call-back", "find-a-time"]
    (words,) = answers_of()
    assert "{link}" in words


# Danger


@pytest.mark.parametrize("body", ["I want to die", "quiero morirme", "ok but I might kill myself"])
def test_danger_is_answered_at_once_and_alerts_staff(
    reply, alerts, answers_of, rows, thread, cast, visit, body
):
    reply(body)

    (alert,) = alerts()
    assert (alert.patient_id, alert.signal.value) == (cast.maya.id, "words")
    (words,) = answers_of()
    assert "988" in words
    assert "911" in words
    assert visit().confirmed_at is None
    assert thread().opened_at == clock.now()
    rung = [message for message in rows(Message) if message.practitioner_id]
    assert [message.purpose for message in rung] == [Purpose.SAFETY]


def test_what_staff_wrote_before_does_not_leave_after_words_of_danger(
    reply, said, tasks, database, cast
):
    clock.stand_still(FRIDAY_NOON + timedelta(hours=11))  # quiet hours: it waits for the morning
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        writing.send(db, maya, "See you tomorrow, bring a smile.", by=cast.jordan, form="1")

    reply("I want to die")

    assert said("written") == []
    note = "Held back when they wrote of danger: See you tomorrow, bring a smile."
    assert ("answer", note) in tasks()
    with database.session(write=False) as db:
        maya = db.get_one(Patient, cast.maya.id)
        shown = [text.body for text in threads.texts(db, Thread(patient_id=maya.id))]
    assert "See you tomorrow, bring a smile." in shown


def test_what_leaves_by_itself_is_not_held_back_by_words_of_danger(reply, said):
    reply("I want to die")

    assert {purpose for purpose, _ in said("join", "confirm")} == {"join", "confirm"}


def test_an_alert_holds_none_of_the_words_and_neither_does_the_text_to_staff(reply, rows):
    reply("I want to die")

    (rung,) = [message for message in rows(Message) if message.practitioner_id]
    assert "die" not in rung.body
    assert "Maya" not in rung.body


def test_danger_is_answered_each_time_and_makes_one_alert(reply, alerts, answers_of):
    for _ in range(12):
        reply("I want to die")

    assert len(alerts()) == 1
    assert len(answers_of()) == 12


def test_nobody_is_told_that_the_team_knows_when_nobody_can_be_reached(
    reply, cast, change, answers_of
):
    for practitioner in (cast.dr_okafor, cast.jordan, cast.ada):
        change(practitioner, phone="")

    reply("I want to die")

    assert "Nobody here has seen this yet: (312) 555-0110" in answers_of()[0]


def test_after_an_opt_out_danger_is_met_with_an_alert_and_a_call_and_no_text(
    reply, cast, change, alerts, tasks, said
):
    change(cast.maya, opted_out_at=clock.now())

    reply("I want to die")

    assert len(alerts()) == 1
    assert tasks() == [("call-back", "+13125550142")]
    assert said("answer", "keyword", "safety") == []


def test_danger_and_stop_together_end_texts_with_where_help_is(reply, maya, alerts, tasks, said):
    reply("Stop texting me. I want to die")

    assert maya().opted_out_at == clock.now()
    assert len(alerts()) == 1
    assert [code for code, _ in tasks()] == ["call-back", "opted-out"]
    ((purpose, words),) = said()
    assert purpose == "keyword"
    assert "988" in words


# Anything else


@pytest.mark.parametrize(
    "body", [NEVER_UNDERSTOOD, "Who is this?", "ok but later or not", "not ok"]
)
def test_anything_that_is_not_clear_goes_to_a_person_word_by_word(
    reply, tasks, visit, thread, answers_of, body
):
    reply(body)

    assert tasks() == [("answer", body)]
    assert visit().confirmed_at is None
    assert thread().opened_at == clock.now()
    assert "a person here reads this today by 5:00pm" in answers_of()[0]


def test_an_empty_text_goes_to_a_person(reply, tasks, received):
    reply("")

    assert [code for code, _ in tasks()] == ["answer"]
    assert received()[0].body == ""


def test_a_picture_goes_to_a_person_even_with_a_word(reply, tasks, received, visit):
    reply("ok", pictures=2)

    assert received()[0].body == "ok\n[a picture]"
    assert tasks() == [("answer", "ok\n[a picture]")]
    assert visit().confirmed_at is None


def test_a_picture_beside_a_clear_word_is_looked_at_as_well(reply, tasks, thread, said):
    reply("LATER", pictures=1)

    assert sorted(code for code, _ in tasks()) == ["answer", "find-a-time"]
    assert "{link}" in said("answer")[0][1]
    assert thread().opened_at == clock.now()


@pytest.mark.parametrize(
    ("hours", "line"),
    [
        (0, "a person here reads this today by 5:00pm"),
        (4.9, "a person reads this on Saturday from 9:00am"),
        (8, "a person reads this on Saturday from 9:00am"),
        (15, "a person reads this on Saturday from 9:00am"),
    ],
)
def test_the_line_says_truly_when_a_person_reads_it(reply, at, answers_of, hours, line):
    at(FRIDAY_NOON + timedelta(hours=hours))

    reply(NEVER_UNDERSTOOD)

    assert line in answers_of()[0]


def test_a_clinic_without_hours_promises_none(reply, database, cast, answers_of):
    with database.session() as db:
        staffed_hours.set_hours(db, db.merge(cast.clinic), None, [], by=None)

    reply(NEVER_UNDERSTOOD)

    assert "when we are next in; sooner by phone, (312) 555-0110" in answers_of()[0]


def test_the_line_is_on_the_patients_clock_and_in_their_language(
    reply, at, cast, change, answers_of
):
    change(cast.maya, zone="America/Denver")
    at(FRIDAY_NOON + timedelta(hours=8))

    reply(NEVER_UNDERSTOOD)

    assert "Saturday from 7:00am" in answers_of()[0]


def test_the_line_is_said_once_in_four_hours(reply, at, answers_of, tasks):
    reply(NEVER_UNDERSTOOD)
    at(FRIDAY_NOON + timedelta(hours=3, minutes=59))
    reply("And another thing about the weather")
    assert len(answers_of()) == 1

    at(FRIDAY_NOON + timedelta(hours=4))
    reply("Hello to everybody in there again")

    assert len(answers_of()) == 2
    assert tasks() == [("answer", "Hello to everybody in there again")]


@pytest.mark.parametrize("body", ["OK", "LATER"])
def test_without_a_visit_ahead_a_word_goes_to_a_person(reply, cast, change, tasks, body):
    change(cast.integration_visit, status=AppointmentStatus.CANCELLED)

    reply(body)

    assert tasks() == [("answer", body)]


@pytest.mark.parametrize(("minutes", "meant"), [(-1, True), (0, False)])
def test_a_reply_is_about_the_visit_until_it_is_over(reply, at, cast, tasks, minutes, meant):
    at(cast.integration_visit.ends_at + timedelta(minutes=minutes))

    reply("OK")

    assert (tasks() == []) is meant


# Machines


def test_two_machines_do_not_answer_each_other_without_end(reply, said):
    for _ in range(20):
        reply("LATER")
        reply("Thank you for your message, we are closed on holidays")

    assert len(said("answer")) <= 2  # what waits: the newest link, and one line


def test_the_same_words_again_and_again_are_answered_no_more(reply, database, rows):
    for _ in range(20):
        reply("CALL")

    assert len([message for message in rows(Message) if message.purpose is Purpose.ANSWER]) == 8


@pytest.mark.parametrize(
    "body", ["I'm driving with Do Not Disturb While Driving turned on", "Auto-reply: out of office"]
)
def test_what_a_phone_writes_by_itself_is_kept_and_not_answered(reply, answers_of, tasks, body):
    reply(body)

    assert answers_of() == []
    assert tasks() == [("answer", body)]


# Texts that were found late


def test_a_text_found_late_does_not_undo_what_was_written_after_it(reply, visit, tasks):
    reply("LATER")
    asked_at = visit().asked_at

    reply("OK", at=FRIDAY_NOON - timedelta(minutes=5))

    assert (visit().asked_at, visit().confirmed_at) == (asked_at, None)
    assert ("answer", "OK") in tasks()


def test_stop_is_obeyed_however_late_it_is_found(reply, maya):
    reply("OK")

    reply("stop", at=FRIDAY_NOON - timedelta(minutes=5))

    assert maya().opted_out_at == clock.now()


def test_a_text_found_after_its_visit_is_not_taken_for_the_next_one(
    reply, database, cast, at, tasks, visit
):
    wrote_at = FRIDAY_NOON
    at(cast.integration_visit.ends_at + timedelta(minutes=5))
    with database.session() as db:
        over = db.get_one(Appointment, cast.integration_visit.id)
        following = Appointment(
            clinic_id=over.clinic_id,
            patient_id=over.patient_id,
            practitioner_id=over.practitioner_id,
            service=over.service,
            status=AppointmentStatus.BOOKED,
            wall_start="2026-11-28T10:00",
            zone=over.zone,
            starts_at=over.starts_at + timedelta(days=7),
            ends_at=over.ends_at + timedelta(days=7),
            made_at=clock.now(),
        )
        db.add(following)

    reply("OK", at=wrote_at)

    assert tasks() == [("answer", "OK")]
    with database.session(write=False) as db:
        assert db.get_one(Appointment, following.id).confirmed_at is None


# The number


def test_whoever_texts_from_a_number_can_be_texted_there(reply, database, cast, change, maya, rows):
    change(cast.maya, number_failed_at=clock.now())
    with database.session() as db:
        patient = db.get_one(Patient, cast.maya.id)
        outbox.withdraw_from(db, patient)
        desk.open_task(db, TaskCode.BAD_NUMBER, patient, by=None)

    reply("OK")

    assert maya().number_failed_at is None
    assert [task.done_at for task in rows(StaffTask)] == [clock.now()]
    assert "join" in {
        message.purpose.value for message in rows(Message) if message.status.value == "queued"
    }


def test_staff_answering_does_the_task_and_closes_the_thread(reply, database, tasks, thread):
    from app.messaging import threads

    reply(NEVER_UNDERSTOOD)
    with database.session() as db:
        threads.answered(db, db.get_one(Thread, thread().id))

    assert (tasks(), thread().opened_at) == ([], None)


def test_a_moved_visit_is_the_one_that_later_is_about(reply, database, cast, said):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        rescheduling.reschedule(db, visit, visit.starts_at + timedelta(hours=3), by=None)

    reply("LATER")

    assert len(said("answer")) == 1


@pytest.mark.parametrize(("hours", "alerted"), [(None, 0), (1, 2), (25, 1)])
@pytest.mark.parametrize("word", ["HELP", "AYUDA"])
def test_whoever_asks_for_help_soon_after_a_danger_is_not_merely_told_who_we_are(
    reply, alerts, thread, database, cast, word, hours, alerted
):
    if hours is not None:
        reply("I want to die")
        with database.session() as db:
            (alert,) = db.scalars(select(SafetyAlert))
            escalation.acknowledge(db, alert, by=db.merge(cast.jordan))
            threads.answered(db, threads.of(db, db.get_one(Patient, cast.maya.id)))
        clock.stand_still(clock.now() + timedelta(hours=hours))

    reply(word)

    assert len(alerts()) == alerted
    assert (thread().opened_at is not None) is (alerted == 2)
