"""A course at the desk: staff see scores by their names and say how many sessions there are."""

import pytest
from sqlalchemy import select

from app.outcomes import goals
from app.outcomes.models import Course
from app.people.models import Patient
from app.safety.models import SafetyAlert
from tests.outcomes.conftest import at as at
from tests.outcomes.conftest import hand_in as hand_in
from tests.outcomes.conftest import later as later
from tests.outcomes.conftest import session_on as session_on


@pytest.fixture
def path(cast):
    return f"/clinic/patients/{cast.maya.id}/course"


@pytest.fixture
def answered(hand_in, later):
    hand_in("phq-9", 9, "2026-11-10T10:00")
    hand_in("phq-9", 15, "2026-11-17T10:00")
    hand_in("gad-7", 12, "2026-11-10T10:00")
    hand_in("gad-7", 4, "2026-11-17T10:10")
    later("2026-11-20T12:00")


def test_the_page_of_a_patient_leads_to_their_course(desk, cast, path):
    page = desk.get(f"/clinic/patients/{cast.maya.id}").text

    assert f'href="{path}"' in page
    assert "Session 1 was on Thursday, November 19." in page


def test_staff_read_scores_by_name_with_bands_and_rises_as_plainly_as_falls(desk, path, answered):
    page = desk.get(path).text

    assert "PHQ-9" in page
    assert "moderately severe" in page
    assert "rose since the last time" in page
    assert "fell since the last time" in page
    assert "Out of 27" in page


def test_staff_say_how_many_sessions_and_whether_hard_memories_are_asked_about(
    desk, path, database, cast
):
    posted = {"sessions_planned": "6", "asks_about_trauma": "1"}

    assert desk.post(path, data=posted).status_code == 303

    assert "Session 1 of 6 was on Thursday, November 19." in desk.get(path).text
    with database.session(write=False) as db:
        course = db.scalars(select(Course)).one()
        assert (course.sessions_planned, course.asks_about_trauma) == (6, True)
        assert course.made_by_id == cast.dr_okafor.id


@pytest.mark.parametrize("typed", ["0", "61", "six"])
def test_a_number_that_no_course_has_is_refused_at_its_field_and_kept(desk, path, typed, database):
    answer = desk.post(path, data={"sessions_planned": typed})

    assert answer.status_code == 422
    assert 'href="#sessions_planned"' in answer.text
    assert f'value="{typed}"' in answer.text
    with database.session(write=False) as db:
        assert db.scalar(select(Course)) is None


def test_staff_say_that_it_is_over(desk, path):
    desk.post(path, data={"sessions_planned": "6"})

    assert desk.post(f"{path}/end").status_code == 303
    assert desk.post(f"{path}/end").status_code == 303

    page = desk.get(path).text
    assert "The course is over. Session 1 was on Thursday, November 19." in page


def test_a_form_that_speaks_no_spanish_is_not_promised(desk, path, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).language = "es"

    assert "The form is in English only" in desk.get(path).text


def test_hopes_stand_old_beside_new(desk, path, database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        [first], _danger = goals.look_again(db, maya, [], "Cook on Sundays again.")
        goals.look_again(db, maya, [goals.Change(first.id, "Cook for four.")])

    page = desk.get(path).text

    assert page.index("Cook on Sundays again.") < page.index("Cook for four.")


def test_an_alert_about_hopes_leads_to_them(desk, path, database, cast):
    with database.session() as db:
        goals.look_again(db, db.get_one(Patient, cast.maya.id), [], "I want to end my life")
        alert_id = db.scalars(select(SafetyAlert.id)).one()

    page = desk.get(f"/clinic/alerts/{alert_id}").text

    assert f'href="{path}#hopes-title"' in page
