import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.messaging import claims, outbox, threads
from app.messaging.gateway import Declined
from app.messaging.models import Message, MessageStatus, Purpose, Thread
from app.people.models import Patient, Practitioner
from tests.databases import chosen_kind


def claim(database, worker="worker-1"):
    with database.session() as db:
        return claims.claim_next(db, worker)


def conclude(database, message, **verdict):
    with database.session() as db:
        return claims.conclude(db, message, **verdict)


def later(**by):
    clock.stand_still(clock.now() + timedelta(**by), machine=clock.machine_now() + timedelta(**by))


def test_a_text_leaves_with_the_change_that_wants_it_or_not_at_all(database, cast):
    def book_and_crash():
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            outbox.enqueue(db, Purpose.NOTICE, "…", patient=maya, due_at=clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        book_and_crash()

    assert claim(database) is None


def test_what_may_be_said_once_is_queued_once(queue, database):
    first = queue(once_key="join:1:1")
    again = queue(once_key="join:1:1")

    assert first is not None
    assert again is None
    with database.session(write=False) as db:
        assert db.scalar(select(func.count(Message.id))) == 1


def test_what_may_be_said_once_is_not_queued_anew_after_it_was_sent(queue, send):
    queue(once_key="join:1:1")
    send()

    assert queue(once_key="join:1:1") is None


def test_what_failed_keeps_its_reason_when_the_same_is_wanted_once_more(queue, send, gateway, kept):
    failed = queue(once_key="join:1:1")
    gateway.answers = [Declined("30007")]
    send()

    assert queue(once_key="join:1:1") is None
    assert kept(failed).error_code == "30007"


def test_a_text_about_a_visit_that_there_is_not_is_a_fault_and_not_said_already(queue):
    with pytest.raises(IntegrityError):
        queue(appointment_id=uuid4(), once_key="join:1:1")


def test_the_worker_is_woken_as_soon_as_a_text_is_queued(queue, heard):
    assert heard(queue, "outbox")


def test_a_text_keeps_whom_it_is_for_what_it_is_about_and_who_wrote_it(queue, database, cast, kept):
    with database.session() as db:
        strangers = threads.of_stranger(db, cast.clinic, "+13125550199")
    ours = queue(Purpose.WRITTEN, with_link=True, written_by=cast.jordan)
    staffs = queue(Purpose.STAFF, practitioner=cast.jordan, appointment_id=None)
    with database.session() as db:
        theirs = outbox.enqueue(
            db, Purpose.WRITTEN, "Who is it?", thread=strangers, due_at=clock.now()
        )

    ours, staffs, theirs = kept(ours), kept(staffs), kept(theirs)
    assert [one.patient_id for one in (ours, staffs, theirs)] == [cast.maya.id, None, None]
    assert [one.practitioner_id for one in (ours, staffs, theirs)] == [None, cast.jordan.id, None]
    assert [one.thread_id for one in (ours, staffs, theirs)] == [None, None, strangers.id]
    assert (ours.appointment_id, ours.written_by_id) == (cast.integration_visit.id, cast.jordan.id)
    assert ours.link_id is not None
    assert {one.made_at for one in (ours, staffs, theirs)} == {clock.now()}
    assert {one.clinic_id for one in (ours, staffs, theirs)} == {cast.clinic.id}


def test_a_withdrawn_text_is_not_sent_and_may_be_queued_anew(queue, database, send, cast, kept):
    withdrawn = queue(once_key="join:1:1")
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)

    assert not send()
    assert kept(withdrawn).status is MessageStatus.CANCELLED
    assert queue(once_key="join:1:1") is not None


