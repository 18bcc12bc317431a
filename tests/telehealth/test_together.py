from datetime import timedelta

import pytest

from app import clock
from app.scheduling import rescheduling
from app.telehealth import presence, seats, together, visits
from tests.conftest import FRIDAY_NOON


def later(minutes: float) -> None:
    clock.stand_still(FRIDAY_NOON + timedelta(minutes=minutes), machine=FRIDAY_NOON)


@pytest.fixture
def talk(db, visit, open_link, room_open, clinician):
    """Both pages on the line, the face admitted, picture and sound flowing."""
    seat = seats.claim(db, open_link())
    presence.arrive(db, seat, "phone")
    seats.admit(db, seat, by=clinician)
    presence.report(db, visit, seat, connected=True, by=clinician)
    return seat


def test_what_is_seen_in_the_waiting_room_is_no_talk(db, visit, open_link, room_open):
    seat = seats.claim(db, open_link())
    presence.report(db, visit, seat, connected=True, by=None)
    later(5)

    assert together.seconds(visit) == 0


def test_a_talk_lasts_from_both_connected_to_its_end(db, visit, talk, clinician):
    later(12)

    visits.end(db, visit, by=clinician)

    assert together.seconds(visit) == 12 * 60
    assert visit.together_at is None


def test_a_broken_line_between_them_does_not_count(db, visit, talk, clinician):
    later(4)
    presence.report(db, visit, talk, connected=False, by=None)
    later(9)
    presence.report(db, visit, talk, connected=True, by=None)
    later(15)

    visits.end(db, visit, by=clinician)

    assert together.seconds(visit) == (4 + 6) * 60


def test_both_pages_saying_so_count_it_once(db, visit, talk, clinician):
    later(7)

    presence.report(db, visit, talk, connected=False, by=None)
    presence.report(db, visit, talk, connected=False, by=clinician)

    assert together.seconds(visit) == 7 * 60


def test_the_talk_goes_on_while_one_page_has_lost_its_line_to_the_clinic(db, visit, talk):
    later(3)
    presence.go(db, talk, "phone")
    later(8)
    presence.arrive(db, talk, "phone")
    later(10)

    assert together.seconds(visit) == 10 * 60


def test_it_rests_while_nobody_is_on_the_line_and_goes_on_after(db, visit, talk):
    later(3)
    presence.go(db, talk, "phone")
    presence.let_go(db, visit, "page-1")
    later(30)
    presence.arrive(db, talk, "phone")
    later(32)

    assert together.seconds(visit) == 5 * 60


def test_a_stretch_that_nobody_ended_goes_no_further_than_the_visit(db, visit, talk, appointment):
    clock.stand_still(appointment.ends_at + timedelta(days=2), machine=FRIDAY_NOON)

    assert together.seconds(visit) == int((appointment.ends_at - FRIDAY_NOON).total_seconds())


def test_another_time_begins_at_nothing(db, visit, open_link, room_open, appointment, clinician):
    visit.together_seconds = 40
    starts_at = appointment.starts_at + timedelta(hours=2)

    rescheduling.reschedule(db, appointment, starts_at, by=clinician)
    db.flush()

    assert visits.of(db, appointment).together_seconds == 0
