"""Days that differ from the week, as administrators enter them and everybody reads them."""

from datetime import date

import pytest
from sqlalchemy import select

from app.scheduling import holidays
from app.scheduling.models import HoursException


@pytest.fixture
def office(signed_in, cast):
    """The console as the administrator has it open."""
    return signed_in(cast.ada)


@pytest.fixture
def kept(database):
    """Who, first and last day of all that was entered."""

    def kept():
        with database.session(write=False) as db:
            rows = db.scalars(select(HoursException).order_by(HoursException.first_on)).all()
            return [(row.practitioner_id, row.first_on, row.last_on, row.kind) for row in rows]

    return kept


def _days(**differs):
    return {"whose": "", "kind": "away", "first_on": "2026-11-26", **differs}


def test_a_holiday_is_entered_read_by_everybody_and_taken_back(office, desk, kept, database):
    assert office.post("/clinic/closures", data=_days(name="Thanksgiving")).status_code == 303

    assert kept() == [(None, date(2026, 11, 26), date(2026, 11, 26), "away")]
    page = desk.get("/clinic/closures").text
    assert "Thursday, November 26" in page
    assert "Thanksgiving" in page
    assert "Take back" not in page
    with database.session(write=False) as db:
        row_id = db.scalar(select(HoursException.id))
    assert office.post(f"/clinic/closures/{row_id}/removal").status_code == 303
    assert kept() == []


def test_the_schedule_says_which_days_are_closed(office, desk):
    office.post("/clinic/closures", data=_days(name="Thanksgiving"))
    office.post("/clinic/closures", data=_days(first_on="2026-11-27"))

    page = desk.get("/clinic/schedule?week=2026-11-26").text

    assert "Closed: Thanksgiving" in page
    assert page.count("Closed") == 2


def test_what_is_still_booked_is_named_with_a_way_to_it(office, cast):
    office.post(
        "/clinic/closures",
        data=_days(whose=str(cast.dr_okafor.id), first_on="2026-11-21", last_on="2026-11-22"),
    )

    page = office.get("/clinic/closures").text

    assert "Saturday, November 21 to Sunday, November 22" in page
    assert "Away, still booked" in page
    assert f'href="/clinic/appointments/{cast.integration_visit.id}"' in page
    assert "Still booked: Maya Osei" in page


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"first_on": ""}, "first_on", "Enter the first day."),
        ({"first_on": "soon"}, "first_on", "Enter a day, like"),
        ({"last_on": "2026-11-25"}, "last_on", "The last day must not come before the first."),
        ({"kind": "extra"}, "opens", "Enter from when until when."),
        ({"kind": "whim"}, "kind", "Choose what differs."),
        ({"opens": "09:00"}, "closes", "Enter both times, or leave both empty."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    office, kept, typed, field, words
):
    answer = office.post("/clinic/closures", data=_days(name="Retreat", **typed))

    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="Retreat"' in answer.text
    assert kept() == []


def test_public_holidays_are_ticked_once(office, kept):
    page = office.get("/clinic/closures").text
    assert "Thanksgiving" in page

    ticked = {"on": ["2026-11-26", "2026-12-25", "2026-12-24"]}
    assert office.post("/clinic/closures/holidays", data=ticked).status_code == 303
    office.post("/clinic/closures/holidays", data=ticked)

    assert [first for _, first, _, _ in kept()] == [date(2026, 11, 26), date(2026, 12, 25)]
    assert 'value="2026-11-26"' not in office.get("/clinic/closures").text


@pytest.mark.parametrize("path", ["/clinic/closures", "/clinic/closures/holidays"])
def test_only_administrators_change_them(desk, kept, path):
    answer = desk.post(path, data=_days(on="2026-11-26"))

    assert answer.status_code == 403
    assert kept() == []


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 19), "Martin Luther King Jr. Day"),
        (date(2026, 5, 25), "Memorial Day"),
        (date(2026, 7, 3), "Independence Day"),  # the fourth is a Saturday
        (date(2026, 9, 7), "Labor Day"),
        (date(2026, 11, 26), "Thanksgiving"),
        (date(2027, 7, 5), "Independence Day"),  # the fourth is a Sunday
        (date(2027, 12, 24), "Christmas Day"),
        (date(2027, 12, 31), "New Year's Day"),  # of 2028, a Saturday
    ],
)
def test_holidays_are_known_on_the_day_on_which_they_are_kept(day, name):
    assert name in {each.name for each in holidays.ahead("US", day) if each.on == day}


def test_a_country_whose_holidays_are_not_known_gets_none():
    assert holidays.ahead("CA", date(2026, 1, 1)) == []