def test_withdrawing_leaves_texts_of_other_visits_and_those_on_their_way(
    queue, database, cast, kept
):
    on_its_way = queue()
    claim(database)
    others_on_its_way = queue(appointment_id=cast.infusion.id)
    claim(database)
    other = queue(appointment_id=cast.infusion.id)

    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)

    assert (kept(on_its_way).status, kept(on_its_way).error_code) == (
        MessageStatus.SENDING,
        outbox.WITHDRAWN,
    )
    assert kept(others_on_its_way).error_code == ""
    assert kept(other).status is MessageStatus.QUEUED


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_a_text_that_is_put_back_just_as_it_is_withdrawn_does_not_leave(
    queue, database, cast, kept
):
    message = queue(once_key="join:1:1")
    claimed = claim(database)
    done = []

    def withdraw():
        with database.session() as db:
            outbox.withdraw(db, cast.integration_visit.id)
        done.append("withdrawn")

    thread = threading.Thread(target=withdraw)
    with database.session() as db:
        claims.put_back(db, claimed)
        thread.start()
        thread.join(0.5)  # it waits for the row
        assert done == []
    thread.join(10)

    assert (kept(message).status, kept(message).once_key) == (MessageStatus.CANCELLED, None)


def test_a_text_on_its_way_that_is_withdrawn_and_wanted_again_is_as_it_was(
    queue, database, cast, kept
):
    on_its_way = queue(once_key="join:1:1")
    claim(database)
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)

    assert queue(once_key="join:1:1") is None
    assert kept(on_its_way).error_code == ""


def test_withdrawing_some_purposes_leaves_the_others(queue, database, cast, kept):
    join, confirm, nudge = queue(Purpose.JOIN), queue(Purpose.CONFIRM), queue(Purpose.NUDGE)

    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id, Purpose.JOIN, Purpose.NUDGE)

    assert [kept(one).status for one in (join, confirm, nudge)] == [
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
        MessageStatus.CANCELLED,
    ]


def test_withdrawing_from_a_person_leaves_nothing_but_the_one_confirmation(
    queue, database, cast, kept
):
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
    ours, confirmation, theos = queue(), queue(Purpose.KEYWORD), queue(patient=theo)

    with database.session() as db:
        outbox.withdraw_from(db, db.get_one(Patient, cast.maya.id))

    assert kept(ours).status is MessageStatus.CANCELLED
    assert [kept(one).status for one in (confirmation, theos)] == [MessageStatus.QUEUED] * 2


def test_a_link_that_is_not_wanted_any_more_takes_its_own_text_along_and_no_other(
    queue, database, kept
):
    ours, other, bare = queue(with_link=True), queue(with_link=True), queue()

    with database.session() as db:
        outbox.withdraw_link(db, ours.link_id)

    assert kept(ours).status is MessageStatus.CANCELLED
    assert [kept(one).status for one in (other, bare)] == [MessageStatus.QUEUED] * 2


def test_to_a_record_that_is_joined_to_another_nothing_leaves_but_words_of_safety(
    queue, database, cast, kept
):
    ours, safety, theos = queue(), queue(Purpose.SAFETY), queue(patient=cast.theo)

    with database.session() as db:
        outbox.call_back(db, db.get_one(Patient, cast.maya.id))

    assert kept(ours).status is MessageStatus.CANCELLED
    assert [kept(one).status for one in (safety, theos)] == [MessageStatus.QUEUED] * 2


def test_two_that_queue_the_same_at_once_queue_it_once_and_neither_fails(database, cast):
    start, queued, failures = threading.Barrier(4), [], []

    def work():
        start.wait()
        try:
            with database.session() as db:
                maya = db.get_one(Patient, cast.maya.id)
                queued.append(
                    outbox.enqueue(
                        db,
                        Purpose.JOIN,
                        "…",
                        patient=maya,
                        due_at=clock.now(),
                        once_key="join:1:1",
                    )
                )
        except Exception as error:  # noqa: BLE001  carried to the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(one is None for one in queued) == [False, True, True, True]


def test_what_is_queued_twice_at_once_spoils_nothing_else_of_that_change(
    queue, database, cast, monkeypatch
):
    """The other one's row is not seen yet when it is looked for, only when ours is stored."""
    queue(once_key="join:1:1")
    seen = outbox._was_queued
    answers = [False]
    monkeypatch.setattr(
        outbox, "_was_queued", lambda *asked: answers.pop() if answers else seen(*asked)
    )

    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.zone = "America/Denver"
        again = outbox.enqueue(
            db, Purpose.JOIN, "…", patient=maya, due_at=clock.now(), once_key="join:1:1"
        )

    assert again is None
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).zone == "America/Denver"
        assert db.scalar(select(func.count(Message.id))) == 1


