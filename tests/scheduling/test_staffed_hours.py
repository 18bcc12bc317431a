from datetime import time

import pytest

from app.scheduling import staffed_hours
from app.scheduling.staffed_hours import HoursOutOfOrder, Opening


def test_hours_are_replaced_as_a_whole(db, here):
    monday = [Opening(0, time(13), time(17)), Opening(0, time(9), time(12))]

    staffed_hours.set_hours(db, here.clinic, None, monday, by=here.ada)

    assert staffed_hours.hours_of(db, here.clinic, None) == monday[::-1]


def test_a_clinicians_hours_leave_the_clinics_alone(db, here):
    own = [Opening(2, time(10), time(14))]

    staffed_hours.set_hours(db, here.clinic, here.dr_okafor, own, by=here.ada)

    assert staffed_hours.hours_of(db, here.clinic, here.dr_okafor) == own
    assert len(staffed_hours.hours_of(db, here.clinic, None)) == 7


@pytest.mark.parametrize(
    "rows",
    [
        [Opening(0, time(17), time(9))],
        [Opening(0, time(9), time(9))],
        [Opening(0, time(9), time(12)), Opening(0, time(11), time(13))],
        [Opening(0, time(18), time(0)), Opening(0, time(20), time(21))],
    ],
)
def test_hours_out_of_order_are_refused_and_the_old_ones_stay(db, here, rows):
    with pytest.raises(HoursOutOfOrder):
        staffed_hours.set_hours(db, here.clinic, None, rows, by=here.ada)

    assert len(staffed_hours.hours_of(db, here.clinic, None)) == 7


def test_hours_may_touch_and_reach_midnight(db, here):
    rows = [Opening(0, time(9), time(12)), Opening(0, time(12), time(0))]

    staffed_hours.set_hours(db, here.clinic, None, rows, by=here.ada)

    assert staffed_hours.hours_of(db, here.clinic, None) == rows
