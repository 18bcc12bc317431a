"""What two parsers could read in two ways is refused, and what is too large, before any route."""

import pytest

from bench.reliability.installation import Installation
from bench.reliability.large_bodies import too_large
from bench.reliability.smuggled import CASES
from bench.reliability.smuggling import is_seen_when_served, straight, through_proxy


@pytest.fixture(scope="module")
def clinic():
    with Installation("sqlite", workers=0, patients=1) as clinic:
        yield clinic


def test_asvs_4_2_1_what_can_be_read_in_two_ways_is_refused(clinic):
    assert is_seen_when_served(clinic)

    came = straight(clinic)

    assert (came.wrong, came.smuggled, came.tried) == ([], 0, len(CASES))


def test_asvs_4_2_1_no_request_travels_inside_another_through_a_real_proxy(clinic):
    came = through_proxy(clinic, "off")

    assert (came.wrong, came.smuggled, came.tried) == ([], 0, len(CASES))


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(clinic):
    came = too_large(clinic, every=False)

    assert came.wrong == []
    assert came.tried >= 2 * 6  # the limits that there are, said and unsaid