@pytest.mark.parametrize(("seconds", "taken"), [(-1, True), (0, True), (1, False)])
def test_a_text_leaves_from_the_second_it_is_due(queue, database, seconds, taken):
    queue(due_at=clock.now() + timedelta(seconds=seconds))

    assert (claim(database) is not None) is taken


def test_one_of_many_workers_gets_a_text(queue, database):
    message = queue()
    start, claimed, failures = threading.Barrier(6), [], []

    def work(name):
        start.wait()
        try:
            claimed.append(claim(database, name))
        except Exception as error:  # noqa: BLE001  carried to the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert [one.id for one in claimed if one] == [message.id]


def test_six_workers_empty_a_queue_without_taking_anything_twice(queue, database):
    wanted = {queue().id for _ in range(30)}
    taken, failures = [], []

    def work(name):
        try:
            while message := claim(database, name):
                taken.append(message.id)
        except Exception as error:  # noqa: BLE001  carried to the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(taken) == 30
    assert set(taken) == wanted


def test_the_more_urgent_purpose_leaves_first(queue, database, cast):
    order = [
        Purpose.SAFETY,
        Purpose.JOIN,
        Purpose.ANSWER,
        Purpose.WRITTEN,
        Purpose.CONFIRM,
        Purpose.NOTICE,
    ]
    for purpose in reversed(order):
        queue(purpose)

    assert [claim(database).purpose for _ in order] == order


IN_ORDER = (
    (Purpose.CODE, Purpose.SAFETY),
    (Purpose.JOIN, Purpose.SESSION, Purpose.STAFF),
    (Purpose.KEYWORD, Purpose.ANSWER, Purpose.NUDGE),
    (Purpose.WRITTEN,),
    (Purpose.CONFIRM,),
    (Purpose.INTAKE, Purpose.REMINDER, Purpose.READINESS, Purpose.EVENING, Purpose.NOTICE),
)


def test_who_stands_at_a_door_is_texted_first_however_long_the_others_wait(queue, database):
    for place, alike in enumerate(IN_ORDER):
        for purpose in alike:
            queue(purpose, due_at=clock.now() - place * timedelta(hours=1))

    for alike in IN_ORDER:
        assert {claim(database).purpose for _ in alike} == set(alike)


def test_of_texts_for_visits_at_one_hour_the_one_due_first_leaves_first(queue, database):
    ten = clock.now() + timedelta(hours=1)
    second = queue(visit_at=ten, due_at=clock.now() - timedelta(minutes=1))
    first = queue(visit_at=ten, due_at=clock.now() - timedelta(minutes=2))

    assert [claim(database).id, claim(database).id] == [first.id, second.id]


def test_of_join_texts_that_wait_the_one_of_the_earlier_visit_leaves_first(queue, database):
    hour = timedelta(hours=1)
    ten, nine = clock.now() + 2 * hour, clock.now() + hour
    notice = queue(Purpose.NOTICE, due_at=clock.now() - 3 * hour)
    later_visit = queue(Purpose.JOIN, visit_at=ten, due_at=clock.now() - 2 * hour)
    earlier_visit = queue(Purpose.JOIN, visit_at=nine, due_at=clock.now() - hour)

    order = [claim(database).id for _ in range(3)]

    assert order == [earlier_visit.id, later_visit.id, notice.id]


def test_of_equal_texts_the_one_due_first_leaves_first(queue, database):
    second = queue(due_at=clock.now() - timedelta(minutes=1))
    first = queue(due_at=clock.now() - timedelta(minutes=2))

    assert [claim(database).id, claim(database).id] == [first.id, second.id]


def test_a_claimed_text_is_leased_for_longer_than_sending_may_take(queue, database):
    queue()

    claimed = claim(database)

    assert claimed.lease_until - clock.machine_now() >= timedelta(seconds=30)
    assert (claimed.status, claimed.attempt) == (MessageStatus.SENDING, 1)


