"""Home tells of a quiet minute that waits, and of nothing that was answered."""

from datetime import timedelta

import pytest

from app import clock
from app.journal import preferences
from app.journal.preferences import Preference
from app.people.models import Patient
from tests.web.test_budgets import counting

WAITS = "A quiet minute waits, if you want it"


@pytest.fixture
def home(signed_in, cast):
    """`home()`: Maya's own page as it stands."""
    mayas = signed_in(cast.maya)
    return lambda: mayas.get("/").text


def test_home_tells_of_the_quiet_minute_that_waits(home, planned):
    page = home()

    assert WAITS in page
    assert 'href="/journal/write"' in page


def test_what_was_written_or_skipped_waits_no_more(home, planned, tapped, sent):
    assert WAITS in home()

    sent(tapped())

    assert WAITS not in home()


def test_a_skip_is_an_answer_for_home_as_well(home, planned, tapped):
    tapped().post("/journal/skip", data={"prompt": str(planned.prompt_id)})

    assert WAITS not in home()


def test_whoever_wants_no_questions_reads_of_none(home, planned, database, cast):
    with database.session() as db:
        patient = db.get_one(Patient, cast.maya.id)
        preferences.keep(db, patient, Preference(wants_prompts=False))

    assert WAITS not in home()


def test_after_three_days_home_is_quiet_about_it(home, planned, at):
    at(clock.now() + timedelta(days=5))

    assert WAITS not in home()


def test_earlier_words_and_a_new_page_are_one_tap_away(home):
    page = home()

    assert 'href="/journal"' in page
    assert 'href="/journal/write"' in page


def test_home_costs_no_more_statements_when_a_quiet_minute_waits(
    database, signed_in, cast, planned
):
    mayas = signed_in(cast.maya)

    with counting(database) as said:
        assert WAITS in mayas.get("/").text

    assert len(said) <= 5, "\n\n".join(said)
