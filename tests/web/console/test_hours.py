"""Weekly hours: several spans a day, closed days, errors at their field."""

from datetime import time

import pytest
from sqlalchemy import select

from app.messaging import senders
from app.people.models import Clinic, Practitioner
from app.scheduling import staffed_hours
from app.scheduling.models import StaffedHours
from app.scheduling.staffed_hours import Opening


@pytest.fixture
def office(signed_in, cast):
    """The console as the administrator has it open."""
    return signed_in(cast.ada)


def _hours(database, cast, practitioner=None):
    with database.session(write=False) as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        whose = db.get_one(Practitioner, practitioner.id) if practitioner else None
        return staffed_hours.hours_of(db, clinic, whose)


def test_spans_and_closed_days_are_kept(office, cast, database):
    answer = office.post(
        "/clinic/hours",
        data={
            "day-0-0-opens": "09:00",
            "day-0-0-closes": "12:30",
            "day-0-1-opens": "13:30",
            "day-0-1-closes": "17:00",
            "day-4-0-opens": "20:00",
            "day-4-0-closes": "00:00",
        },
    )

    assert answer.status_code == 303
    assert _hours(database, cast) == [
        Opening(0, time(9), time(12, 30)),
        Opening(0, time(13, 30), time(17)),
        Opening(4, time(20), time(0)),
    ]
    text = office.get("/clinic/hours").text
    assert 'name="day-0-1-opens" type="time" value="13:30"' in text
    assert 'name="day-0-2-opens"' in text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"day-1-0-opens": "09:00"}, "day-1-0-closes", "Enter when it ends"),
        (
            {"day-1-0-opens": "09:00", "day-1-0-closes": "17:00+05:00"},
            "day-1-0-closes",
            "Enter a time, like 09:30.",
        ),
        ({"day-1-0-closes": "09:00"}, "day-1-0-opens", "Enter when it begins"),
        (
            {"day-1-0-opens": "09:00", "day-1-0-closes": "09:00"},
            "day-1-0-closes",
            "Hours must end after they begin.",
        ),
        (
            {
                "day-1-0-opens": "09:00",
                "day-1-0-closes": "12:00",
                "day-1-1-opens": "11:59",
                "day-1-1-closes": "15:00",
            },
            "day-1-1-opens",
            "Hours on the same day must not overlap.",
        ),
        ({"day-1-0-opens": "nine", "day-1-0-closes": "10:00"}, "day-1-0-opens", "Enter a time"),
    ],
)
def test_what_is_wrong_is_said_at_its_span(office, cast, database, typed, field, words):
    before = _hours(database, cast)

    answer = office.post("/clinic/hours", data=typed)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count(words) == 2
    assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert _hours(database, cast) == before


def test_spans_that_touch_do_not_overlap(office, cast):
    typed = {
        "day-1-0-opens": "09:00",
        "day-1-0-closes": "12:00",
        "day-1-1-opens": "12:00",
        "day-1-1-closes": "15:00",
    }

    assert office.post("/clinic/hours", data=typed).status_code == 303


def test_a_clinicians_own_week_is_theirs_alone(office, cast, database):
    before = _hours(database, cast)

    office.post(
        f"/clinic/hours/{cast.dr_okafor.id}",
        data={"day-2-0-opens": "10:00", "day-2-0-closes": "14:00"},
    )

    assert _hours(database, cast, cast.dr_okafor) == [Opening(2, time(10), time(14))]
    assert _hours(database, cast) == before


def test_hours_that_stay_keep_the_day_they_hold_from(office, cast, database):
    with database.session() as db:
        row = db.scalars(
            select(StaffedHours).where(
                StaffedHours.clinic_id == cast.clinic.id, StaffedHours.weekday == 0
            )
        ).one()
        row.from_on = cast.integration_visit.starts_at.date()

    office.post("/clinic/hours", data={"day-0-0-opens": "09:00", "day-0-0-closes": "17:00"})

    assert _hours(database, cast)[0].from_on == cast.integration_visit.starts_at.date()


def test_only_clinicians_have_hours_of_their_own(office, cast):
    assert office.get(f"/clinic/hours/{cast.jordan.id}").status_code == 404


def test_others_may_look(desk, cast):
    text = desk.get("/clinic/hours").text

    assert "09:00 – 17:00" in text
    assert "An administrator can change the hours." in text
    assert 'type="time"' not in text


def test_no_hours_at_all_is_said(office, cast):
    office.post("/clinic/hours", data={})

    assert "No hours are set" in office.get("/clinic/hours").text


def test_the_page_says_by_which_sender_texts_leave_and_lets_nobody_change_it(
    office, desk, cast, database
):
    shared = office.get("/clinic/hours").text
    with database.session() as db:
        senders.give(db, db.get_one(Clinic, cast.clinic.id), "+13125550901", shared="")
        senders.give(db, db.get_one(Clinic, cast.neighbour.id), "+13125550902", shared="")
    own = desk.get("/clinic/hours").text

    assert "all clinics without one of their own share" in shared
    assert "Texts leave by (312) 555-0901" in own
    assert "555-0902" not in own
    assert 'name="sender' not in own