def test_a_worker_that_comes_late_cannot_overwrite_a_newer_verdict(queue, database, kept):
    message = queue()
    slow = claim(database, "slow")
    with database.session() as db:
        claims.put_back(db, slow, due_at=clock.now())
    quick = claim(database, "quick")

    assert not conclude(database, slow, status=MessageStatus.FAILED)
    assert conclude(database, quick, status=MessageStatus.ACCEPTED)
    assert not conclude(database, quick, status=MessageStatus.FAILED)
    assert kept(message).status is MessageStatus.ACCEPTED


def test_the_same_worker_is_fenced_off_its_own_earlier_attempt(queue, database):
    queue()
    first = claim(database)
    with database.session() as db:
        claims.put_back(db, first, due_at=clock.now())
    second = claim(database)

    assert second.attempt == first.attempt + 1
    assert not conclude(database, first, status=MessageStatus.FAILED)


@pytest.mark.parametrize(("seconds", "expired"), [(0, False), (60, False), (61, True)])
def test_a_text_whose_worker_died_falls_into_doubt(queue, database, kept, seconds, expired):
    message = queue()
    claim(database)
    later(seconds=seconds)

    with database.session() as db:
        found = claims.expire_leases(db)

    assert found == ([message.id] if expired else [])
    assert kept(message).status is (MessageStatus.IN_DOUBT if expired else MessageStatus.SENDING)


def test_a_text_in_doubt_is_never_simply_sent_again(queue, database):
    queue()
    claim(database)
    later(hours=1)
    with database.session() as db:
        claims.expire_leases(db)

    assert claim(database) is None


def test_leases_do_not_mind_the_demo_clock(queue, database):
    queue()
    claim(database)
    clock.stand_still(clock.now() + timedelta(days=3), machine=clock.machine_now())

    with database.session() as db:
        assert claims.expire_leases(db) == []


def test_somebody_who_asked_for_no_texts_gets_none(queue, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    assert queue() is None


@pytest.mark.parametrize("why", ["texts_agreed_at", "number_failed_at", "archived_at"])
def test_who_takes_no_texts_is_still_sent_what_they_ask_for(queue, database, cast, why):
    with database.session() as db:
        moment = None if why == "texts_agreed_at" else clock.now()
        setattr(db.get_one(Patient, cast.maya.id), why, moment)

    taken = {purpose for purpose in Purpose if queue(purpose) is not None}

    assert taken == {Purpose.CODE, Purpose.SAFETY, Purpose.ANSWER, Purpose.KEYWORD}


def test_a_person_without_a_number_gets_no_text(queue, database, cast):
    with database.session() as db:
        jordan = db.get_one(Practitioner, cast.jordan.id)
        jordan.phone = ""

    assert queue(Purpose.STAFF, practitioner=jordan) is None


def test_lateness_counts_from_the_oldest_due_text(queue, database):
    with database.session(write=False) as db:
        assert outbox.lateness(db) == timedelta(0)
    queue(due_at=clock.now() - timedelta(minutes=3))
    queue(due_at=clock.now() + timedelta(minutes=3))

    with database.session(write=False) as db:
        assert outbox.lateness(db) == timedelta(minutes=3)
        assert outbox.next_due(db) == clock.now() - timedelta(minutes=3)


def test_what_has_left_is_not_late_and_the_next_one_due_is_whichever_comes_first(
    queue, database, send
):
    queue(due_at=clock.now() - timedelta(minutes=3))
    send()
    queue(due_at=clock.now() + timedelta(minutes=9))
    queue(due_at=clock.now() + timedelta(minutes=3))

    with database.session(write=False) as db:
        assert outbox.lateness(db) == timedelta(0)
        assert outbox.next_due(db) == clock.now() + timedelta(minutes=3)


def test_the_thread_tells_what_was_said_and_leaves_out_what_never_left(queue, database, send, cast):
    first = queue(body="one")
    send()
    queue(body="never")
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)
    later(minutes=1)
    waiting = queue(body="two", due_at=clock.now() + timedelta(days=1))

    with database.session(write=False) as db:
        thread = threads.texts(db, Thread(patient_id=cast.maya.id))

    assert [message.id for message in thread] == [first.id, waiting.id]
