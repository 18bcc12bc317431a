"""An alert in the console: from the strip to its end."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app import clock
from app.people.models import Patient
from app.safety import escalation, from_devices
from app.safety.models import SafetyAlert, Signal


@pytest.fixture
def alert(database, cast):
    with database.session() as db:
        return escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.CONTROL)


def _acknowledge(desk, alert, **fields):
    return desk.post(f"/clinic/alerts/{alert.id}/acknowledgement", data=fields)


def test_the_page_says_who_what_and_how_soon(desk, alert):
    text = desk.get(f"/clinic/alerts/{alert.id}").text

    assert "<title>(1) Safety alert · Northside Clinic</title>" in text
    assert "Pressed “I am not safe”" in text
    assert "At once" in text
    assert "Nobody has acknowledged it" in text
    assert 'href="tel:+13125550142"' in text


def test_taken_on_with_a_note_it_stays_in_the_strip_without_ringing(desk, alert, database):
    _acknowledge(desk, alert, to="/clinic", note="Phoning now.")

    text = desk.get("/clinic").text

    assert "<title>Today · Northside Clinic</title>" in text
    assert "Dr. Okafor sees to Maya Osei" in text
    with database.session(write=False) as db:
        assert db.get_one(SafetyAlert, alert.id).note == "Phoning now."


def test_closed_with_what_came_of_it_it_leaves_the_strip(desk, alert):
    _acknowledge(desk, alert)

    answer = desk.post(
        f"/clinic/alerts/{alert.id}/closure",
        data={"outcome": "safety-planned", "note": "With her sister tonight."},
    )

    assert (answer.status_code, answer.headers["location"]) == (303, f"/clinic/alerts/{alert.id}")
    assert "Maya Osei" not in desk.get("/clinic/alerts").text
    text = desk.get(f"/clinic/alerts/{alert.id}").text
    assert "Reached, and made a safety plan" in text
    assert "With her sister tonight." in text
    assert "Close the alert</button>" not in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"outcome": "reached", "note": ""}, "Write a few words about what was done."),
        ({"outcome": "", "note": "Spoke with her."}, "Choose what came of it."),
        ({"outcome": "something", "note": "Spoke with her."}, "Choose what came of it."),
        ({"outcome": "reached", "note": "x" * 2001}, "That is too long."),
    ],
)
def test_an_end_without_outcome_or_note_is_refused_and_keeps_what_was_typed(
    desk, alert, database, fields, words
):
    _acknowledge(desk, alert)

    answer = desk.post(f"/clinic/alerts/{alert.id}/closure", data=fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert fields["note"] in answer.text
    with database.session(write=False) as db:
        assert db.get_one(SafetyAlert, alert.id).closed_at is None


def test_it_is_not_closed_before_somebody_has_taken_it_on(desk, alert):
    answer = desk.post(
        f"/clinic/alerts/{alert.id}/closure", data={"outcome": "reached", "note": "Spoke."}
    )

    assert answer.status_code == 422
    assert "Acknowledge the alert first." in answer.text


def test_an_answer_of_the_same_day_says_so(desk, database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        escalation.raise_alert(db, maya, Signal.ANSWER, urgent=False)

    text = desk.get("/clinic/alerts").text

    assert "gave an answer that may mean danger" in text
    assert "Phone today, and acknowledge now." in text


@pytest.mark.parametrize(
    ("signal", "says"),
    [
        (Signal.CONTROL, "The button “I am not safe”"),
        (Signal.ENTRY, "Nobody but them can read it"),
        (Signal.RED_FLAG, "has not arrived yet"),
        (Signal.ANSWER, "has not arrived yet"),
        (Signal.WORDS, "have not arrived yet"),
        (Signal.SESSION, "during a session"),
    ],
)
def test_what_a_phone_told_late_says_when_it_happened_there(desk, database, cast, signal, says):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        at = clock.now() - timedelta(hours=3)
        alert = from_devices.take(db, maya, uuid4(), signal, at)

    page = desk.get(f"/clinic/alerts/{alert.id}").text

    assert says in page
    assert "Today, 9:00 am" in page  # and came at noon
    assert "Today, 12:00 pm" in page
    assert desk.get("/clinic").status_code == 200
