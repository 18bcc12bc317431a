"""Weekly hours and days that differ from them, asked moment by moment on the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import wall_time
from app.scheduling import availability, closures, slots, staffed_hours
from app.scheduling.models import ExceptionKind, HoursException
from app.scheduling.staffed_hours import Opening

AWAY, EXTRA = ExceptionKind.AWAY, ExceptionKind.EXTRA
ZONES = ("America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Europe/Berlin", "UTC")
# Days on whose nights clocks change, somewhere in ZONES, and an ordinary one.
DAYS = (date(2026, 3, 7), date(2026, 10, 31), date(2026, 3, 28), date(2026, 4, 4), date(2026, 7, 1))
# Clocks change between one and three in the morning: there nothing opens or closes.
HOURS = st.sampled_from([time(hour, minute) for hour in range(5, 24) for minute in (0, 30)])


@st.composite
def openings(draw):
    days = draw(st.lists(st.integers(0, 6), max_size=7, unique=True))
    return [Opening(day, *draw(spans())) for day in days]


@st.composite
def spans(draw):
    first, second = sorted((draw(HOURS), draw(HOURS)))
    return (first, second) if first < second else (first, time(0))


@st.composite
def exceptions(draw, first):
    kind = draw(st.sampled_from([AWAY, EXTRA]))
    day = first + timedelta(days=draw(st.integers(-2, 4)))
    last = day + timedelta(days=draw(st.integers(0, 3)))
    whole = kind is AWAY and draw(st.booleans())
    opens, closes = (None, None) if whole else draw(spans())
    return closures.Days(kind, day, last, opens, closes)


@st.composite
def weeks(draw):
    """A clinic's and a clinician's calendars around a night on which clocks may change."""
    first = draw(st.sampled_from(DAYS))
    several = st.lists(exceptions(first), max_size=3)
    return SimpleNamespace(
        zone=draw(st.sampled_from(ZONES)),
        first=first,
        clinic=draw(openings()),
        clinics_days=draw(several),
        clinician=draw(st.none() | openings()),
        clinicians_days=draw(several),
    )


def in_week(rows, wall):
    return any(
        row.weekday == wall.weekday() and row.opens <= wall.time() < (row.closes or time.max)
        for row in [_to_midnight(row) for row in rows]
    )


def _to_midnight(row):
    return SimpleNamespace(
        weekday=row.weekday, opens=row.opens, closes=None if row.closes == time(0) else row.closes
    )


def differs(rows, kind, wall):
    for row in rows:
        if row.kind is not kind or not row.first_on <= wall.date() <= row.last_on:
            continue
        closes = time.max if row.closes in (None, time(0)) else row.closes
        if (row.opens or time(0)) <= wall.time() < closes:
            return True
    return False


def clinic_is_open(week, wall):
    if differs(week.clinics_days, EXTRA, wall):
        return True
    return in_week(week.clinic, wall) and not differs(week.clinics_days, AWAY, wall)


def clinician_is_there(week, wall):
    closed = differs(week.clinics_days, AWAY, wall) and not differs(week.clinics_days, EXTRA, wall)
    if differs(week.clinicians_days, EXTRA, wall):
        return not closed
    usual = clinic_is_open(week, wall)
    if week.clinician:
        usual = usual and in_week(week.clinician, wall)
    return usual and not differs(week.clinicians_days, AWAY, wall)


@pytest.fixture
def lived(db, here):
    """`lived(week)`: the clinic and Dr. Okafor live by it; when they are there, as intervals."""

    def lived(week):
        here.clinic.zone = week.zone
        db.query(HoursException).delete()
        staffed_hours.set_hours(db, here.clinic, None, week.clinic, by=None)
        staffed_hours.set_hours(db, here.clinic, here.dr_okafor, week.clinician or [], by=None)
        for whose, days in ((None, week.clinics_days), (here.dr_okafor, week.clinicians_days)):
            for each in days:
                db.add(
                    HoursException(
                        clinic_id=here.clinic.id,
                        practitioner_id=whose.id if whose else None,
                        kind=each.kind,
                        first_on=each.first_on,
                        last_on=each.last_on,
                        opens=each.opens,
                        closes=each.closes,
                        made_at=here.clinic.made_at,
                    )
                )
        db.flush()
        start = datetime.combine(week.first, time(), UTC)
        end = start + timedelta(days=4)
        ours = availability.clinic_open(db, here.clinic, start, end)
        theirs = availability.staffed(db, here.clinic, [here.dr_okafor], start, end)
        return start, end, ours, theirs[here.dr_okafor.id]

    return lived


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(week=weeks())
def test_at_every_half_hour_they_are_there_as_the_clock_on_the_wall_says(lived, week):
    start, end, ours, theirs = lived(week)

    moment = start + timedelta(minutes=15)
    while moment < end:
        wall = wall_time.wall(moment, week.zone)
        assert any(each.holds(moment, moment) for each in ours) is clinic_is_open(week, wall), wall
        there = any(each.holds(moment, moment) for each in theirs)
        assert there is clinician_is_there(week, wall), wall
        moment += timedelta(minutes=30)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(week=weeks())
def test_a_free_time_lies_wholly_in_the_hours_of_its_clinician_and_begins_once(
    db, here, lived, week
):
    start, end, _ours, theirs = lived(week)
    length = timedelta(minutes=50)

    found = slots.free_slots(db, here.dr_okafor, here.clinic, start, end, length)

    assert all(any(each.holds(it.starts_at, it.ends_at) for each in theirs) for it in found)
    begins = [it.starts_at for it in found]
    assert begins == sorted(set(begins))


def test_days_in_line_are_one_stretch_and_extra_hours_join_the_week(db, here, at):
    friday = date(2026, 11, 27)
    staffed_hours.set_hours(db, here.clinic, None, [Opening(4, time(9), time(17))], by=None)
    extra = closures.Days(EXTRA, friday, friday, time(17), time(19))
    closures.add(db, here.clinic, None, extra, by=here.ada)
    db.flush()

    (found,) = availability.clinic_open(
        db, here.clinic, at("2026-11-27T00:00"), at("2026-11-27T23:00")
    )

    assert (found.opens_at, found.closes_at) == (at("2026-11-27T09:00"), at("2026-11-27T19:00"))
