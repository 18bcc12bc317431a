from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient, Practitioner
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal
from app.tasks.models import StaffTask
from tests.conftest import FRIDAY_NOON

QUARTER = timedelta(minutes=15)


@pytest.fixture
def on_call(database, cast):
    """`on_call(a, b, …)`: these are on call, in this order."""

    def on_call(*people):
        with database.session() as db:
            for rank, person in enumerate(people, 1):
                db.get_one(Practitioner, person.id).on_call_rank = rank

    return on_call


@pytest.fixture
def press(database, cast):
    def press(signal=Signal.CONTROL, patient=None):
        with database.session() as db:
            maya = db.get_one(Patient, (patient or cast.maya).id)
            return escalation.raise_alert(db, maya, signal)

    return press


@pytest.fixture
def wait(database):
    """Let time go by; the worker looks every minute."""

    def wait(by):
        end = clock.now() + by
        while clock.now() < end:
            clock.stand_still(min(end, clock.now() + timedelta(minutes=1)))
            with database.session() as db:
                escalation.escalate(db)

    return wait


@pytest.fixture
def texted(database, cast):
    """Who was texted, by minutes since noon."""

    def texted():
        names = {p.id: p.display_name for p in (cast.dr_okafor, cast.jordan, cast.ada)}
        with database.session(write=False) as db:
            found = db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY))
            return sorted(
                ((m.due_at - FRIDAY_NOON) // timedelta(minutes=1), names[m.practitioner_id])
                for m in found
            )

    return texted


def test_first_one_then_the_next_then_everybody_on_call(on_call, press, wait, texted, cast):
    on_call(cast.jordan, cast.ada, cast.dr_okafor)
    press()
    wait(2 * QUARTER)

    assert texted() == [
        (0, "Jordan"),
        (15, "Ada"),
        (30, "Ada"),
        (30, "Dr. Okafor"),
        (30, "Jordan"),
    ]


def test_a_round_begins_every_quarter_of_an_hour_and_the_eighth_is_the_last(
    on_call, press, wait, texted, cast
):
    on_call(cast.jordan)
    press()
    wait(timedelta(hours=5))

    assert [minute for minute, _ in texted()] == [0, 15, 30, 45, 60, 75, 90, 105]


def test_no_round_begins_a_minute_early(on_call, press, wait, texted, cast):
    on_call(cast.jordan, cast.ada)
    press()

    wait(timedelta(minutes=14))
    assert len(texted()) == 1
    wait(timedelta(minutes=1))
    assert len(texted()) == 2


def test_nothing_is_texted_any_more_once_somebody_has_taken_it_on(
    on_call, press, wait, texted, database, cast
):
    on_call(cast.jordan, cast.ada)
    alert = press()
    with database.session() as db:
        escalation.acknowledge(db, db.get_one(SafetyAlert, alert.id), by=cast.jordan)

    wait(timedelta(hours=3))

    assert texted() == [(0, "Jordan")]


def test_taking_it_on_twice_keeps_the_first(press, database, cast):
    alert = press()
    for person in (cast.jordan, cast.ada):
        with database.session() as db:
            escalation.acknowledge(db, db.get_one(SafetyAlert, alert.id), by=person)

    with database.session(write=False) as db:
        assert db.get_one(SafetyAlert, alert.id).acknowledged_by_id == cast.jordan.id


def test_an_alert_stays_open_after_the_last_round(press, wait, database, cast):
    alert = press()
    wait(timedelta(hours=5))

    with database.session(write=False) as db:
        assert [one.id for one in escalation.open_alerts(db, cast.clinic)] == [alert.id]
        assert escalation.next_due(db) is None


def test_pressing_again_while_staff_are_being_texted_is_the_same_alert(press, texted):
    assert press().id == press().id
    assert len({minute for minute, _ in texted()}) == 1


def test_somebody_who_presses_again_after_the_last_round_is_heard_again(
    on_call, press, wait, texted, cast
):
    on_call(cast.jordan)
    first = press()
    wait(timedelta(hours=3))
    before = len(texted())

    again = press()

    assert again.id != first.id
    assert len(texted()) == before + 1


def test_another_signal_or_another_patient_is_another_alert(press, cast):
    assert len({press().id, press(Signal.WORDS).id, press(patient=cast.theo).id}) == 3


def test_a_patient_who_wants_no_texts_is_helped_all_the_same(press, texted, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    press()

    assert texted() != []


def test_when_nobody_has_a_rank_everybody_with_a_phone_is_on_call(press, wait, texted):
    press()
    wait(2 * QUARTER)

    assert {name for minute, name in texted() if minute == 30} == {"Ada", "Dr. Okafor", "Jordan"}


def test_who_left_or_has_no_phone_is_passed_over(on_call, press, texted, database, cast):
    on_call(cast.jordan, cast.ada, cast.dr_okafor)
    with database.session() as db:
        db.get_one(Practitioner, cast.jordan.id).disabled_at = clock.now()
        db.get_one(Practitioner, cast.ada.id).phone = ""

    press()

    assert texted() == [(0, "Dr. Okafor")]


def test_staff_of_the_neighbour_clinic_are_left_alone(press, wait, database, cast):
    press()
    wait(timedelta(hours=5))

    with database.session(write=False) as db:
        texts = db.scalars(select(Message)).all()
        assert {message.clinic_id for message in texts} == {cast.clinic.id}
        assert cast.dr_lind.id not in {message.practitioner_id for message in texts}
        assert escalation.open_alerts(db, cast.neighbour) == []


def test_the_texts_hold_no_name_no_link_and_no_clinical_word(press, database):
    press()

    with database.session(write=False) as db:
        [message] = db.scalars(select(Message))
    assert message.patient_id is None
    assert message.link_id is None
    for word in ("Maya", "Osei", "http", "{link}", "safe", "suicid", "988"):
        assert word not in message.body
    assert "Northside" in message.body


def test_after_an_outage_rounds_go_on_one_by_one(on_call, press, texted, database, cast):
    on_call(cast.jordan, cast.ada)
    press()
    clock.stand_still(FRIDAY_NOON + timedelta(hours=2))

    for _ in range(5):
        with database.session() as db:
            escalation.escalate(db)

    assert texted() == [(0, "Jordan"), (120, "Ada")]


def test_a_clinic_with_nobody_to_text_still_shows_the_alert(press, wait, texted, database, cast):
    with database.session() as db:
        for practitioner in db.scalars(select(Practitioner)):
            practitioner.phone = ""
    alert = press()
    wait(timedelta(hours=5))

    assert texted() == []
    with database.session(write=False) as db:
        assert [one.id for one in escalation.open_alerts(db, cast.clinic)] == [alert.id]


def test_alerts_leave_before_anything_else(press, database):
    press()

    with database.session(write=False) as db:
        [message] = db.scalars(select(Message))
        assert (message.priority, message.status) == (0, MessageStatus.QUEUED)
        assert db.scalars(select(StaffTask)).all() == []


def test_what_turns_out_urgent_is_texted_about_at_once(on_call, texted, database, cast):
    on_call(cast.jordan, cast.ada)
    for urgent in (False, False, True, True, False):
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            alert = escalation.raise_alert(db, maya, Signal.ANSWER, urgent=urgent)

    assert texted() == [(0, "Ada"), (0, "Jordan")]
    with database.session(write=False) as db:
        [kept] = escalation.open_alerts(db, cast.clinic)
        assert (kept.id, kept.urgent) == (alert.id, True)


def test_an_alert_of_the_same_day_has_the_same_rounds(on_call, texted, wait, database, cast):
    on_call(cast.jordan, cast.ada)
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        escalation.raise_alert(db, maya, Signal.ANSWER, urgent=False)

    wait(QUARTER)

    assert texted() == [(0, "Jordan"), (15, "Ada")]


def test_what_is_urgent_stands_first(press, database, cast):
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
        escalation.raise_alert(db, theo, Signal.ANSWER, urgent=False)
    clock.stand_still(FRIDAY_NOON + QUARTER)
    press()

    with database.session(write=False) as db:
        found = escalation.open_alerts(db, cast.clinic)
        assert [alert.patient.given_name for alert in found] == ["Maya", "Theo"]
