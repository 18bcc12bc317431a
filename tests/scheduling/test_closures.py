"""Closed days, time away and extra hours: entered, refused, taken back, and what they reach."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.scheduling import availability, booking, closures, integration, reading_hours, rules
from app.scheduling.closures import Days, DaysOutOfOrder
from app.scheduling.models import ExceptionKind, HoursException, Service

AWAY, EXTRA = ExceptionKind.AWAY, ExceptionKind.EXTRA
THANKSGIVING = date(2026, 11, 26)


@pytest.fixture
def close(db, here):
    """Close the clinic on these days, or `whose` is away."""

    def close(first, last=None, *, whose=None, kind=AWAY, opens=None, closes=None):
        days = Days(kind, first, last or first, opens, closes, "Thanksgiving")
        row = closures.add(db, here.clinic, whose, days, by=here.ada)
        db.flush()
        return row

    return close


def test_nobody_is_there_on_a_closed_day(db, here, at, close):
    close(THANKSGIVING)

    day = at("2026-11-26T00:00"), at("2026-11-26T23:00")

    assert availability.clinic_open(db, here.clinic, *day) == []
    assert availability.staffed(db, here.clinic, [here.dr_okafor], *day) == {here.dr_okafor.id: []}


def test_a_text_that_comes_on_a_closed_day_is_read_on_the_next_open_one(db, here, at, close):
    close(THANKSGIVING, THANKSGIVING + timedelta(days=16))

    found = reading_hours.reading_time(db, here.clinic, at("2026-11-26T10:00"))

    assert found.opens_at == at("2026-12-13T09:00")


def test_a_visit_by_itself_goes_to_a_clinician_who_is_there(db, here, at, close):
    close(date(2026, 11, 25), THANKSGIVING)

    choice = integration.foresee(
        db, here.theo, None, at("2026-11-24T13:00"), at("2026-11-24T15:00")
    )

    assert choice.slot.starts_at == at("2026-11-27T09:00")


def test_a_window_that_is_all_holidays_gets_no_visit_and_better_starts_are_named(
    db, here, at, close
):
    close(date(2026, 11, 25), date(2026, 11, 28))

    choice = integration.foresee(
        db, here.theo, None, at("2026-11-24T09:00"), at("2026-11-24T17:00")
    )

    assert choice.slot is None
    assert choice.better[0] == at("2026-11-23T09:00")
    closed = at("2026-11-25T00:00"), at("2026-11-29T00:00")
    assert not any(closed[0] <= each < closed[1] for each in choice.better)


def test_staff_who_book_on_a_closed_day_are_told(db, here, at, close, book):
    close(THANKSGIVING)

    booked = book(Service.CONSULTATION, at("2026-11-26T10:00"))

    assert booked.warning == "This time is outside staffed hours."


def test_extra_hours_of_a_clinician_count_beside_the_week_but_not_when_all_is_closed(
    db, here, at, close
):
    saturday = date(2026, 11, 28)
    close(saturday, whose=here.dr_okafor, kind=EXTRA, opens=time(19), closes=time(21))
    evening = at("2026-11-28T19:00"), at("2026-11-28T20:00")

    assert rules.is_staffed(db, here.clinic, here.dr_okafor, *evening)

    close(saturday)

    assert not rules.is_staffed(db, here.clinic, here.dr_okafor, *evening)


def test_a_clinician_away_leaves_the_others_and_the_clinic(db, here, at, close):
    close(THANKSGIVING, whose=here.dr_okafor)

    day = at("2026-11-26T00:00"), at("2026-11-26T23:00")

    assert availability.clinic_open(db, here.clinic, *day)
    assert availability.staffed(db, here.clinic, [here.dr_okafor], *day)[here.dr_okafor.id] == []


def test_entered_twice_it_stands_once_and_taken_back_the_week_holds_again(db, here, at, close):
    row = close(THANKSGIVING)

    assert close(THANKSGIVING) is row

    closures.remove(db, row, by=here.ada)
    db.flush()
    day = at("2026-11-26T00:00"), at("2026-11-26T23:00")
    assert availability.clinic_open(db, here.clinic, *day)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        (Days(AWAY, THANKSGIVING, date(2026, 11, 25)), "last_on"),
        (Days(AWAY, date(2026, 11, 1), date(2026, 11, 19)), "first_on"),
        (Days(AWAY, THANKSGIVING, date(2027, 11, 28)), "last_on"),
        (Days(AWAY, THANKSGIVING, THANKSGIVING, time(9)), "closes"),
        (Days(AWAY, THANKSGIVING, THANKSGIVING, None, time(9)), "opens"),
        (Days(EXTRA, THANKSGIVING, THANKSGIVING), "opens"),
        (Days(EXTRA, THANKSGIVING, THANKSGIVING, time(9), time(9)), "closes"),
    ],
)
def test_days_out_of_order_are_refused_at_their_field(db, here, days, field):
    with pytest.raises(DaysOutOfOrder) as refused:
        closures.add(db, here.clinic, None, days, by=here.ada)

    assert refused.value.field == field
    assert db.scalar(select(func.count(HoursException.id))) == 0


def test_what_is_booked_in_time_away_is_named_and_not_moved(db, here, at, close, book):
    visit = book(Service.CONSULTATION, at("2026-11-26T10:00")).appointment
    later = book(Service.CONSULTATION, at("2026-11-27T10:00")).appointment
    row = close(THANKSGIVING, whose=here.dr_okafor)

    assert closures.still_booked(db, here.clinic, [row]) == [visit]
    assert visit.starts_at == at("2026-11-26T10:00")

    extra = close(THANKSGIVING, kind=EXTRA, opens=time(9), closes=time(12))
    assert closures.still_booked(db, here.clinic, [extra]) == []
    booking.cancel(db, visit, by=here.jordan)
    assert closures.still_booked(db, here.clinic, [row]) == []
    assert later.starts_at > clock.now()


def test_why_a_clinician_is_away_is_not_kept(close, here):
    assert close(THANKSGIVING, whose=here.dr_okafor).name == ""
    assert close(THANKSGIVING).name == "Thanksgiving"
