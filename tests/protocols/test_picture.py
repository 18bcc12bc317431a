"""A protocol's days as a picture: days side by side, things at their hours, none upon another."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wall_time
from app.protocols import picture
from app.protocols.picture import Shown, Sign

ZONE = "America/New_York"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _at(text):
    return wall_time.instant(datetime.fromisoformat(text), ZONE)


BEGINS = _at("2026-12-04T15:00")
SESSION = (BEGINS, BEGINS + 2 * HOUR)


def _draw(*shown, window=None, zone=ZONE):
    return picture.draw(shown, session=SESSION, window=window, zone=zone)


def _text(at, lane=0):
    return Shown(lane, at, Sign.TEXT)


def test_a_session_alone_is_one_day():
    drawn = _draw()

    [day] = drawn.days
    assert (day.on, day.number, day.left, day.right) == (date(2026, 12, 4), 0, 0, 100)
    assert drawn.session == (62.5, pytest.approx(70.83))
    assert drawn.marks == ()


def test_days_on_which_nothing_is_leave_a_gap_and_neighbours_none():
    drawn = _draw(_text(BEGINS - DAY), _text(BEGINS + 7 * DAY))

    assert [(day.number, day.follows_gap) for day in drawn.days] == [
        (-1, False),
        (0, False),
        (7, True),
    ]
    assert drawn.days[0].right == drawn.days[1].left
    assert drawn.days[1].right < drawn.days[2].left
    assert drawn.days[2].right == pytest.approx(100, abs=0.1)


def test_the_window_reaches_from_its_beginning_to_its_end():
    window = (SESSION[1], SESSION[1] + 72 * HOUR)

    drawn = _draw(window=window)

    assert [day.number for day in drawn.days] == [0, 1, 2, 3]
    assert drawn.window[0] == drawn.session[1]
    assert drawn.days[3].left < drawn.window[1] < drawn.days[3].right


def test_of_a_long_window_the_two_ends_are_drawn():
    drawn = _draw(window=(SESSION[1], SESSION[1] + 168 * HOUR))

    assert [day.number for day in drawn.days] == [0, 7]


def test_days_are_those_of_the_patients_calendar():
    late = _at("2026-12-04T23:30")

    assert [day.number for day in _draw(_text(late)).days] == [0]
    assert [day.number for day in _draw(_text(late), zone="Europe/Berlin").days] == [0, 1]


def test_what_would_lie_upon_another_goes_a_step_down():
    visit = BEGINS + 2 * DAY

    drawn = _draw(_text(visit - timedelta(minutes=5)), _text(visit), _text(visit + 12 * HOUR))

    first, second, third = drawn.marks
    assert first.y < second.y
    assert third.y == first.y


def test_rows_that_are_empty_are_not_drawn():
    drawn = _draw(_text(BEGINS, lane=4), _text(BEGINS, lane=1))

    assert [lane.number for lane in drawn.lanes] == [1, 4]
    assert drawn.lanes[0].y < drawn.lanes[1].y < drawn.height


@given(
    hours=st.lists(
        st.tuples(st.integers(0, 4), st.integers(-24 * 30, 24 * 60)), min_size=1, max_size=25
    ),
    zone=st.sampled_from([ZONE, "America/Los_Angeles", "Pacific/Apia", "Europe/Madrid"]),
)
def test_everything_stands_within_the_picture_in_its_order_and_apart(hours, zone):
    shown = [Shown(lane, BEGINS + each * HOUR, Sign.TEXT) for lane, each in hours]

    drawn = _draw(*shown, zone=zone)

    assert len(drawn.marks) == len(shown)
    assert all(0 <= mark.x <= 100 for mark in drawn.marks)
    assert all(0 < mark.y < drawn.height for mark in drawn.marks)
    places = sorted((mark.y, mark.x) for mark in drawn.marks)
    for (y, x), (other_y, other_x) in pairwise(places):
        assert y != other_y or other_x - x >= 3
    ordered = [day.left for day in drawn.days]
    assert ordered == sorted(ordered)


def test_a_row_begins_below_the_last_sign_of_the_row_before():
    crowd = [_text(BEGINS + timedelta(minutes=each)) for each in range(4)]

    drawn = _draw(*crowd, _text(BEGINS, lane=1))

    assert max(mark.y for mark in drawn.marks[:4]) < drawn.lanes[1].y
