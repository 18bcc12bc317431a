"""What was typed on a page that is not kept: danger in it is told of all the same."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.intake.models import IntakeTask
from app.safety.models import SafetyAlert
from tests.conftest import FRIDAY_NOON

NINE = "better off dead"
WRITING = {
    "url": "https://clinic.example/writing",
    "item": [
        {"linkId": "text", "type": "text", "text": "How was your week?"},
        {"linkId": "names", "type": "string", "text": "Names", "repeats": True},
    ],
}
DANGER = "I want to kill myself"


@pytest.fixture
def alerts(database):
    """`alerts()`: how many the clinic has."""

    def alerts():
        with database.session(write=False) as db:
            return db.scalar(select(func.count()).select_from(SafetyAlert))

    return alerts


@pytest.fixture
def at_nine(phone, asked):
    """Two windows of one phone at the ninth question of the PHQ-9, and what was asked."""
    packet = asked("phq-9")
    theos, other = phone().tap(packet.token).press(), phone()
    while NINE not in theos.says:
        theos.choose(0)
    other.client.cookies = theos.client.cookies
    other.go(theos.path)
    return theos, other, packet


def shows_help(browser):
    return 'href="tel:988"' in browser.answer.text


def test_when_another_answer_stands_there_by_now(at_nine, alerts):
    theos, other, _packet = at_nine
    here = theos.path
    theos.choose(0)

    other.choose(3)

    assert shows_help(other)
    assert alerts() == 1
    other.press()  # on to the question in doubt
    assert other.path == here


def test_when_the_form_was_sent_meanwhile(at_nine, alerts):
    theos, other, _packet = at_nine
    while not theos.path.endswith("/check"):
        theos.choose(0) if theos.page.options else theos.press()
    theos.press()

    other.choose(1)

    assert shows_help(other)
    assert alerts() == 1
    assert "has your answers" in other.press().says


def test_when_its_time_is_over(at_nine, alerts, row):
    theos, _other, packet = at_nine
    closes_at = row(packet.task_ids[0]).packet.closes_at
    clock.stand_still(closes_at, machine=FRIDAY_NOON)

    theos.choose(2)

    assert shows_help(theos)
    assert alerts() == 1
    assert row(packet.task_ids[0]).response.at_link_id  # nothing of it was kept
    assert "nothing more to fill in" in theos.press().says


def test_when_they_choose_to_skip_what_they_wrote(phone, asked, alerts, database):
    packet = asked(WRITING)
    theos = phone().tap(packet.token).press()

    theos.press("go", "skip", typed={"q0": DANGER})

    assert shows_help(theos)
    assert alerts() == 1
    with database.session(write=False) as db:
        response = db.get_one(IntakeTask, packet.task_ids[0]).response
        assert DANGER not in str(response.answers)


def test_when_they_ask_for_one_more_input(phone, asked, alerts):
    theos = phone().tap(asked(WRITING).token).press().press()

    theos.press("more", "q1", typed={"q1": DANGER})

    assert shows_help(theos)
    assert alerts() == 1
    assert DANGER in theos.press().answer.text  # it was kept, and one may go on with it


def test_what_is_harmless_leads_where_it_did(at_nine, alerts):
    theos, other, _packet = at_nine
    theos.choose(1).press()

    other.choose(0)

    assert "There are two answers." in other.says
    assert alerts() == 1  # what the other window said


# A page that lay open too long


def rest():
    moment = FRIDAY_NOON + timedelta(minutes=31)
    clock.stand_still(moment, machine=moment)


@pytest.mark.parametrize("button", [("more", "q1"), ("add", "q1"), ("remove", "q1-0")])
def test_after_a_rest_no_button_shows_what_was_typed(phone, asked, button):
    theos = phone().tap(asked(WRITING).token).press().press(typed={"q0": "A quiet week"})
    rest()

    theos.press(*button, typed={"q1": "Ada"}, **{"hx-request": "true"})

    assert "Please tap the link" in theos.says
    assert "Ada" not in theos.says
    assert "Names" not in theos.says


def test_after_a_rest_neither_of_two_answers_is_shown(at_nine):
    theos, other, _packet = at_nine
    theos.choose(1).press()
    rest()

    other.choose(0)

    assert other.answer.status_code == 403
    assert "Please tap the link" in other.says
    assert "Several days" not in other.says
    assert "Saved" not in other.says
