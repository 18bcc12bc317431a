from datetime import datetime, timedelta

import pytest

from app import clock, wall_time
from app.messaging import claims, delivery, outbox, threads
from app.messaging.gateway import Declined
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient, Practitioner

ZONE = "America/New_York"
CANCELLED, QUEUED = MessageStatus.CANCELLED, MessageStatus.QUEUED


def at(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


def stand(text):
    clock.stand_still(at(text), machine=at(text))


def test_what_falls_due_at_night_leaves_in_the_morning(queue, send, gateway, kept):
    stand("2026-11-25T22:00")
    message = queue(Purpose.CONFIRM)

    while send():
        pass
    assert gateway.sent == []
    assert (kept(message).status, kept(message).due_at) == (QUEUED, at("2026-11-26T08:00"))
    stand("2026-11-26T08:00")

    assert send()
    assert len(gateway.sent) == 1


@pytest.mark.parametrize(
    ("late", "awake"),
    [
        ("2026-03-07T21:30", "2026-03-08T08:00"),  # the clocks go forward that night
        ("2026-03-08T01:30", "2026-03-08T08:00"),
        ("2026-10-31T21:30", "2026-11-01T08:00"),  # and back
        ("2026-11-01T01:30", "2026-11-01T08:00"),
    ],
)
def test_a_text_that_is_late_waits_for_eight_on_their_clock_across_a_clock_change(
    queue, send, gateway, kept, late, awake
):
    stand("2026-03-07T12:00" if "-03-" in late else "2026-10-31T12:00")
    message = queue(Purpose.NOTICE, due_at=at(late) - timedelta(hours=2))
    stand(late)

    send()

    assert kept(message).due_at == at(awake)
    clock.stand_still(at(awake) - timedelta(seconds=1))
    assert not send()
    clock.stand_still(at(awake))
    assert send()
    assert len(gateway.sent) == 1


def test_quiet_hours_are_those_of_the_patients_clock(queue, send, gateway, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).zone = "America/Los_Angeles"
    stand("2026-11-25T23:30")  # half past eight in the evening there
    queue(Purpose.NOTICE)

    send()

    assert len(gateway.sent) == 1


@pytest.mark.parametrize("purpose", [Purpose.CODE, Purpose.KEYWORD, Purpose.ANSWER, Purpose.SAFETY])
def test_answers_and_safety_leave_at_night(queue, send, gateway, purpose):
    stand("2026-11-25T03:00")
    queue(purpose)

    send()

    assert len(gateway.sent) == 1


@pytest.mark.parametrize("purpose", [Purpose.SAFETY, Purpose.STAFF, Purpose.NOTICE])
def test_staff_are_texted_at_night(queue, send, gateway, cast, purpose):
    stand("2026-11-25T03:00")
    queue(purpose, practitioner=cast.jordan, appointment_id=None)

    send()

    assert len(gateway.sent) == 1


def test_words_of_staff_leave_at_night_only_where_they_answer_one_who_is_up(queue, send, gateway):
    stand("2026-11-25T23:00")
    queue(Purpose.WRITTEN, "held")
    queue(Purpose.WRITTEN, "answers", at_any_hour=True)

    while send():
        pass

    assert [one.body for one in gateway.sent] == ["answers"]


def test_a_join_text_of_a_visit_they_accepted_leaves_at_night(
    queue, send, gateway, database, cast, kept
):
    stand("2026-11-25T20:00")
    held, other = queue(Purpose.JOIN, "join"), queue(Purpose.CONFIRM, "confirm")
    with database.session() as db:
        outbox.let_through(db, cast.integration_visit.id)
    stand("2026-11-25T22:00")

    while send():
        pass

    assert [one.body for one in gateway.sent] == ["join"]
    assert kept(held).at_any_hour
    assert not kept(other).at_any_hour


def test_a_text_that_would_come_too_late_in_the_morning_goes_to_a_person(
    queue, send, gateway, kept, tasks
):
    stand("2026-11-25T21:30")
    message = queue(Purpose.JOIN, expires_at=at("2026-11-26T08:00"))

    send()

    assert gateway.sent == []
    assert (kept(message).status, kept(message).error_code) == (MessageStatus.FAILED, "expired")
    assert tasks() == ["text-undelivered"]


def test_a_text_that_is_still_wanted_in_the_morning_waits_for_it(queue, send, gateway, kept):
    stand("2026-11-25T21:30")
    message = queue(Purpose.JOIN, expires_at=at("2026-11-26T08:01"))

    send()

    assert gateway.sent == []
    assert (kept(message).status, kept(message).due_at) == (QUEUED, at("2026-11-26T08:00"))


def test_only_what_leads_into_the_visit_they_accepted_leaves_at_night(
    queue, send, gateway, database, cast
):
    stand("2026-11-25T22:00")
    queue(Purpose.NUDGE, "nudge")
    queue(Purpose.JOIN, "of another visit", appointment_id=cast.infusion.id)
    with database.session() as db:
        outbox.let_through(db, cast.integration_visit.id)

    while send():
        pass

    assert [one.body for one in gateway.sent] == ["nudge"]


def test_what_has_left_is_not_touched_when_a_visit_is_accepted(queue, send, database, cast, kept):
    message = queue(Purpose.JOIN)
    send()

    with database.session() as db:
        outbox.let_through(db, cast.integration_visit.id)

    assert not kept(message).at_any_hour


def test_a_stranger_is_let_be_at_night_by_the_clinics_clock(database, cast, send, gateway):
    stand("2026-11-25T23:00")
    with database.session() as db:
        stranger = threads.of_stranger(db, cast.clinic, "+13125550199")
        outbox.enqueue(db, Purpose.WRITTEN, "Who is it?", thread=stranger, due_at=clock.now())
    send()
    assert gateway.sent == []
    stand("2026-11-26T08:00")

    send()

    assert [one.to for one in gateway.sent] == ["+13125550199"]


@pytest.mark.parametrize("purpose", [Purpose.CODE, Purpose.EVENING, Purpose.MORNING, Purpose.WEEK])
def test_what_lapses_and_can_be_had_otherwise_is_nobodys_task(queue, send, kept, tasks, purpose):
    message = queue(purpose, expires_at=clock.now())

    send()

    assert kept(message).status is MessageStatus.FAILED
    assert tasks() == []


def test_a_text_goes_to_the_number_they_have_now(queue, send, gateway, kept, database, cast):
    message = queue()
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).phone = "+13125550177"

    send()

    assert gateway.sent[0].to == "+13125550177"
    assert kept(message).number == "+13125550177"


