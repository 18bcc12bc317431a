"""Whoever comes along with a patient, as a guest or to take them home, may stop texts as well."""

from datetime import timedelta

import pytest

from app.people.models import Patient, Practitioner
from app.scheduling import booking, escort_texts, escorts, rescheduling
from app.scheduling.models import Appointment, Service
from app.telehealth import guest_texts, guests
from app.telehealth.models import VisitGuest
from tests.conftest import FRIDAY_NOON

SAM = "+13125550171"


@pytest.fixture
def invited(database, cast):
    """`invited(number)`: a guest of Maya's visit, told when it is."""

    def invited(number=SAM):
        with database.session() as db:
            visit = db.get_one(Appointment, cast.integration_visit.id)
            by = db.get_one(Practitioner, cast.jordan.id)
            guests.invite(db, visit, name="Sam", phone=number, language="en", by=by)
            guest_texts.follow(db)

    return invited


@pytest.fixture
def move(database, cast):
    def move():
        with database.session() as db:
            visit = db.get_one(Appointment, cast.integration_visit.id)
            by = db.get_one(Practitioner, cast.jordan.id)
            at = visit.starts_at + timedelta(hours=1)
            rescheduling.reschedule(db, visit, at, by=by)
            guest_texts.follow(db)

    return move


@pytest.mark.parametrize("body", ["STOP", "ALTO", "stop texting me"])
def test_a_guests_stop_ends_their_texts_also_when_the_visit_moves(invited, reply, move, said, body):
    invited()
    assert len(said("guest")) == 2

    reply(body, sender=SAM)
    assert said("guest") == []
    move()

    assert said("guest") == []


def test_a_guest_who_is_a_patient_next_door_stops_both(invited, reply, move, said, rows, cast):
    invited(cast.noor.phone)

    reply("STOP", sender=cast.noor.phone)
    move()

    assert said("guest") == []
    assert [each.id for each in rows(Patient) if each.opted_out_at] == [cast.noor.id]


def test_another_guest_is_still_told(invited, reply, move, said):
    invited()

    reply("STOP", sender="+13125550172")
    move()

    assert len(said("guest")) == 2


def test_the_link_that_a_guest_has_goes_on_opening_the_room(database, invited, reply, rows):
    invited()

    reply("STOP", sender=SAM)

    (guest,) = rows(VisitGuest)
    assert guest.phone == ""
    with database.session(write=False) as db:
        guest = db.get_one(VisitGuest, guest.id)
        assert guests.of_link(db, guest.link) is not None


def test_a_patient_who_takes_somebody_home_stops_those_texts_too(database, cast, reply, said):
    with database.session() as db:
        by = db.get_one(Practitioner, cast.jordan.id)
        session = booking.book(
            db,
            patient=db.get_one(Patient, cast.theo.id),
            service=Service.INFUSION,
            starts_at=FRIDAY_NOON + timedelta(hours=24),
            ends_at=FRIDAY_NOON + timedelta(hours=26),
            practitioner=db.get_one(Practitioner, cast.dr_okafor.id),
            by=by,
        ).appointment
        escort = escorts.name(
            db,
            session,
            name="A friend",
            phone=cast.noor.phone,
            language="en",
            pick_up_at=session.ends_at,
            by=by,
        )
        escort_texts.catch_up(db, escort)
    assert len(said("escort")) == 1

    reply("STOP", sender=cast.noor.phone)

    assert said("escort") == []


def test_a_number_that_stopped_is_not_invited_again(invited, reply, signed_in, cast, rows):
    invited()
    reply("STOP", sender=SAM)
    office = signed_in(cast.jordan)
    path = f"/clinic/appointments/{cast.integration_visit.id}/guests"

    refused = office.post(path, data={"guest_name": "Sam", "guest_phone": SAM})

    assert refused.status_code == 422
    assert "asked for no texts" in refused.text
    assert len(rows(VisitGuest)) == 1
