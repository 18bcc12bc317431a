"""A thousand pages in waiting rooms cost one question, and none of them is treated otherwise."""

from datetime import timedelta

import pytest

from app import clock, live
from app.access import web_sessions
from app.links import magic_links
from app.links.models import LinkKind
from app.telehealth import many_pages, offers, presence, seats
from app.telehealth.silence import SILENT_AFTER
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def seat(db, open_link):
    """A patient's page that waits."""
    seat = seats.claim(db, open_link())
    presence.arrive(db, seat, "phone")
    db.flush()
    return seat


@pytest.fixture
def page(seat):
    return (seat.id, "phone")


def later(seconds):
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(seconds=seconds))


def published(db):
    return set(db.info.pop(live._TOPICS, ()))


def test_whoever_says_that_they_are_there_is_noted_and_nobody_is_woken(db, seat, page):
    published(db)
    later(10)

    assert many_pages.hear(db, {page}) == {page}

    db.refresh(seat)
    assert seat.seen_at == FRIDAY_NOON + timedelta(seconds=10)
    assert published(db) == set()


def test_who_comes_back_from_a_silence_is_shown_as_back(db, seat, page):
    published(db)
    later(SILENT_AFTER.total_seconds() + 1)

    assert many_pages.hear(db, {page}) == {page}

    db.refresh(seat)
    assert seat.is_present
    assert published(db) == {seat.visit.topic}


def test_a_ghost_is_noted_and_wakes_nobody(db, open_link):
    ghost = open_link()
    presence.arrive(db, ghost, "scanner")
    db.flush()
    published(db)
    later(60)

    assert many_pages.hear(db, {(ghost.id, "scanner")}) == {(ghost.id, "scanner")}
    assert published(db) == set()


def _signed_out(db, seat):
    web_sessions.end(db, seat.web_session)


def _over_its_time(db, seat):
    seat.web_session.expires_at = clock.now()


def _by_a_link_pulled_back(db, seat):
    link = magic_links.mint(
        db,
        LinkKind.JOIN,
        clinic_id=seat.clinic_id,
        patient_id=seat.visit.appointment.patient_id,
        appointment_id=seat.visit.appointment_id,
        expires_at=seat.visit.appointment.ends_at,
    )
    magic_links.revoke(link)
    db.flush()
    seat.link_id = link.id


def _talking(_, seat):
    seat.connected = True


def _on_another_page(_, seat):
    seat.page = "another"


def _a_guest(_, seat):
    seat.guest_id = seat.id


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    "otherwise",
    [
        _signed_out,
        _over_its_time,
        _by_a_link_pulled_back,
        _talking,
        _on_another_page,
        _a_guest,
    ],
)
def test_whoever_is_not_like_the_others_gets_a_look_of_their_own(db, seat, page, otherwise):
    seen_at = seat.seen_at
    otherwise(db, seat)
    db.flush()
    later(10)

    assert many_pages.hear(db, {page}) == set()

    db.refresh(seat)
    assert seat.seen_at == seen_at


def _offers(db, seat):
    offers.put(db, seat.visit, peer="spare", sdp="v=0")


def _is_seen_no_longer(_db, _seat):
    later(SILENT_AFTER.total_seconds() + 1)


def _is_moved(_, seat):
    seat.visit.appointment.starts_at -= timedelta(hours=1)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    "happens", [_signed_out, _on_another_page, _offers, _is_seen_no_longer, _is_moved]
)
def test_a_look_shows_whatever_a_page_is_told(db, seat, room_open, happens):
    assert room_open
    before = many_pages.look(db, [seat.id])
    assert many_pages.look(db, [seat.id]) == before

    happens(db, seat)
    db.flush()

    assert many_pages.look(db, [seat.id])[seat.id] != before[seat.id]
