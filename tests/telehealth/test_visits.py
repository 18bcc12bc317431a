from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.scheduling import rescheduling
from app.scheduling.models import AppointmentStatus, Encounter
from app.telehealth import offers, presence, seats, signals, visits
from app.telehealth.models import Offer, ProviderName, SeatState, Side, Signal
from app.telehealth.visits import VisitOver
from tests.conftest import FRIDAY_NOON


def encounter(db, appointment):
    return db.scalar(select(Encounter).where(Encounter.appointment_id == appointment.id))


@pytest.fixture
def talk(db, visit, open_link, room_open, clinician):
    """Maya's seat, admitted and connected."""
    seat = seats.claim(db, open_link())
    offers.put(db, visit, peer="peer", sdp="v=0")
    offers.take(db, seat)
    seats.admit(db, seat, by=clinician)
    presence.report(db, visit, seat, connected=True, by=clinician)
    return seat


def test_seeing_a_face_in_the_waiting_room_does_not_start_the_visit(db, visit, open_link):
    seat = seats.claim(db, open_link())

    presence.report(db, visit, seat, connected=True, by=None)

    assert visit.started_at is None


def test_admitting_a_face_that_is_already_seen_starts_it(
    db, visit, appointment, open_link, clinician
):
    seat = seats.claim(db, open_link())
    presence.report(db, visit, seat, connected=True, by=None)

    seats.admit(db, seat, by=clinician)

    assert visit.started_at == FRIDAY_NOON
    assert appointment.status is AppointmentStatus.ARRIVED
    assert encounter(db, appointment).started_at == FRIDAY_NOON


def test_coming_back_after_a_break_does_not_start_it_again(db, visit, talk):
    clock.stand_still(FRIDAY_NOON + timedelta(minutes=10))

    presence.report(db, visit, talk, connected=False, by=None)
    presence.report(db, visit, talk, connected=True, by=None)

    assert visit.started_at == FRIDAY_NOON


def test_the_end_closes_the_encounter_and_forgets_what_the_pages_said(
    db, visit, appointment, talk, clinician
):
    signals.send(
        db,
        visit,
        talk,
        towards=Side.CLINICIAN,
        page="phone",
        count=1,
        peer="peer",
        content={"candidates": []},
    )
    clock.stand_still(FRIDAY_NOON + timedelta(minutes=50))

    visits.end(db, visit, by=clinician)
    db.refresh(talk)

    assert appointment.status is AppointmentStatus.FULFILLED
    assert encounter(db, appointment).ended_at == FRIDAY_NOON + timedelta(minutes=50)
    assert talk.state is SeatState.LEFT
    assert db.scalars(select(Signal)).all() == []
    assert db.scalars(select(Offer)).all() == []


def test_a_visit_that_never_started_is_not_fulfilled_by_its_end(db, visit, appointment, clinician):
    visits.end(db, visit, by=clinician)

    assert appointment.status is AppointmentStatus.BOOKED
    assert encounter(db, appointment) is None


def test_an_end_that_was_not_meant_can_be_taken_back(db, visit, talk, clinician):
    visits.end(db, visit, by=clinician)

    visits.reopen(db, visit, by=clinician)
    db.refresh(talk)

    assert seats.claim(db, talk).state is SeatState.CLAIMED


@pytest.mark.parametrize(
    ("held", "status"),
    [(True, AppointmentStatus.FULFILLED), (False, AppointmentStatus.NOSHOW)],
)
def test_staff_say_whether_a_visit_elsewhere_took_place(
    db, visit, appointment, clinician, held, status
):
    visit.provider = ProviderName.EXTERNAL

    visits.mark_held(db, visit, held, by=clinician)

    assert visit.held is held
    assert appointment.status is status
    assert (encounter(db, appointment) is not None) is held


def test_a_visit_in_our_own_room_cannot_be_marked_by_hand(db, visit, clinician):
    with pytest.raises(VisitOver):
        visits.mark_held(db, visit, True, by=clinician)


def move_on(db, appointment, by):
    """To the same hour of the next day, by somebody at the desk."""
    starts_at = appointment.starts_at + timedelta(days=1)
    rescheduling.reschedule(db, appointment, starts_at, by=by)
    db.flush()


def test_a_room_that_was_closed_in_vain_is_open_again_at_the_visits_new_time(
    db, appointment, open_link, clinician
):
    seats.leave(db, seats.claim(db, open_link()))
    visit = visits.of(db, appointment)
    visits.end(db, visit, by=clinician)
    move_on(db, appointment, clinician)

    assert visits.find(db, appointment) is None
    seat = seats.claim(db, open_link("Android"))

    assert visits.of(db, appointment).ended_at is None
    assert seat.state is SeatState.CLAIMED
    assert not seat.second_device


def test_whoever_waits_while_the_visit_is_moved_keeps_their_seat(
    db, appointment, open_link, clinician
):
    seat = seats.claim(db, open_link())

    move_on(db, appointment, clinician)

    assert visits.of(db, appointment).id == seat.visit_id
    assert seat.state is SeatState.CLAIMED


def test_what_has_taken_place_is_not_begun_anew(db, appointment, talk, clinician):
    visit = visits.of(db, appointment)
    visits.end(db, visit, by=clinician)
    appointment.starts_at -= timedelta(days=1)

    assert visits.of(db, appointment).ended_at == FRIDAY_NOON
