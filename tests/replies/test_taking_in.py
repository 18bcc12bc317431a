"""A text is understood once, in its order, whatever crashes meanwhile."""

import threading
from datetime import timedelta

import pytest
import structlog

from app import clock
from app.messaging import inbound
from app.messaging.models import Alarm, Message, Thread
from app.replies import following, strangers, taking_in
from app.scheduling.models import Appointment
from app.security import encryption
from tests.conftest import FRIDAY_NOON

SECRET = "periwinkle"


@pytest.fixture
def crash(monkeypatch):
    """Following crashes from now on, `crash(False)`: no more."""
    real = following.follow

    def crash(on=True):
        def broken(db, reply):
            real(db, reply)
            raise RuntimeError(f"{reply.message.body} of Maya Osei")

        monkeypatch.setattr(following, "follow", broken if on else real)

    return crash


def pass_time(seconds):
    clock.stand_still(
        clock.now() + timedelta(seconds=seconds),
        machine=clock.machine_now() + timedelta(seconds=seconds),
    )


def test_a_stored_text_is_understood_later_and_its_words_stand_in_one_place(
    database, come_in, waiting, received
):
    stored = come_in("ok")
    assert (len(waiting()), received()) == (1, [])

    assert taking_in.understand_next(database) is True

    assert waiting() == []
    (message,) = received()
    assert (message.body, message.provider_sid) == ("ok", stored.provider_sid)
    with database.session(write=False) as db:
        assert db.get(type(stored), stored.id).raw_sealed is None
    assert taking_in.understand_next(database) is False


def test_a_crash_while_understanding_loses_nothing_and_does_nothing_twice(
    database, planned, come_in, crash, waiting, received, tasks
):
    come_in("CALL")
    crash()

    taking_in.understand_next(database)

    assert (len(waiting()), received(), tasks()) == (1, [], [])
    crash(False)
    pass_time(10)
    taking_in.understand_next(database)
    assert (waiting(), len(received()), len(tasks())) == ([], 1, 1)


def test_a_worker_that_dies_with_a_text_in_hand_gives_it_back_after_its_lease(
    database, come_in, received
):
    come_in("ok")
    with database.session() as db:
        inbound.claim_next(db)

    assert taking_in.understand_next(database) is False
    pass_time(59)
    assert taking_in.understand_next(database) is False
    pass_time(1)
    assert taking_in.understand_next(database) is True
    assert len(received()) == 1


def test_a_worker_that_comes_back_late_does_nothing_a_second_time(database, come_in, received):
    come_in("ok")
    with database.session() as db:
        late = inbound.claim_next(db)
    pass_time(60)
    taking_in.understand_next(database)

    with database.session() as db:
        assert taking_in.understand(db, late) is None
        assert taking_in.keep_as_it_is(db, late) is None
    assert len(received()) == 1


def test_a_text_that_nobody_can_understand_is_put_before_a_person_as_it_is(
    database, planned, come_in, crash, received, tasks, rows
):
    come_in("LATER")
    crash()

    for _ in range(4):
        assert taking_in.understand_next(database) is True
        pass_time(30)

    assert [message.body for message in received()] == ["LATER"]
    assert tasks() == [("answer", "LATER")]
    assert rows(Thread)[0].opened_at is not None
    assert rows(Alarm) == []


def test_danger_in_a_text_that_nobody_can_understand_still_alerts_staff(
    database, planned, come_in, crash, alerts, tasks
):
    come_in("I want to die")
    crash()

    for _ in range(4):
        taking_in.understand_next(database)
        pass_time(30)

    assert len(alerts()) == 1
    assert tasks() == [("answer", "I want to die")]


def test_a_text_from_a_stranger_that_nobody_can_understand_is_put_before_a_person(
    database, cast, come_in, monkeypatch, received, rows
):
    come_in("Hello", sender="+13125550199")
    monkeypatch.setattr(strangers, "take_in", lambda *_: 1 / 0)

    for _ in range(4):
        taking_in.understand_next(database)
        pass_time(30)

    assert [message.body for message in received()] == ["Hello"]
    assert rows(Thread)[0].opened_at is not None


def test_a_text_whose_key_was_retired_stays_and_raises_an_alarm(
    database, come_in, monkeypatch, waiting, rows
):
    come_in("ok")

    def unreadable(_text):
        raise encryption.Unreadable

    monkeypatch.setattr(inbound, "raw_of", unreadable)
    for _ in range(4):
        taking_in.understand_next(database)
        pass_time(30)
    assert taking_in.understand_next(database) is False
    assert (len(waiting()), [alarm.code for alarm in rows(Alarm)]) == (1, ["not-understood"])

    monkeypatch.undo()
    pass_time(600)
    taking_in.understand_next(database)
    assert waiting() == []


