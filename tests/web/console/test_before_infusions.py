"""Fasting hours and the cut-point of a scale: an administrator sets them, everybody may look."""

import pytest

from app.people.models import Clinic

SCALES = {"pcl5_cut_point": "33", "scales_after_days": "14", "scales_every_days": "30"}


@pytest.fixture
def office(signed_in, cast):
    return signed_in(cast.ada)


def _clinic(database, cast):
    with database.session(write=False) as db:
        return db.get_one(Clinic, cast.clinic.id)


def test_an_administrator_sets_until_when_one_may_eat_and_drink(office, cast, database):
    posted = SCALES | {"food_stops_hours": "6", "fluids_stop_hours": "2", "pcl5_cut_point": "31"}

    assert office.post("/clinic/before-infusions", data=posted).status_code == 303

    clinic = _clinic(database, cast)
    assert (clinic.food_stops_hours, clinic.fluids_stop_hours, clinic.pcl5_cut_point) == (6, 2, 31)
    assert 'value="6"' in office.get("/clinic/before-infusions").text


def test_left_empty_the_clinic_tells_it_by_itself(office, cast, database):
    office.post("/clinic/before-infusions", data=SCALES)

    assert _clinic(database, cast).food_stops_hours is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("food_stops_hours", "25"),
        ("food_stops_hours", "six"),
        ("fluids_stop_hours", "-1"),
        ("pcl5_cut_point", ""),
        ("pcl5_cut_point", "81"),
        ("scales_after_days", "13"),
        ("scales_after_days", "32"),
        ("scales_every_days", ""),
        ("scales_every_days", "7"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept(office, cast, database, field, typed):
    posted = SCALES | {"food_stops_hours": "8"} | {field: typed}

    answer = office.post("/clinic/before-infusions", data=posted)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'value="{typed}"' in answer.text or not typed
    assert _clinic(database, cast).food_stops_hours is None


def test_a_clinic_says_when_the_questions_about_mood_and_worry_come(office, cast, database):
    posted = SCALES | {"scales_after_days": "21", "scales_every_days": "0"}

    assert office.post("/clinic/before-infusions", data=posted).status_code == 303

    clinic = _clinic(database, cast)
    assert (clinic.scales_after_days, clinic.scales_every_days) == (21, 0)


def test_a_coordinator_looks_and_changes_nothing(signed_in, cast, database):
    desk = signed_in(cast.jordan)

    assert "Not set" in desk.get("/clinic/before-infusions").text
    assert desk.post("/clinic/before-infusions", data={"pcl5_cut_point": "1"}).status_code == 403
