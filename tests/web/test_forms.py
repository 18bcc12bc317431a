"""What a form's fields are read as, whatever is in them."""

import pytest
from starlette.datastructures import FormData

from app.web.forms import Unreadable, clock_time, local_moment, text


def test_a_sign_that_no_database_holds_is_left_out():
    assert text(FormData({"name": "\x00 Ma\x00ya\x00"}), "name") == "Maya"


@pytest.mark.parametrize("typed", ["9999-12-31T23:59", "0001-01-01T00:00", "2026-11-20T12:00Z"])
def test_a_moment_that_no_calendar_of_ours_has_is_refused_at_its_field(typed):
    with pytest.raises(Unreadable) as refused:
        local_moment(FormData({"at": typed}), "at", "America/New_York")

    assert refused.value.field == "at"


def test_a_time_with_a_zone_of_its_own_is_refused_at_its_field():
    with pytest.raises(Unreadable) as refused:
        clock_time(FormData({"at": "12:00+05:00"}), "at")

    assert refused.value.field == "at"
