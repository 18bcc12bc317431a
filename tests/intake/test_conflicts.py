"""When two answers to one question are a matter for the patient, and when they are not."""

import pytest

from app import clock
from app.intake import conflicts
from app.intake.conflicts import Conflict, digest
from app.questionnaires import library
from app.questionnaires.engine import fields
from app.questionnaires.engine.values import Coding, Sheet, Slot
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse
from tests.conftest import FRIDAY_NOON

HERE, THERE = b"\x01" * 32, b"\x02" * 32
GOOD, BAD = ("good",), ("bad",)


@pytest.fixture
def saved(cast):
    """`saved(now, mine)`: saves a page on a sheet where `now` stands since revision 3."""
    form = form_of(library.unkept("goals"))
    mood = Slot(next(item.link_id for item in form.in_order if item.type == "text"))

    def saved(now, mine, *, based_on=0, drawn=None):
        response = QuestionnaireResponse(clinic_id=cast.clinic.id, revision=3)
        name = fields.name(form, mood)
        response.touched = conflicts.note({}, [name], 3, THERE)
        conflicts.refuse(
            response,
            form,
            Sheet({mood: now} if now else {}),
            {mood: mine},
            based_on=based_on,
            drawn={} if drawn is None else {mood: digest(drawn)},
            browser_hash=HERE,
        )
        return response

    return saved


def test_another_answer_since_the_page_was_drawn_is_a_conflict(saved):
    with pytest.raises(Conflict) as refused:
        saved(GOOD, BAD)

    assert list(refused.value.mine.values()) == [BAD]
    assert list(refused.value.theirs.values()) == [GOOD]
    assert refused.value.revision == 3
    assert refused.value.at == FRIDAY_NOON == clock.now()
    assert not refused.value.is_own


@pytest.mark.parametrize(
    ("now", "mine", "differs"),
    [
        (GOOD, GOOD, {}),  # sent twice on a bad line
        (GOOD, BAD, {"based_on": 3}),  # the page knew it
        (GOOD, BAD, {"drawn": GOOD}),  # the other one saved it as it was
        ((), BAD, {"drawn": ()}),  # the other one left it empty, as it was
    ],
)
def test_these_are_none(saved, now, mine, differs):
    assert saved(now, mine, **differs).revision == 3


def test_taking_an_answer_away_that_somebody_changed_is_one(saved):
    with pytest.raises(Conflict):
        saved(GOOD, (), drawn=BAD)


def test_what_was_only_left_as_it_was_drawn_changes_nothing():
    one, other = Slot("one"), Slot("two")
    drawn = {one: digest(GOOD), other: digest(())}

    changed = conflicts.changed_here(Sheet({one: BAD}), {one: GOOD, other: BAD}, drawn)

    assert changed == {other: BAD}


def test_the_words_of_an_option_make_no_difference():
    english = (Coding("yes", "s", "Yes"),)

    assert digest(english) == digest((Coding("yes", "s", "Sí"),))
    assert digest(english) != digest((Coding("no", "s", "Yes"),))


def test_a_phone_knows_its_own_answer_again(cast):
    touched = conflicts.note({}, ["q1"], 4, HERE)
    response = QuestionnaireResponse(clinic_id=cast.clinic.id, touched=touched)

    assert conflicts.touches(response)["q1"].browser == conflicts.tag(HERE)
    assert conflicts.touches(response)["q1"].moment == FRIDAY_NOON