def test_a_text_to_staff_goes_to_the_number_they_have_now(queue, send, gateway, database, cast):
    queue(Purpose.STAFF, practitioner=cast.jordan, appointment_id=None)
    with database.session() as db:
        db.get_one(Practitioner, cast.jordan.id).phone = "+13125550188"

    send()

    assert gateway.sent[0].to == "+13125550188"


def test_words_of_safety_reach_the_number_of_a_record_that_has_lost_it(
    queue, send, gateway, database, cast
):
    """It was joined to another record meanwhile, which has the number now."""
    queue(Purpose.SAFETY)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).phone = ""

    send()

    assert gateway.sent[0].to == "+13125550142"


def test_staff_read_since_when_a_text_is_called_off(queue, send, kept, database, cast):
    message = queue()
    clock.stand_still(clock.now() + timedelta(minutes=5), machine=clock.machine_now())
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    send()

    assert (kept(message).error_code, kept(message).status_at) == ("", clock.now())


def test_a_text_cancelled_for_an_opt_out_may_be_planned_anew(queue, send, kept, database, cast):
    message = queue(once_key="join:1:1")
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()
    send()

    assert (kept(message).status, kept(message).once_key) == (CANCELLED, None)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = None
    assert queue(once_key="join:1:1") is not None


def test_the_one_confirmation_of_an_opt_out_still_leaves(queue, send, gateway, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()
    queue(Purpose.KEYWORD, "No more texts.")

    send()

    assert [one.body for one in gateway.sent] == ["No more texts."]


def test_after_an_opt_out_not_one_more_text_is_queued(queue, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    for purpose in Purpose:
        if purpose is not Purpose.KEYWORD:
            assert queue(purpose) is None, purpose


# The cap. What is counted around one infusion, and whose right comes first.


@pytest.fixture
def around(queue, cast):
    """Queue a text that is counted, due in so many hours."""

    def around(purpose, hours=0, kind="after", **differs):
        return queue(
            purpose,
            purpose.value,
            cap_key=f"{kind}:{cast.infusion.id}",
            due_at=clock.now() + timedelta(hours=hours),
            **({"at_any_hour": True} | differs),
        )

    return around


@pytest.fixture
def run(send):
    """Let the hours pass, sending what is due."""

    def run(hours):
        for _ in range(hours * 2 + 1):
            while send():
                pass
            clock.stand_still(clock.now() + timedelta(minutes=30))

    return run


def leaving(gateway):
    return [one.body for one in gateway.sent]


def test_at_most_four_texts_leave_after_an_infusion_and_the_rest_is_nobodys_task(
    around, run, gateway, kept, tasks
):
    notices = [around(Purpose.NOTICE, hours) for hours in range(6)]

    run(7)

    assert len(gateway.sent) == 4
    assert [kept(one).status for one in notices[4:]] == [CANCELLED] * 2
    assert {kept(one).error_code for one in notices[4:]} == {"cap"}
    assert tasks() == []


@pytest.mark.parametrize(("kind", "most"), [("after", 4), ("before", 3), ("day7", 1)])
def test_each_stretch_has_a_cap_of_its_own(around, run, gateway, kind, most):
    for hours in range(6):
        around(Purpose.NOTICE, hours, kind)
    around(Purpose.NOTICE, 1, "before" if kind == "after" else "after")

    run(7)

    assert len(gateway.sent) == most + 1


def test_a_cap_nobody_has_heard_of_is_refused(around):
    with pytest.raises(KeyError):
        around(Purpose.NOTICE, 0, "some-day")


def test_the_join_text_keeps_its_right_though_it_is_due_last(around, run, gateway):
    for hours in range(5):
        around(Purpose.NOTICE, hours)
    around(Purpose.CONFIRM, 5)
    around(Purpose.JOIN, 6)

    run(7)

    assert leaving(gateway) == ["notice", "notice", "confirm", "join"]


def test_the_day_before_text_yields_to_the_join_text_alone(around, run, gateway):
    for hours in range(3):
        around(Purpose.NOTICE, hours)
    run(3)
    around(Purpose.JOIN, 3)
    around(Purpose.CONFIRM, 1)

    run(4)

    assert leaving(gateway) == ["notice"] * 3 + ["join"]


def test_a_join_text_that_was_withdrawn_keeps_no_place(around, run, gateway, database, cast):
    around(Purpose.JOIN, 6)
    for hours in range(1, 5):
        around(Purpose.NOTICE, hours)
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id, Purpose.JOIN)

    run(7)

    assert leaving(gateway) == ["notice"] * 4


def test_a_second_join_text_is_never_withheld(around, run, gateway):
    """They picked another time: without a link they could not come."""
    around(Purpose.JOIN, 0)
    for hours in range(1, 4):
        around(Purpose.NOTICE, hours)
    run(4)
    around(Purpose.JOIN, 1)

    run(2)

    assert leaving(gateway)[-1] == "join"


def test_answers_and_nudges_are_not_counted(around, queue, run, gateway):
    for hours in range(4):
        around(Purpose.NOTICE, hours)
        queue(Purpose.ANSWER, "answer", due_at=clock.now() + timedelta(hours=hours))
        queue(Purpose.NUDGE, "nudge", due_at=clock.now() + timedelta(hours=hours))

    run(5)

    assert len(gateway.sent) == 12


def test_a_text_that_reached_nobody_takes_no_place(around, run, gateway, kept):
    expired = around(Purpose.NOTICE, 0, expires_at=clock.now())
    gateway.answers = [Declined("30007")]
    for hours in range(1, 6):
        around(Purpose.NOTICE, hours)

    run(7)

    assert kept(expired).status is MessageStatus.FAILED
    assert len(gateway.sent) == 1 + 4  # the gateway declined the first


def test_a_text_that_was_taken_and_did_not_arrive_keeps_its_place(around, run, gateway, callback):
    first = around(Purpose.NOTICE)
    run(0)
    callback(first, "failed", "30007")
    for hours in range(1, 6):
        around(Purpose.NOTICE, hours)

    run(7)

    assert len(gateway.sent) == 4


def test_of_two_that_are_claimed_at_once_one_takes_the_last_place(
    around, run, gateway, database, kept
):
    for hours in range(3):
        around(Purpose.NOTICE, hours)
    run(4)
    first, second = around(Purpose.NOTICE), around(Purpose.NOTICE)
    with database.session() as db:
        claims.claim_next(db, "slow")

    delivery.send_one(database, gateway, "quick", "https://afterglow.test")

    with database.session(write=False) as db:
        states = {db.get_one(Message, one.id).status for one in (first, second)}
    assert states == {MessageStatus.SENDING, CANCELLED}


def test_a_second_try_is_not_counted_twice(around, run, gateway, callback, kept):
    first = around(Purpose.NOTICE)
    run(0)
    callback(first, "undelivered", "30003")
    for hours in range(1, 4):
        around(Purpose.NOTICE, hours)

    run(5)

    assert len(gateway.sent) == 5
