from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.links import magic_links
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.phones import NotAPhoneNumber
from app.scheduling import booking, rescheduling
from app.telehealth import guest_texts, guests, mesh, presence, seats, waiting
from app.telehealth.guests import NoGuest
from app.telehealth.models import SeatState, Signal

SIGNAL = {"page": "sam", "count": 1, "peer": "a+b", "content": {"about": {}}}


@pytest.fixture
def invite(db, appointment, clinician):
    """`invite("Sam")`: somebody is invited to Maya's visit."""

    def invite(name="Sam", phone="312 555 0171", **more):
        values = {"language": "en", "by": clinician} | more
        return guests.invite(db, appointment, name=name, phone=phone, **values)

    return invite


@pytest.fixture
def sit(db, appointment):
    """`sit(guest)`: a browser of theirs opens the link; its ghost seat."""

    def sit(guest):
        web_session, _ = web_sessions.start(
            db,
            SessionKind.GUEST,
            clinic_id=appointment.clinic_id,
            strength=Strength.LINK,
            expires_at=guests.ends_at(appointment),
            link_id=guest.link_id,
        )
        seat = seats.take(db, appointment, web_session, guest.link, guest=guest)
        presence.arrive(db, seat, guest.name.lower())
        return seat

    return sit


@pytest.fixture
def inside(db, clinician, open_link, invite, sit):
    """Maya and Sam were both let in."""
    maya, sam = open_link(), sit(invite())
    presence.arrive(db, maya, "maya")
    for seat in (maya, sam):
        seats.claim(db, seat)
        seats.admit(db, seat, by=clinician)
    return maya, sam


def texts_to(db, guest):
    rows = db.scalars(select(Message).where(Message.link_id == guest.link_id))
    return [row for row in rows if row.status is MessageStatus.QUEUED]


def test_a_third_guest_a_nameless_one_and_the_patient_are_not_invited(invite, appointment):
    invite("Sam", "312 555 0171")
    with pytest.raises(NoGuest) as nameless:
        invite("  ", "312 555 0173")
    with pytest.raises(NoGuest) as patient:
        invite("Maya", appointment.patient.phone)
    with pytest.raises(NotAPhoneNumber):
        invite("Kim", "12")
    invite("Ada", "312 555 0172")
    with pytest.raises(NoGuest):
        invite("Kim", "312 555 0173")

    assert nameless.value.field == "name"
    assert patient.value.field == "phone"


def test_nobody_is_invited_to_a_session_or_to_what_is_over(db, cast, invite, appointment):
    clock.stand_still(appointment.ends_at + timedelta(hours=1))

    with pytest.raises(NoGuest):
        invite()


def test_a_guest_is_told_the_time_at_once_and_let_in_just_before(db, appointment, invite):
    guest = invite()

    guest_texts.follow(db)
    guest_texts.follow(db)

    told, joins = sorted(texts_to(db, guest), key=lambda text: text.due_at)
    assert told.purpose is joins.purpose is Purpose.GUEST
    assert told.due_at == clock.now()
    assert joins.due_at == appointment.starts_at - timedelta(minutes=5)
    assert "{link}" in joins.body
    assert "Maya" not in told.body + joins.body


def test_a_guest_invited_at_the_last_minute_gets_one_text(db, appointment, invite):
    clock.stand_still(appointment.starts_at - timedelta(minutes=2))

    guest = invite()
    guest_texts.follow(db)

    assert len(texts_to(db, guest)) == 1


def test_guests_go_along_with_a_moved_visit_and_their_link_goes_on_opening_it(
    db, appointment, invite, clinician
):
    guest = invite()
    guest_texts.follow(db)

    rescheduling.reschedule(
        db, appointment, appointment.starts_at + timedelta(hours=1), by=clinician
    )
    guest_texts.follow(db)

    assert guests.of_link(db, guest.link) is guest
    assert magic_links.is_live(guest.link)
    _told, joins = sorted(texts_to(db, guest), key=lambda text: text.due_at)
    assert joins.due_at == appointment.starts_at - timedelta(minutes=5)


def test_guests_are_told_once_that_a_visit_is_off(db, appointment, invite, clinician):
    guest = invite()
    guest_texts.follow(db)

    booking.cancel(db, appointment, by=clinician)
    guest_texts.follow(db)
    guest_texts.follow(db)

    sent = select(Message).where(Message.purpose == Purpose.GUEST, Message.link_id.is_(None))
    assert len(db.scalars(sent).all()) == 1
    assert texts_to(db, guest) == []


def test_whose_invitation_was_taken_back_sits_nowhere_and_is_not_texted(
    db, visit, invite, sit, clinician
):
    guest = invite()
    guest_texts.follow(db)
    seat = seats.claim(db, sit(guest))

    guests.withdraw(db, guest, by=clinician)
    guests.withdraw(db, guest, by=clinician)

    assert seat.state is SeatState.LEFT
    assert guests.of_link(db, guest.link) is None
    assert texts_to(db, guest) == []


def test_letting_a_guest_in_sends_the_patient_nowhere(db, visit, inside):
    assert {seat.state for seat in inside} == {SeatState.ADMITTED}


def test_a_guest_alone_makes_no_visit_and_nobody_is_rung_for_one(
    db, cast, visit, clinician, invite, sit
):
    seat = seats.claim(db, sit(invite()))
    seats.admit(db, seat, by=clinician)

    presence.report(db, visit, seat, connected=True, by=clinician)

    assert visit.started_at is None
    assert visit.together_at is None
    assert waiting.at_clinic(db, cast.clinic.id) == []


def test_who_was_let_in_learns_of_the_others_and_who_waits_of_nobody(
    db, clinician, inside, invite, sit
):
    maya, sam = inside
    ada = seats.claim(db, sit(invite("Ada", "312 555 0172")))

    assert [one["name"] for one in mesh.beside(db, sam)] == ["Maya"]
    assert [one["name"] for one in mesh.beside(db, maya)] == ["Sam"]
    assert mesh.beside(db, ada) == []
    begins = [mesh.beside(db, maya)[0]["begins"], mesh.beside(db, sam)[0]["begins"]]
    assert sorted(begins) == [False, True]


def test_signals_pass_between_those_who_are_inside_and_nobody_else(db, visit, inside, invite, sit):
    maya, sam = inside
    ada = seats.claim(db, sit(invite("Ada", "312 555 0172")))

    assert mesh.pass_on(db, sam, maya.id, **SIGNAL)
    assert not mesh.pass_on(db, sam, maya.id, **SIGNAL)  # sent again
    assert not mesh.pass_on(db, ada, maya.id, **SIGNAL)
    assert not mesh.pass_on(db, sam, ada.id, **(SIGNAL | {"count": 2}))
    assert not mesh.pass_on(db, sam, sam.id, **(SIGNAL | {"count": 3}))
    assert not mesh.pass_on(db, sam, None, **(SIGNAL | {"count": 4}))

    [kept] = db.scalars(select(Signal)).all()
    assert (kept.from_seat_id, kept.seat_id) == (sam.id, maya.id)


def test_the_first_browser_of_a_guest_is_no_second_device(db, open_link, invite, sit):
    seats.claim(db, open_link())
    guest = invite()

    first, second = seats.claim(db, sit(guest)), seats.claim(db, sit(guest))

    assert not first.second_device
    assert second.second_device
