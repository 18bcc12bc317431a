"""The picture of a measure: every number stands where the table says, whatever the numbers are."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outcomes import picture, saying
from app.outcomes.picture import Axis
from app.outcomes.results import Series, Value

BEGIN = datetime(2026, 10, 13, 14, tzinfo=UTC)
MOST = {"phq-9": 27, "gad-7": 21, "pcl-5": 80, "mood": 10}


def _series(code, *totals, every=7):
    values = (
        Value(BEGIN + timedelta(days=every * place), Decimal(total))
        for place, total in enumerate(totals)
    )
    return Series(code, MOST[code], tuple(values))


def _drawn(series, sessions=(), visits=()):
    axis = Axis.around([*(each.at for each in series.values), *sessions, *visits])
    return picture.draw(series, axis, sessions, visits)


@st.composite
def courses(draw):
    code = draw(st.sampled_from(sorted(MOST)))
    days = draw(st.lists(st.integers(0, 900), min_size=1, max_size=40, unique=True))
    values = tuple(
        Value(BEGIN + timedelta(days=day), Decimal(draw(st.integers(0, MOST[code]))))
        for day in sorted(days)
    )
    return Series(code, MOST[code], values)


@given(courses())
@settings(max_examples=150, deadline=None)
def test_the_numbers_of_the_picture_are_those_of_the_table(series):
    drawn = _drawn(series)
    low, high = drawn.grid[-1][0], drawn.grid[0][0]

    read = [round((low - dot.y) / (low - high) * series.most) for dot in drawn.dots]

    assert [str(number) for number in read] == [row.total for row in saying.rows(series)]
    assert [str(dot.total) for dot in drawn.dots] == [row.total for row in saying.rows(series)]


@given(courses())
@settings(max_examples=150, deadline=None)
def test_everything_stands_inside_and_in_the_order_of_its_days(series):
    drawn = _drawn(series)

    xs = [dot.x for dot in drawn.dots]
    assert xs == sorted(xs)
    assert all(0 < x < 100 for x in xs)
    assert all(0 < dot.y < 100 for dot in drawn.dots)
    assert len(drawn.lines) == len(xs) - 1


@given(courses())
@settings(max_examples=150, deadline=None)
def test_no_two_numbers_are_written_over_one_another(series):
    drawn = _drawn(series)

    for side in ("above", "below"):
        xs = sorted(dot.x for dot in drawn.dots if dot.words == side)
        assert all(right - left >= 13 for left, right in itertools.pairwise(xs))


def test_the_first_the_last_and_the_highest_are_labelled():
    drawn = _drawn(_series("phq-9", 12, 14, 19, 13, 9))

    assert [dot.words and str(dot.total) for dot in drawn.dots] == ["12", "", "19", "", "9"]


def test_the_last_of_two_that_are_equally_high_is_labelled():
    assert picture.told_places(_series("phq-9", 12, 19, 14, 19, 9)) == (4, 3, 0)


def test_a_number_finds_its_place_below_where_its_neighbour_stands_above():
    drawn = _drawn(_series("phq-9", 18, 19, 9, 8, 7, 9, 8, 7, 6, 7, 8, 9))

    assert [dot.words for dot in drawn.dots[:2]] == ["below", "above"]


def test_nothing_is_written_below_a_number_that_is_near_the_foot():
    drawn = _drawn(_series("mood", 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1))

    assert "below" not in {dot.words for dot in drawn.dots}


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("phq-9", [27, 18, 9, 0]),
        ("gad-7", [21, 14, 7, 0]),
        ("pcl-5", [80, 40, 0]),
        ("mood", [10, 5, 0]),
    ],
)
def test_each_measure_has_its_own_scale(code, numbers):
    assert [number for _y, number in _drawn(_series(code, 3)).grid] == numbers


def test_sessions_and_talks_stand_on_the_same_axis_as_the_answers():
    series = _series("phq-9", 19, 17)
    sessions, talks = [BEGIN + timedelta(days=7)], [BEGIN + timedelta(days=3.5)]

    drawn = _drawn(series, sessions, talks)

    assert drawn.sessions == (drawn.dots[1].x,)
    assert drawn.visits == (50.0,)


def test_an_axis_is_a_week_long_at_least_and_there_is_none_of_nothing():
    axis = Axis.around([BEGIN])

    assert axis.ends_at - axis.starts_at == timedelta(days=7)
    assert Axis.around([]) is None
