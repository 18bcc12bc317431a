from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access.models import WebSession
from app.audit.models import AuditEvent
from app.telehealth import offers, presence, seats, visits, whereabouts
from app.telehealth.models import SeatState, Whereabouts
from app.telehealth.visits import VisitOver
from tests.conftest import FRIDAY_NOON


def test_the_same_browser_always_gets_the_same_seat(db, appointment, open_link):
    seat = open_link()
    web_session = db.get_one(WebSession, seat.web_session_id)

    assert seats.take(db, appointment, web_session, None) is seat
    assert seats.of(db, appointment, web_session) is seat


def test_an_opened_page_is_a_ghost_that_staff_do_not_see(db, visit, open_link):
    seat = open_link()

    assert seat.state is SeatState.GHOST
    assert seats.live_seats(db, visit.id) == []


def test_a_claimed_seat_is_seen_and_claiming_again_changes_nothing(db, visit, open_link):
    seat = seats.claim(db, open_link())
    claimed_at = seat.claimed_at
    clock.stand_still(FRIDAY_NOON + timedelta(minutes=1))

    seats.claim(db, seat)

    assert seats.live_seats(db, visit.id) == [seat]
    assert seat.claimed_at == claimed_at
    assert not seat.second_device


def test_a_second_device_is_marked_even_when_the_first_has_left(db, open_link):
    first, second = seats.claim(db, open_link()), open_link("Android")
    seats.leave(db, first)

    seats.claim(db, second)

    assert second.second_device


def test_a_ghost_before_it_does_not_make_the_patient_a_second_device(db, open_link):
    open_link("a scanner")

    assert not seats.claim(db, open_link()).second_device


def test_admitting_one_device_sends_the_others_away(db, open_link, clinician):
    first, second = seats.claim(db, open_link()), open_link("Android")
    seats.admit(db, first, by=clinician)
    seats.claim(db, second)

    seats.admit(db, second, by=clinician)
    db.refresh(first)

    assert (first.state, second.state) == (SeatState.LEFT, SeatState.ADMITTED)
    admissions = select(AuditEvent).where(AuditEvent.action == "admit")
    assert len(db.scalars(admissions).all()) == 2


def test_a_ghost_cannot_be_admitted(db, open_link, clinician):
    with pytest.raises(VisitOver):
        seats.admit(db, open_link(), by=clinician)


def test_an_admitted_browser_that_comes_back_needs_no_new_admission(
    db, appointment, open_link, clinician
):
    seat = seats.claim(db, open_link())
    seats.admit(db, seat, by=clinician)
    presence.go(db, seat, seat.page)

    again = seats.take(db, appointment, seat.web_session, None)

    assert again is seat
    assert seats.claim(db, again).state is SeatState.ADMITTED


def test_who_left_by_themselves_is_admitted_anew(db, appointment, open_link, clinician):
    seat = seats.claim(db, open_link())
    seats.admit(db, seat, by=clinician)
    seats.leave(db, seat)

    seats.take(db, appointment, seat.web_session, None)

    assert seats.claim(db, seat).state is SeatState.CLAIMED


def test_nobody_sits_down_in_a_visit_that_has_ended(db, visit, open_link, clinician):
    seat = open_link()
    visits.end(db, visit, by=clinician)

    with pytest.raises(VisitOver):
        seats.claim(db, seat)


def test_a_driver_is_not_connected_until_they_have_stopped(db, visit, open_link, room_open):
    seat = seats.claim(db, open_link())
    offers.put(db, visit, peer="p", sdp="v=0")
    offers.take(db, seat)

    whereabouts.say(db, seat, Whereabouts.DRIVING)

    assert seat.state is SeatState.GHOST
    assert not offers.belongs_to(db, visit, seat, "p")
    with pytest.raises(VisitOver):
        seats.claim(db, seat)
    whereabouts.stopped(db, visit)
    assert seats.claim(db, seat).state is SeatState.CLAIMED


def test_a_device_off_the_line_never_stands_before_one_that_waits(db, visit, open_link):
    first, second = seats.claim(db, open_link()), seats.claim(db, open_link("Android"))
    presence.arrive(db, first, "a")
    presence.arrive(db, second, "b")
    presence.go(db, first, "a")
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(seconds=11))

    assert first.is_reconnecting
    assert seats.live_seats(db, visit.id) == [second, first]


@pytest.mark.parametrize(("seconds", "reconnecting"), [(9, False), (10, True)])
def test_a_seat_shows_as_reconnecting_after_ten_seconds(db, open_link, seconds, reconnecting):
    seat = seats.claim(db, open_link())
    presence.arrive(db, seat, "a")
    presence.go(db, seat, "a")

    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(seconds=seconds))

    assert seat.is_reconnecting is reconnecting
