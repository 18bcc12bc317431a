from datetime import datetime, time, timedelta

import pytest

from app import clock, wall_time
from app.people.models import Practitioner
from app.scheduling import booking, offered, rescheduling, staffed_hours
from app.scheduling.models import Service
from app.scheduling.slots import Slot
from app.scheduling.staffed_hours import Opening
from app.tasks import desk
from app.tasks.models import TaskCode

ZONE = "America/New_York"


def clocks(slots):
    return [f"{wall_time.wall(slot.starts_at, ZONE):%a %H:%M}" for slot in slots]


def test_two_or_three_kind_times_inside_the_window_are_offered(db, here):
    found = offered.offers(db, here.integration_visit, clock.now())

    # Friday noon now, the window closes on Sunday at 14:00, the visit stands on Saturday at 10:00.
    assert clocks(found) == ["Sat 11:00", "Sat 12:00", "Sun 09:00"]


def test_whoever_is_not_ready_is_asked_to_come_sooner_only_with_nothing_later_left(db, here, at):
    rescheduling.reschedule(db, here.integration_visit, at("2026-11-22T13:30"), by=here.maya)

    assert clocks(offered.offers(db, here.integration_visit, clock.now()))[0] == "Fri 13:00"


def test_nothing_is_offered_within_the_hour_or_after_the_window(db, here, at):
    clock.stand_still(at("2026-11-22T12:30"))
    assert clocks(offered.offers(db, here.integration_visit, clock.now())) == ["Sun 13:30"]

    clock.stand_still(at("2026-11-22T13:00"))
    assert offered.offers(db, here.integration_visit, clock.now()) == []


def test_quiet_hours_of_the_patient_are_left_out(db, here):
    here.maya.zone = "Pacific/Honolulu"  # five hours behind

    found = offered.offers(db, here.integration_visit, clock.now())

    assert clocks(found)[0] == "Sat 13:00"
    assert all(wall_time.wall(slot.starts_at, "Pacific/Honolulu").hour >= 8 for slot in found)


def test_a_picked_time_moves_the_visit(db, here):
    choice = offered.offers(db, here.integration_visit, clock.now())[1]

    offered.pick(db, here.integration_visit, choice.starts_at, by=here.maya)

    assert here.integration_visit.starts_at == choice.starts_at
    assert here.integration_visit.confirmed_at == clock.now()


def test_a_picked_time_leaves_nobody_a_time_to_find(db, here):
    desk.open_task(
        db, TaskCode.FIND_A_TIME, here.maya, by=None, appointment_id=here.integration_visit.id
    )
    choice = offered.offers(db, here.integration_visit, clock.now())[0]

    offered.pick(db, here.integration_visit, choice.starts_at, by=here.maya)

    assert desk.open_tasks(db, here.clinic.id) == []


def test_a_time_taken_meanwhile_is_refused_kindly(db, here, book):
    choice = offered.offers(db, here.integration_visit, clock.now())[0]
    book(Service.CONSULTATION, choice.starts_at)

    with pytest.raises(offered.TimeNoLongerFree) as refused:
        offered.pick(db, here.integration_visit, choice.starts_at, by=here.maya)
    assert refused.value.message == "That time has just gone. Please choose another."


def test_whoever_takes_a_while_to_choose_gets_the_time_they_were_shown(db, here, at):
    clock.stand_still(at("2026-11-20T11:58"))
    shown = offered.offers(db, here.integration_visit, clock.now())[0]
    clock.stand_still(shown.starts_at - timedelta(minutes=50))

    offered.pick(db, here.integration_visit, shown.starts_at, by=here.maya)

    assert here.integration_visit.starts_at == shown.starts_at


def test_a_time_a_moment_away_is_too_near_for_its_link(db, here, at):
    clock.stand_still(at("2026-11-20T12:55"))

    with pytest.raises(offered.TimeNoLongerFree):
        offered.pick(db, here.integration_visit, at("2026-11-20T13:00"), by=here.maya)


def test_the_last_time_in_the_window_can_be_taken_within_the_hour(db, here, at):
    clock.stand_still(at("2026-11-22T13:05"))  # by now only times after the window are offered

    offered.pick(db, here.integration_visit, at("2026-11-22T13:30"), by=here.maya)

    assert here.integration_visit.starts_at == at("2026-11-22T13:30")
    tasks = desk.open_tasks(db, here.clinic.id)
    assert TaskCode.OUTSIDE_WINDOW not in [task.code for task in tasks]


