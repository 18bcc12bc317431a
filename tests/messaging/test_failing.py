"""What follows when a text did not arrive: who is told, what is tried, what is noted."""

from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging import outbox, threads
from app.messaging.gateway import Declined
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.tasks.models import StaffTask
from tests.fakes import RecordingGateway

MINUTE = timedelta(minutes=1)
ALIKE = {
    *("clinic_id", "patient_id", "appointment_id", "link_id", "written_by_id", "purpose", "body"),
    *("number", "priority", "visit_at", "expires_at", "at_any_hour"),
}


@pytest.fixture(autouse=True)
def _quietly():
    with structlog.testing.capture_logs():
        yield


class Meanwhile(RecordingGateway):
    """Something happens at the clinic while the gateway thinks, and then it says no."""

    def __init__(self, happens, code):
        super().__init__()
        self._happens = happens
        self.answers = [Declined(code)]

    def send(self, outgoing):
        self._happens()
        return super().send(outgoing)


def test_a_number_that_was_corrected_while_the_old_one_was_refused_stays_good(
    queue, send, database, cast
):
    def correct():
        with database.session() as db:
            db.get_one(Patient, cast.maya.id).phone = "+13125550177"

    queue()
    send(through=Meanwhile(correct, "21211"))

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).number_failed_at is None


@pytest.mark.parametrize(("code", "told"), [("30007", []), ("30005", ["bad-number"])])
def test_of_a_text_withdrawn_under_way_staff_hear_only_what_is_wrong_with_the_number(
    queue, send, database, cast, tasks, kept, code, told
):
    def withdraw():
        with database.session() as db:
            outbox.withdraw(db, cast.integration_visit.id)

    message = queue(Purpose.NOTICE)
    send(through=Meanwhile(withdraw, code))

    assert (kept(message).status, kept(message).error_code) == (MessageStatus.FAILED, code)
    assert kept(message).status_at == clock.now()
    assert tasks() == told


@pytest.mark.parametrize("word", ["sent", "queued"])
def test_a_text_withdrawn_on_its_way_is_not_tried_again(
    queue, send, callback, kept_all, database, cast, word
):
    message = queue(Purpose.NUDGE)
    send()
    callback(message, word)
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)

    callback(message, "undelivered", "30003")

    assert len(kept_all()) == 1


@pytest.mark.parametrize("purpose", [Purpose.CODE, Purpose.EVENING, Purpose.MORNING, Purpose.WEEK])
def test_what_may_lapse_and_could_not_be_delivered_is_somebodys_task(
    queue, send, callback, tasks, purpose
):
    message = queue(purpose)
    send()

    callback(message, "undelivered", "30036")

    assert tasks() == ["text-undelivered"]


def test_a_text_that_did_not_arrive_comes_before_what_can_wait(queue, send, callback, database):
    message = queue(Purpose.NOTICE)
    send()

    callback(message, "undelivered", "30005")

    with database.session(write=False) as db:
        assert db.scalars(select(StaffTask.urgent)).all() == [True]


def test_whoever_runs_the_installation_hears_of_a_staff_text_when_nothing_more_is_tried(
    queue, send, callback, cast, kept_all, alarms_raised
):
    queue(Purpose.SAFETY, practitioner=cast.jordan, appointment_id=None)
    for wait in (2 * MINUTE, 10 * MINUTE):
        send()
        callback(kept_all()[-1], "undelivered", "30003")
        assert alarms_raised() == {}
        clock.stand_still(clock.now() + wait, machine=clock.machine_now() + wait)
    send()

    callback(kept_all()[-1], "undelivered", "30003")

    assert alarms_raised() == {"staff-number": 1}


def test_a_second_try_is_the_same_text_in_all_but_its_hour(queue, send, callback, kept_all, cast):
    wanted_until = clock.now() + 60 * MINUTE
    first = queue(
        Purpose.WRITTEN,
        "Tap {link}.",
        with_link=True,
        visit_at=cast.integration_visit.starts_at,
        expires_at=wanted_until,
        at_any_hour=True,
        written_by=cast.jordan,
    )
    send()

    callback(first, "undelivered", "30003")

    again = kept_all()[-1]
    assert again.again_of_id == first.id
    assert {name: getattr(again, name) for name in ALIKE} == {
        name: getattr(first, name) for name in ALIKE
    }


def test_a_second_try_to_a_stranger_stands_in_the_same_thread(
    database, cast, send, callback, kept_all
):
    with database.session() as db:
        stranger = threads.of_stranger(db, cast.clinic, "+13125550199")
        db.flush()
        first = outbox.enqueue(
            db, Purpose.WRITTEN, "Who is it?", thread=stranger, due_at=clock.now()
        )
    send()

    callback(first, "undelivered", "30003")

    assert [one.thread_id for one in kept_all()] == [stranger.id] * 2


def test_a_second_try_to_staff_goes_to_the_same_person(queue, send, callback, kept_all, cast):
    first = queue(Purpose.STAFF, practitioner=cast.jordan, appointment_id=None)
    send()

    callback(first, "undelivered", "30008")

    assert [one.practitioner_id for one in kept_all()] == [cast.jordan.id] * 2


def test_nobody_who_stopped_texts_meanwhile_is_tried_again(
    queue, send, callback, kept_all, database, cast, tasks
):
    message = queue(Purpose.NUDGE)
    send()
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    callback(message, "undelivered", "30003")

    assert len(kept_all()) == 1
    assert tasks() == ["text-undelivered"]


def stopped(database, cast):
    with database.session(write=False) as db:
        maya = db.get_one(Patient, cast.maya.id)
        events = select(AuditEvent.detail).where(
            AuditEvent.action == "stop-texts", AuditEvent.entity_id == maya.id
        )
        return maya.opted_out_at, maya.number_failed_at, list(db.scalars(events))


@pytest.mark.parametrize("code", ["21610", "30005"])
def test_the_trail_says_once_why_somebody_is_texted_no_more_and_the_first_moment_stands(
    queue, send, callback, database, cast, code
):
    first, second = queue(Purpose.NUDGE), queue(Purpose.NOTICE)
    send(), send()
    began = clock.now()

    callback(first, "undelivered", code)
    clock.stand_still(began + MINUTE, machine=clock.machine_now() + MINUTE)
    callback(second, "undelivered", code)

    opted_out = code == "21610"
    assert stopped(database, cast) == (
        began if opted_out else None,
        None if opted_out else began,
        [code],
    )


def test_a_refusal_for_other_reasons_stops_nobodys_texts(queue, send, callback, database, cast):
    message, waiting = queue(Purpose.NUDGE), queue(due_at=clock.now() + MINUTE)
    send()

    callback(message, "undelivered", "30007")

    assert stopped(database, cast) == (None, None, [])
    with database.session(write=False) as db:
        assert db.get_one(Message, waiting.id).status is MessageStatus.QUEUED
