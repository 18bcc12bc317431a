"""The window after a session: staffed hours and free times, over zones and both clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock, wall_time
from app.plans.plan import STANDARD
from app.scheduling import availability, closures, staffed_hours, window_check
from app.scheduling.models import ExceptionKind, Service
from app.scheduling.staffed_hours import Opening

WEEKDAYS = [Opening(day, time(9), time(17)) for day in range(5)]
ZONES = ("America/New_York", "America/Phoenix", "Pacific/Honolulu", "Europe/Berlin")
# Both clock changes of the year, and an ordinary week.
DAYS = (date(2027, 3, 12), date(2026, 11, 27), date(2027, 3, 26), date(2027, 11, 5))


@pytest.fixture
def looked(db, here):
    """`looked(starts_at)`: the window of Theo's two hours from then, with Dr. Okafor."""

    def looked(starts_at, practitioner=here.dr_okafor):
        ends_at = starts_at + timedelta(hours=2)
        return window_check.look(db, here.theo, practitioner, starts_at, ends_at, STANDARD)

    return looked


def test_a_friday_afternoon_leaves_a_weekend_and_staff_are_warned(db, here, at, looked):
    staffed_hours.set_hours(db, here.clinic, None, WEEKDAYS, by=None)
    db.flush()

    check = looked(at("2026-11-27T15:00"))

    assert [day.staffed for day in check.days] == [timedelta(hours=hours) for hours in (0, 0, 0, 8)]
    assert [day.own for day in check.days][:3] == [0, 0, 0]
    early = looked(at("2026-11-27T05:00"))  # until Monday at seven: Friday alone
    assert [day.own for day in early.days] == [15, 0, 0, 0]
    assert early.choice.warning


def test_nothing_free_says_so_with_better_starts(db, here, at, looked):
    staffed_hours.set_hours(db, here.clinic, None, WEEKDAYS, by=None)
    monday = date(2026, 11, 30)
    days = closures.Days(ExceptionKind.AWAY, monday, monday, name="Retreat")
    closures.add(db, here.clinic, None, days, by=here.ada)
    db.flush()

    check = looked(at("2026-11-27T15:00"))

    assert (check.own, check.others, check.staffed) == (0, 0, timedelta())
    assert check.choice.slot is None
    assert check.choice.better
    assert [day.closed for day in check.days] == [None, None, None, "Retreat"]


def test_what_the_clinician_or_the_patient_has_already_is_not_free(db, at, looked, book, here):
    before = looked(at("2026-11-24T13:00")).own

    book(Service.CONSULTATION, at("2026-11-25T10:00"))
    once = looked(at("2026-11-24T13:00")).own
    book(Service.CONSULTATION, at("2026-11-25T14:00"), patient=here.maya)

    assert before > once > looked(at("2026-11-24T13:00")).own


def test_without_a_named_clinician_everybody_counts(at, looked, here):
    anybody = looked(at("2026-11-24T13:00"), None)

    assert anybody.own == looked(at("2026-11-24T13:00")).own
    assert anybody.others == 0


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    hour=st.integers(0, 23),
    closed=st.lists(st.integers(-1, 4), max_size=2, unique=True),
)
def test_the_days_add_up_to_the_window_and_hold_what_is_free_in_it(
    db, here, zone, day, hour, closed
):
    here.clinic.zone = here.theo.zone = zone
    staffed_hours.set_hours(db, here.clinic, None, WEEKDAYS, by=None)
    with db.begin_nested() as savepoint:
        for more in closed:
            on = day + timedelta(days=more)
            away = closures.Days(ExceptionKind.AWAY, on, on)
            closures.add(db, here.clinic, None, away, by=None)
        db.flush()
        starts_at = wall_time.instant(datetime.combine(day, time(hour)), zone)
        ends_at = starts_at + timedelta(hours=2)

        check = window_check.look(db, here.theo, here.dr_okafor, starts_at, ends_at, STANDARD)

        window = check.window
        assert window.closes_at - window.opens_at == timedelta(hours=72)
        hours = availability.clinic_open(db, here.clinic, window.opens_at, window.closes_at)
        inside = sum(
            (
                max(
                    min(each.closes_at, window.closes_at) - max(each.opens_at, window.opens_at),
                    timedelta(),
                )
                for each in hours
            ),
            timedelta(),
        )
        assert check.staffed == inside
        named = [wall_time.wall(each.noon, zone).date() for each in check.days]
        assert named == [named[0] + timedelta(days=more) for more in range(len(named))]
        for each, on in zip(check.days, named, strict=True):
            is_closed = on in {day + timedelta(days=more) for more in closed}
            assert not (is_closed and (each.staffed or each.own))
            if each.own:
                assert each.staffed > timedelta()
        if check.choice.slot is not None:
            assert check.own > 0
            assert check.choice.slot.starts_at in window
        else:
            assert check.own == 0
        savepoint.rollback()
    assert clock.now() < datetime(2026, 11, 27, tzinfo=UTC)