def test_a_text_whose_key_was_retired_does_not_hold_up_what_its_number_writes_later(
    database, planned, come_in, monkeypatch, waiting, received, alerts
):
    retired = come_in("ok")
    real = inbound.raw_of

    def raw_of(text):
        if text.id == retired.id:
            raise encryption.Unreadable
        return real(text)

    monkeypatch.setattr(inbound, "raw_of", raw_of)
    pass_time(1)
    come_in("I want to die")

    for _ in range(5):
        taking_in.understand_next(database)
        pass_time(10)

    assert [text.id for text in waiting()] == [retired.id]
    assert [message.body for message in received()] == ["I want to die"]
    assert len(alerts()) == 1


def test_while_there_is_no_clinic_a_text_stays(database, waiting):
    with database.session() as db:
        inbound.store(db, "SM1", inbound.Raw("+13125550142", "", "ok"))

    taking_in.understand_next(database)

    assert len(waiting()) == 1


def test_one_text_that_fails_does_not_hold_up_those_of_others(
    database, planned, come_in, monkeypatch, received
):
    real = following.follow

    def broken(db, reply):
        if reply.message.body == "poison":
            raise RuntimeError
        return real(db, reply)

    monkeypatch.setattr(following, "follow", broken)
    come_in("poison")
    come_in("Who is this?", sender="+13125550143")
    taking_in.understand_next(database)
    taking_in.understand_next(database)

    assert [message.body for message in received()] == ["Who is this?"]


def test_what_one_number_wrote_is_understood_in_its_order(
    database, planned, come_in, crash, received, cast
):
    come_in("OK")
    clock.stand_still(FRIDAY_NOON + timedelta(seconds=5), machine=FRIDAY_NOON)
    come_in("LATER")
    crash()
    taking_in.understand_next(database)
    crash(False)
    assert taking_in.understand_next(database) is False  # the second waits for the first

    pass_time(30)
    while taking_in.understand_next(database):
        pass

    assert [message.body for message in received()] == ["OK", "LATER"]
    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.integration_visit.id).asked_at is not None


def test_many_workers_take_each_text_in_once(database, planned, come_in, received, waiting, tasks):
    numbers = ("+13125550142", "+13125550143", "+13125550144", "+13125550199")
    for place in range(24):
        come_in(f"Number {place} says hello", sender=numbers[place % 4])

    def work():
        while taking_in.understand_next(database):
            pass

    for _ in range(4):  # whoever finds the next one in another's hands goes home
        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)

    assert waiting() == []
    assert sorted(message.body for message in received()) == sorted(
        f"Number {place} says hello" for place in range(24)
    )


def test_nothing_personal_stands_in_the_lines_of_the_log(database, planned, come_in, crash):
    come_in(SECRET)
    come_in(SECRET, sender="+13125550199")
    crash()

    with structlog.testing.capture_logs() as lines:
        for _ in range(8):
            taking_in.understand_next(database)
            pass_time(30)

    assert {line["event"] for line in lines} >= {"text not understood"}
    for canary in (SECRET, "Maya", "Osei", "5550142", "5550199"):
        assert canary not in str(lines)


def test_the_demo_knows_since_when_a_text_waits(database, come_in):
    with database.session(write=False) as db:
        assert inbound.next_due(db) is None
    come_in("ok", at=FRIDAY_NOON - timedelta(minutes=1))

    with database.session(write=False) as db:
        assert inbound.next_due(db) == FRIDAY_NOON - timedelta(minutes=1)


def test_what_was_understood_is_forgotten_after_a_week_and_what_was_not_is_kept(
    database, cast, come_in, rows, waiting, received
):
    come_in("ok")
    taking_in.understand_next(database)
    come_in("later")
    clock.stand_still(FRIDAY_NOON + timedelta(days=7, seconds=1))

    with database.session() as db:
        inbound.forget_old(db)

    assert len(rows(inbound.InboundText)) == len(waiting()) == 1
    assert len(received()) == 1


def test_a_message_keeps_the_moment_at_which_the_text_came(database, cast, come_in, rows):
    come_in("ok", at=FRIDAY_NOON - timedelta(minutes=7))
    taking_in.understand_next(database)

    (message,) = rows(Message)
    assert (message.sent_at, message.made_at) == (
        FRIDAY_NOON - timedelta(minutes=7),
        FRIDAY_NOON,
    )
