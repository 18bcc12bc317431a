"""The schedule: a week as a list of days."""

import pytest

from app.messaging import outbox
from app.messaging.models import MessageStatus, Purpose
from app.people.models import Patient


def test_this_week_runs_from_monday_to_sunday(desk, cast):
    text = desk.get("/clinic/schedule").text

    assert "Monday, November 16" in text
    assert "Sunday, November 22" in text
    assert text.index("Thursday, November 19") < text.index("Infusion") < text.index("10:00 am")
    assert "This week" not in text


@pytest.mark.parametrize(
    ("asked", "monday"),
    [
        ("2026-11-23", "Monday, November 23"),
        ("2026-11-29", "Monday, November 23"),
        ("2026-11-02", "Monday, November 2"),  # clocks went back the day before
        ("2027-01-01", "Monday, December 28"),
        ("nonsense", "Monday, November 16"),
        ("9999-12-31", "Monday, November 16"),
    ],
)
def test_any_day_names_its_week(desk, cast, asked, monday):
    assert monday in desk.get("/clinic/schedule", params={"week": asked}).text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MessageStatus.QUEUED, "Text queued"),
        (MessageStatus.SENT, "Text sent"),
        (MessageStatus.DELIVERED, "Text delivered"),
        (MessageStatus.UNDELIVERED, "Text not delivered"),
    ],
)
def test_a_visit_says_how_its_text_stands(desk, cast, database, status, words):
    with database.session() as db:
        message = outbox.enqueue(
            db,
            Purpose.JOIN,
            "…",
            patient=db.get_one(Patient, cast.maya.id),
            due_at=cast.integration_visit.starts_at,
            appointment_id=cast.integration_visit.id,
        )
        message.status = status

    assert words in desk.get("/clinic/schedule").text


def test_the_neighbours_day_is_not_ours(signed_in, cast):
    text = signed_in(cast.dr_lind).get("/clinic/schedule").text

    assert "Maya" not in text
