from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app import clock
from app.scheduling import booking
from app.scheduling.models import AppointmentStatus
from app.telehealth import ease, outcomes, presence, seats, visits
from app.telehealth.models import Ease, VisitEase, VisitResult, WhyNotHeld
from app.telehealth.outcomes import NotSaid, Said
from tests.conftest import FRIDAY_NOON

NOT_HELD = Said(VisitResult.NOT_HELD, WhyNotHeld.DID_NOT_COME)


@pytest.fixture
def its_hour(appointment):
    """Half an hour into the visit."""
    clock.stand_still(appointment.starts_at + timedelta(minutes=30), machine=FRIDAY_NOON)


def test_a_call_on_the_phone_is_the_visit(db, appointment, clinician, its_hour):
    began_at = appointment.starts_at + timedelta(minutes=4)

    outcomes.say(db, appointment, Said(VisitResult.BY_PHONE, began_at=began_at), by=clinician)

    assert appointment.status is AppointmentStatus.FULFILLED
    assert booking.encounter_of(db, appointment).started_at == began_at
    assert outcomes.of(db, appointment).began_at == began_at


def test_a_call_of_which_nobody_says_when_began_as_planned(db, appointment, clinician, its_hour):
    outcomes.say(db, appointment, Said(VisitResult.BY_PHONE), by=clinician)

    assert outcomes.of(db, appointment).began_at == appointment.starts_at


def test_a_talk_that_went_on_by_phone_began_by_video(
    db, visit, appointment, open_link, room_open, clinician, its_hour
):
    seat = seats.claim(db, open_link())
    seats.admit(db, seat, by=clinician)
    presence.report(db, visit, seat, connected=True, by=clinician)
    met_at = clock.now()
    clock.stand_still(met_at + timedelta(minutes=20), machine=FRIDAY_NOON)

    outcomes.say(db, appointment, Said(VisitResult.PART_BY_PHONE), by=clinician)

    assert outcomes.of(db, appointment).began_at == met_at


def test_one_that_was_not_held_says_why_and_can_be_set_right(db, appointment, clinician, its_hour):
    outcomes.say(db, appointment, NOT_HELD, by=clinician)
    assert appointment.status is AppointmentStatus.NOSHOW
    assert outcomes.of(db, appointment).reason is WhyNotHeld.DID_NOT_COME

    outcomes.say(db, appointment, Said(VisitResult.HELD), by=clinician)

    assert appointment.status is AppointmentStatus.FULFILLED
    assert outcomes.of(db, appointment).reason is None


def test_a_visit_that_the_room_saw_is_not_held_when_staff_say_so(
    db, visit, appointment, clinician, its_hour
):
    visits.start(db, visit, by=clinician)
    visits.end(db, visit, by=clinician)

    outcomes.say(db, appointment, NOT_HELD, by=clinician)
    db.flush()

    assert appointment.status is AppointmentStatus.NOSHOW
    assert booking.encounter_of(db, appointment) is None


def test_a_line_alone_says_nothing_about_the_visit(db, appointment, clinician, its_hour):
    outcomes.say(db, appointment, Said(note="Slept well, wants the mornings."), by=clinician)

    assert appointment.status is AppointmentStatus.BOOKED
    assert outcomes.of(db, appointment).note == "Slept well, wants the mornings."


def test_the_line_rests_sealed_and_stands_in_no_trail(db, appointment, clinician, its_hour):
    outcomes.say(db, appointment, Said(note="Slept well"), by=clinician)
    db.flush()

    rows = db.execute(text("SELECT note_sealed FROM visit_outcome")).scalars().all()
    trail = db.execute(text("SELECT detail FROM audit_event")).scalars().all()
    assert b"Slept" not in rows[0]
    assert not any("Slept" in detail for detail in trail)


def test_nothing_said_changes_nothing(db, appointment, clinician, its_hour):
    outcomes.say(db, appointment, Said(note=""), by=clinician)

    assert outcomes.of(db, appointment) is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said(VisitResult.NOT_HELD), "reason"),
        (Said(note="x" * 301), "note"),
        (Said(VisitResult.BY_PHONE, began_at=FRIDAY_NOON + timedelta(days=9)), "began_at"),
        (Said(VisitResult.BY_PHONE, began_at=FRIDAY_NOON - timedelta(days=9)), "began_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(db, appointment, clinician, its_hour, said, field):
    with pytest.raises(NotSaid) as refused:
        outcomes.say(db, appointment, said, by=clinician)

    assert refused.value.field == field
    assert outcomes.of(db, appointment) is None


def test_nothing_is_said_of_a_visit_ahead_or_called_off(db, appointment, clinician):
    assert not outcomes.may_be_said(appointment)
    with pytest.raises(NotSaid):
        outcomes.say(db, appointment, NOT_HELD, by=clinician)

    clock.stand_still(appointment.starts_at, machine=FRIDAY_NOON)
    assert outcomes.may_be_said(appointment)
    appointment.status = AppointmentStatus.CANCELLED
    assert not outcomes.may_be_said(appointment)


def test_whether_it_was_easy_is_kept_once_and_may_be_said_again(
    db, visit, appointment, clinician, its_hour
):
    visits.start(db, visit, by=clinician)

    assert ease.say(db, appointment, Ease.SKIPPED)
    assert ease.say(db, appointment, Ease.PARTLY)

    assert db.scalars(select(VisitEase.said)).all() == [Ease.PARTLY]


def test_nobody_is_asked_how_easy_a_talk_was_that_has_not_begun(db, appointment, its_hour):
    assert not ease.say(db, appointment, Ease.YES)
    assert db.scalars(select(VisitEase)).all() == []