def test_a_time_that_was_never_on_offer_cannot_be_picked(db, here, at):
    for moment in ("2026-11-21T11:15", "2026-11-23T10:00", "2026-11-21T20:00"):
        with pytest.raises(offered.TimeNoLongerFree):
            offered.pick(db, here.integration_visit, at(moment), by=here.maya)


def test_a_visit_without_a_window_is_offered_the_coming_week(db, here, book, at):
    visit = book(Service.CONSULTATION, at("2026-11-24T10:00")).appointment

    assert len(offered.offers(db, visit, clock.now())) == 3


def test_a_visit_that_was_moved_is_offered_its_old_time_again(db, here, at):
    only = [Opening(day, time(9), time(11)) for day in range(7)]
    staffed_hours.set_hours(db, here.clinic, None, only, by=here.ada)
    rescheduling.reschedule(db, here.integration_visit, at("2026-11-21T09:00"), by=here.maya)

    assert "Sat 10:00" in clocks(offered.offers(db, here.integration_visit, clock.now()))


def test_choices_differ_by_half_days():
    def slot(text):
        starts_at = wall_time.instant(datetime.fromisoformat(text), ZONE)
        return Slot(starts_at, starts_at + timedelta(minutes=50), Practitioner())

    free = [slot(f"2026-11-24T{hour:02}:{minute:02}") for hour in (9, 10, 14) for minute in (0, 30)]

    assert clocks(offered.spread(free, ZONE)) == ["Tue 09:00", "Tue 10:00", "Tue 14:00"]


@pytest.fixture
def tuesdays(db, here):
    """The clinic is staffed on Tuesday mornings alone; Maya's window closes on Sunday."""
    staffed_hours.set_hours(db, here.clinic, None, [Opening(1, time(9), time(12))], by=here.ada)


def test_with_nothing_left_in_the_window_the_next_best_times_come_after_it(db, here, tuesdays):
    found = offered.offer(db, here.integration_visit, clock.now())

    assert found.is_outside
    assert clocks(found.slots) == ["Tue 09:00", "Tue 10:00", "Tue 11:00"]
    assert offered.offers(db, here.integration_visit, clock.now()) == []


def test_a_week_after_the_window_is_as_far_as_is_looked(db, here):
    one_a_week = [Opening(1, time(9), time(9, 50))]
    staffed_hours.set_hours(db, here.clinic, None, one_a_week, by=here.ada)

    found = offered.offer(db, here.integration_visit, clock.now())

    assert [f"{slot.starts_at:%b %d}" for slot in found.slots] == ["Nov 24"]


def test_a_time_after_the_window_moves_the_visit_and_staff_look_at_it(db, here, at, tuesdays):
    offered.pick(db, here.integration_visit, at("2026-11-24T10:00"), by=here.maya)

    assert here.integration_visit.starts_at == at("2026-11-24T10:00")
    (task,) = desk.open_tasks(db, here.clinic.id)
    assert (task.code, task.appointment_id) == (
        TaskCode.OUTSIDE_WINDOW,
        here.integration_visit.id,
    )


def test_a_time_after_the_window_cannot_be_picked_while_one_inside_is_free(db, here, at):
    with pytest.raises(offered.TimeNoLongerFree):
        offered.pick(db, here.integration_visit, at("2026-11-24T10:00"), by=here.maya)


def test_a_visit_picked_after_the_window_stays_when_the_end_is_recorded(db, here, at, tuesdays):
    offered.pick(db, here.integration_visit, at("2026-11-24T10:00"), by=here.maya)
    everyday = [Opening(day, time(9), time(17)) for day in range(7)]
    staffed_hours.set_hours(db, here.clinic, None, everyday, by=here.ada)

    booking.record_end(db, here.infusion, at("2026-11-19T14:30"), by=here.jordan)

    assert here.integration_visit.starts_at == at("2026-11-24T10:00")


def test_back_in_the_window_nobody_has_to_look_at_it(db, here, at, tuesdays):
    offered.pick(db, here.integration_visit, at("2026-11-24T10:00"), by=here.maya)

    rescheduling.reschedule(db, here.integration_visit, at("2026-11-22T10:00"), by=here.jordan)

    assert desk.open_tasks(db, here.clinic.id) == []
