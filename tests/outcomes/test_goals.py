"""What somebody hopes for: taken from their form once; kept, changed, let go; old beside new."""

import pytest
from sqlalchemy import select

from app.outcomes import goals
from app.outcomes.goals import Change
from app.outcomes.models import Goal, GoalState
from app.safety.models import SafetyAlert, Signal
from app.scheduling.models import Service
from tests import sheets
from tests.journal.test_at_once import at_once

HOPE = "Cook on Sundays again."


@pytest.fixture
def look(database, maya):
    """`look(new="…")`: Maya looks at her hopes; what stands then, and whether help is shown."""

    def look(*changes, new=""):
        with database.session() as db:
            rows, is_danger = goals.look_again(db, maya(db), list(changes), new)
            return [row.words for row in rows], is_danger

    return look


@pytest.fixture
def standing(database, maya):
    def standing():
        with database.session(write=False) as db:
            return [(row.id, row.words) for row in goals.standing(db, maya(db))]

    return standing


def _take_in(database):
    with database.session() as db:
        goals.take_in(db)


def test_what_the_form_says_is_taken_in_once(database, cast, standing):
    sheets.hand_in(database, cast.maya, "goals", {"goal-difference": HOPE, "goal-word": "river"})

    _take_in(database)
    _take_in(database)

    assert [words for _id, words in standing()] == [HOPE]


def test_a_form_without_an_answer_there_adds_nothing(database, cast, standing):
    sheets.hand_in(database, cast.maya, "goals", {"goal-word": "river"})

    _take_in(database)

    assert standing() == []


def test_kept_changed_and_let_go(database, maya, look, standing, session_on):
    visit_id = session_on("2026-11-20T09:00", service=Service.INTEGRATION, minutes=50)
    look(new="One")
    look(new="Two")
    look(new="Three")
    one, two, three = (goal_id for goal_id, _words in standing())

    now, _danger = look(
        Change(one), Change(two, "Two, in other words"), Change(three, lets_go=True)
    )

    assert now == ["One", "Two, in other words"]
    with database.session(write=False) as db:
        [new] = [row for row in goals.standing(db, maya(db)) if row.instead_of_id]
        assert goals.earlier_words(db, maya(db))[new.id].words == "Two"
        assert new.visit_id == visit_id
        assert [row.words for row in goals.let_go(db, maya(db))] == ["Three"]
        assert db.get_one(Goal, two).state is GoalState.CHANGED


def test_sent_twice_it_changes_nothing_more(look, standing):
    look(new=HOPE)
    look(new=HOPE)
    [(goal_id, _words)] = standing()
    look(Change(goal_id, "Other words"))
    look(Change(goal_id, "Other words"))

    assert [words for _id, words in standing()] == ["Other words"]


def test_another_patients_hopes_cannot_be_touched(database, cast, look):
    look(new=HOPE)
    with database.session() as db:
        theo = db.merge(cast.theo)
        hers = db.scalars(select(Goal)).one()
        goals.look_again(db, theo, [Change(hers.id, lets_go=True)])

    assert look()[0] == [HOPE]


def test_too_long_or_too_many_is_refused_before_anything_changes(look, standing):
    for number in range(goals.MOST):
        look(new=f"Hope {number}")
    first = standing()[0][0]

    with pytest.raises(goals.NotTaken):
        look(Change(first, "x" * (goals.LONGEST + 1)))
    with pytest.raises(goals.NotTaken):
        look(new="One more")

    assert len(look(Change(first, lets_go=True), new="One more")[0]) == goals.MOST


def test_words_that_may_mean_danger_alert_the_clinic_and_are_kept(database, cast, look):
    now, is_danger = look(new="I want to end my life")

    assert is_danger
    assert now == ["I want to end my life"]
    with database.session(write=False) as db:
        alert = db.scalars(select(SafetyAlert)).one()
        assert (alert.patient_id, alert.signal) == (cast.maya.id, Signal.WORDS)
        assert alert.causes == {goals.CAUSE: []}


def test_the_words_rest_sealed(database, look):
    look(new=HOPE)

    with database.session(write=False) as db:
        assert HOPE.encode() not in db.scalars(select(Goal)).one().words_sealed


def test_two_pages_that_change_one_hope_at_once_leave_one(database, maya, look, standing):
    look(new=HOPE)
    [(goal_id, _words)] = standing()

    def change(db, number):
        goals.look_again(db, maya(db), [Change(goal_id, f"Way {number}.")])

    at_once(database, change)

    assert len(standing()) == 1
