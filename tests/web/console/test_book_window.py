"""What a time would come to, while it is chosen and before it is booked."""

from datetime import time

import pytest
from sqlalchemy import select

from app import wall_time
from app.people.models import Clinic
from app.scheduling import closures, locations, staffed_hours
from app.scheduling.models import Appointment, ExceptionKind, Service
from app.scheduling.staffed_hours import Opening


def wanted(cast, **differs):
    return {
        "patient": str(cast.theo.id),
        "service": "infusion",
        "practitioner": str(cast.dr_okafor.id),
        "starts_at": "2026-11-27T15:00",
        "minutes": "",
    } | differs


@pytest.fixture
def weekdays(database, cast):
    """The clinic is staffed from Monday to Friday, nine to five."""
    with database.session() as db:
        rows = [Opening(day, time(9), time(17)) for day in range(5)]
        staffed_hours.set_hours(db, db.get_one(Clinic, cast.clinic.id), None, rows, by=None)


def test_the_form_shows_the_window_of_the_time_that_is_chosen(desk, cast, weekdays):
    assert 'hx-get="/clinic/book/window"' in desk.get("/clinic/book").text

    part = desk.get("/clinic/book/window", params=wanted(cast)).text

    assert "Somebody is there for 8 hours of it." in part
    assert "Free with Dr. Okafor" in part
    assert "Sat, Nov 28" in part
    assert "<html" not in part


def test_a_window_without_a_free_time_warns_with_better_starts(desk, cast, weekdays, database):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        monday = wall_time.wall(clinic.made_at, "UTC").date().replace(day=30)
        away = closures.Days(ExceptionKind.AWAY, monday, monday, name="Retreat")
        closures.add(db, clinic, None, away, by=None)

    for page in (
        desk.get("/clinic/book/window", params=wanted(cast)).text,
        desk.post("/clinic/book", data=wanted(cast)).text,
    ):
        assert "No free time" in page
        assert "Retreat" in page
        assert "No time with a clinician is free in the window." in page
        assert "Starts with more room after them" in page


@pytest.mark.parametrize(
    "differs",
    [{"patient": ""}, {"starts_at": ""}, {"starts_at": "soon"}, {"minutes": "x"}, {"service": ""}],
)
def test_nothing_is_said_while_the_form_cannot_be_read(desk, cast, differs):
    answer = desk.get("/clinic/book/window", params=wanted(cast, **differs))

    assert (answer.status_code, answer.text.strip()) == (200, "")


def test_the_neighbours_patient_is_unknown(desk, cast):
    answer = desk.get("/clinic/book/window", params=wanted(cast, patient=str(cast.noor.id)))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("starts_at", "words"),
    [
        ("2026-11-21T10:00", "Dr. Okafor has another visit then."),
        ("2026-11-23T20:00", "Dr. Okafor is not there then"),
        ("2026-11-23T10:00", ""),
    ],
)
def test_a_visits_time_is_held_against_its_clinician(desk, cast, starts_at, words):
    asked = wanted(cast, service="consultation", starts_at=starts_at)

    part = desk.get("/clinic/book/window", params=asked).text

    assert words in part
    assert bool(part.strip()) is bool(words)


def test_a_session_takes_place_where_it_was_booked_on_that_places_clock(desk, cast, database):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        for name, zone in (("East", clinic.zone), ("West", "America/Los_Angeles")):
            place = locations.Place(name, f"1 {name} street", "", zone)
            west = locations.add(db, clinic, place, by=None)
        west_id = str(west.id)

    page = desk.post("/clinic/book", data=wanted(cast, location=west_id)).text
    assert "West, 12:00 pm there" in page
    desk.post("/clinic/book", data=wanted(cast, location=west_id, confirmed="1"))

    with database.session(write=False) as db:
        asked = select(Appointment).where(
            Appointment.patient_id == cast.theo.id, Appointment.service == Service.INFUSION
        )
        booked = db.scalars(asked).one()
        assert (booked.location.name, booked.zone) == ("West", "America/Los_Angeles")
        assert booked.wall_start == "2026-11-27T12:00"
        assert wall_time.wall(booked.starts_at, clinic.zone).hour == 15
