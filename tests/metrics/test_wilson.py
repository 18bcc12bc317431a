"""Intervals as they stand in the books, nothing below ten, and never beyond 0 and 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metrics import wilson
from app.metrics.figures import spread_of


@pytest.mark.parametrize(
    ("n", "of", "percent", "between"),
    [
        (90, 120, 75, (67, 82)),  # 90 of 120 is 67 to 82
        (34, 40, 85, (71, 93)),
        (0, 10, 0, (0, 28)),
        (10, 10, 100, (72, 100)),
        (1, 200, 1, (0, 3)),
    ],
)
def test_intervals_are_those_of_the_books(n, of, percent, between):
    share = wilson.share_of(n, of)

    assert (share.percent, share.between) == (percent, between)


@pytest.mark.parametrize("of", range(10))
def test_below_ten_there_is_none(of):
    assert wilson.share_of(of, of) is None


@pytest.mark.parametrize(("n", "of"), [(-1, 10), (11, 10)])
def test_what_is_no_part_of_a_whole_is_refused(n, of):
    with pytest.raises(ValueError, match="of"):
        wilson.share_of(n, of)


@given(st.integers(10, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_within_its_interval(both):
    share = wilson.share_of(*both)

    assert 0 <= share.low <= share.share <= share.high <= 1


def test_ranks_are_values_that_were_measured():
    ranks = spread_of(range(1, 21), (50, 75, 95)).ranks

    assert ranks == {50: 10, 75: 15, 95: 19}


def test_of_few_values_there_are_no_ranks():
    spread = spread_of([1, 2, None, "x"], (50,))

    assert (spread.count, spread.ranks) == (2, {})
