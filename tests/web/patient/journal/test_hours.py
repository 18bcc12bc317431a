"""When, and whether, somebody is asked: their own hours, their own no."""

from datetime import time

import pytest
from sqlalchemy import select

from app.journal.models import JournalPreference, JournalPrompt
from app.journal.preferences import Preference
from app.messaging.models import Message, MessageStatus, Purpose

PAGE = "/journal/hours"
AS_IT_WAS = {"wanted": "yes", "evening": "", "morning": ""}


@pytest.fixture
def maya(signed_in, cast):
    return signed_in(cast.maya)


@pytest.fixture
def chosen(database, cast):
    """What Maya has chosen."""

    def chosen():
        with database.session(write=False) as db:
            row = db.scalar(select(JournalPreference))
            assert row is None or row.patient_id == cast.maya.id
            return row and Preference(
                row.wants_prompts, row.evening_at, row.morning_at, row.staff_may_know
            )

    return chosen


def test_the_clinics_hours_stand_until_somebody_chooses(maya, chosen):
    page = maya.get(PAGE).text

    assert "As usual, 6:00 pm" in page
    assert "As usual, 9:00 am" in page
    assert chosen() is None


def test_hours_that_are_chosen_are_kept_and_shown(maya, chosen):
    answer = maya.post(PAGE, data={"wanted": "yes", "evening": "19:30", "morning": "10:00"})

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert chosen() == Preference(True, time(19, 30), time(10), False)
    page = maya.get(PAGE).text
    assert '<option value="19:30" selected>7:30 pm</option>' in page
    assert '<option value="10:00" selected>10:00 am</option>' in page


@pytest.mark.parametrize(
    "typed", [{"evening": "23:00"}, {"evening": "nine"}, {"morning": "05:00"}, {"morning": "25:00"}]
)
def test_an_hour_at_which_nobody_is_texted_is_refused(maya, chosen, typed):
    answer = maya.post(PAGE, data=AS_IT_WAS | typed)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert chosen() is None


def test_a_no_stops_the_texts_that_wait(maya, planned, database, chosen):
    def waiting():
        with database.session(write=False) as db:
            texts = select(Message).where(
                Message.purpose.in_((Purpose.EVENING, Purpose.MORNING, Purpose.WEEK)),
                Message.status == MessageStatus.QUEUED,
            )
            return len(db.scalars(texts).all())

    assert waiting() > 0

    maya.post(PAGE, data=AS_IT_WAS | {"wanted": "no"})

    assert chosen().wants_prompts is False
    assert waiting() == 0
    with database.session(write=False) as db:  # the minute itself is still offered on home
        assert db.scalars(select(JournalPrompt).where(JournalPrompt.cancelled_at.is_(None))).all()


def test_whoever_opened_the_link_may_say_no_as_well(tapped, chosen):
    phone = tapped()
    assert phone.get(PAGE).status_code == 200

    phone.post(PAGE, data=AS_IT_WAS | {"wanted": "no"})

    assert chosen().wants_prompts is False


def test_a_link_does_not_decide_what_the_team_gets_to_know(tapped, maya, chosen):
    phone = tapped()
    assert "My team may know" not in phone.get(PAGE).text

    phone.post(PAGE, data=AS_IT_WAS | {"known": "1"})
    assert chosen().staff_may_know is False

    maya.post(PAGE, data=AS_IT_WAS | {"known": "1"})
    phone.post(PAGE, data=AS_IT_WAS)
    assert chosen().staff_may_know is True


def test_a_browser_that_knows_nobody_is_asked_who_it_is(client):
    answer = client.get(PAGE)

    assert answer.status_code == 403
    assert "Text me a code" in answer.text
