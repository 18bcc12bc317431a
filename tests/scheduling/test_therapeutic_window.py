from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.people.models import Clinic
from app.scheduling import booking, therapeutic_window
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.scheduling.therapeutic_window import TherapeuticWindow

FRIDAY_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DEFAULT = Clinic(window_opens_hours=0, window_closes_hours=72)


@pytest.mark.parametrize(("hours", "inside"), [(-0.1, False), (0, True), (71.9, True), (72, False)])
def test_the_window_is_open_for_72_hours_after_the_infusion(hours, inside):
    window = TherapeuticWindow.after(FRIDAY_NOON, DEFAULT)

    assert (FRIDAY_NOON + timedelta(hours=hours) in window) is inside


@pytest.mark.parametrize(
    ("hours", "inside"), [(23.9, False), (24, True), (47.9, True), (48, False)]
)
def test_a_clinic_keeps_its_own_hours(hours, inside):
    window = TherapeuticWindow.after(
        FRIDAY_NOON, Clinic(window_opens_hours=24, window_closes_hours=48)
    )

    assert (FRIDAY_NOON + timedelta(hours=hours) in window) is inside


@pytest.mark.parametrize("change", [datetime(2026, 3, 7, 20), datetime(2026, 10, 31, 20)])
def test_a_clock_change_does_not_alter_the_elapsed_hours(change):
    window = TherapeuticWindow.after(change.replace(tzinfo=UTC), DEFAULT)

    assert window.closes_at - window.opens_at == timedelta(hours=72)


def test_the_planned_end_counts_until_the_real_one_is_recorded(db, cast):
    infusion = db.get(Appointment, cast.infusion.id)
    planned = therapeutic_window.window_of(db, infusion)

    booking.record_end(db, infusion, infusion.ends_at + timedelta(hours=1), by=cast.dr_okafor)

    moved = therapeutic_window.window_of(db, infusion)
    assert moved.opens_at - planned.opens_at == timedelta(hours=1)
    assert moved.closes_at - planned.closes_at == timedelta(hours=1)


def test_open_windows_tell_the_infusion_its_visit_and_whether_the_end_is_known(db, cast):
    (row,) = therapeutic_window.open_windows(db, cast.clinic.id)

    assert row.infusion.id == cast.infusion.id
    assert row.visit.id == cast.integration_visit.id
    assert row.is_estimated is False
    assert therapeutic_window.open_windows(db, cast.neighbour.id) == []


def test_a_window_leaves_the_board_when_it_closes(db, cast):
    closes_at = cast.infusion.ends_at + timedelta(hours=72)

    clock.stand_still(closes_at - timedelta(seconds=1))
    assert len(therapeutic_window.open_windows(db, cast.clinic.id)) == 1
    clock.stand_still(closes_at)
    assert therapeutic_window.open_windows(db, cast.clinic.id) == []


def test_a_cancelled_infusion_opens_no_window(db, cast):
    db.get(Appointment, cast.infusion.id).status = AppointmentStatus.CANCELLED

    assert therapeutic_window.open_windows(db, cast.clinic.id) == []


def test_the_board_asks_as_often_for_many_infusions_as_for_one(db, cast):
    def count():
        asked = []
        event.listen(db.get_bind(), "before_cursor_execute", lambda *a: asked.append(a))
        db.flush()
        db.expire_all()
        before = len(asked)
        therapeutic_window.open_windows(db, cast.clinic.id)
        return len(asked) - before

    one = count()
    for days in range(5):
        starts_at = clock.now() - timedelta(hours=30 + days)
        booking.book(
            db,
            patient=db.merge(cast.theo),
            service=Service.INFUSION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            by=None,
        )

    assert count() <= one
