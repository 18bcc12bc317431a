from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.links.models import LinkState, MagicLink
from app.messaging.models import Message, Purpose
from app.scheduling import booking, rescheduling, rules, staffed_hours, visit_texts
from app.scheduling.models import AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import TaskCode


@pytest.fixture
def visit(db, here):
    """Maya's visit tomorrow at 10:00, with its link and text."""
    visit_texts.plan(db, here.integration_visit)
    return here.integration_visit


def test_a_moved_visit_keeps_its_id_and_length_and_gets_new_texts(db, visit, here, at, queued):
    before = visit.id

    rescheduling.reschedule(db, visit, at("2026-11-21T14:00"), by=here.dr_okafor)

    assert (visit.id, visit.version) == (before, 2)
    assert visit.ends_at == at("2026-11-21T14:50")
    assert visit.wall_start == "2026-11-21T14:00"
    notice, join, _ = queued(visit)
    assert notice.purpose is Purpose.NOTICE
    assert "2:00pm" in notice.body
    assert join.due_at == at("2026-11-21T13:55")


def test_an_old_link_says_where_the_visit_went(db, visit, here, at):
    (old,) = db.scalars(select(MagicLink).where(MagicLink.appointment_id == visit.id))

    rescheduling.reschedule(db, visit, at("2026-11-21T14:00"), by=here.dr_okafor)

    db.refresh(old)
    assert old.state is LinkState.SUPERSEDED
    new = db.get(MagicLink, old.superseded_by_id)
    assert new.expires_at == at("2026-11-21T15:20")


def test_a_time_outside_the_window_is_refused_and_nobody_is_texted(db, visit, here, at, queued):
    before = [text.id for text in queued(visit)]

    with pytest.raises(rules.OutsideTherapeuticWindow) as refused:
        rescheduling.reschedule(db, visit, at("2026-11-28T09:00"), by=here.dr_okafor)

    assert refused.value.message == (
        "Choose a time from Thursday, November 19, 2:00 pm to Sunday, November 22, 2:00 pm."
    )
    assert [text.id for text in queued(visit)] == before
    assert visit.version == 1


@pytest.mark.parametrize(("time", "inside"), [("13:59", True), ("14:00", False)])
def test_the_window_is_open_at_its_end(db, visit, here, at, time, inside):
    starts_at = at(f"2026-11-22T{time}")
    if inside:
        rescheduling.reschedule(db, visit, starts_at, by=here.dr_okafor)
        assert visit.starts_at == starts_at
    else:
        with pytest.raises(rules.OutsideTherapeuticWindow):
            rescheduling.reschedule(db, visit, starts_at, by=here.dr_okafor)


def test_the_same_time_again_changes_nothing(db, visit, here):
    rescheduling.reschedule(db, visit, visit.starts_at, by=here.dr_okafor)

    assert visit.version == 1


def test_a_taken_slot_is_refused_but_its_own_time_does_not_stand_in_the_way(
    db, visit, here, at, book
):
    book(Service.CONSULTATION, at("2026-11-21T14:00"))

    with pytest.raises(rules.SlotTaken):
        rescheduling.reschedule(db, visit, at("2026-11-21T14:30"), by=here.dr_okafor)
    rescheduling.reschedule(db, visit, at("2026-11-21T10:30"), by=here.dr_okafor)
    assert visit.starts_at == at("2026-11-21T10:30")


def test_a_patient_who_picked_the_time_has_confirmed_it_and_needs_no_notice(
    db, visit, here, at, queued
):
    rescheduling.reschedule(db, visit, at("2026-11-21T14:00"), by=here.maya)

    assert visit.confirmed_at == clock.now()
    assert [text.purpose for text in queued(visit)] == [Purpose.JOIN, Purpose.NUDGE]


def test_a_notice_waits_for_the_morning(db, visit, here, at, queued):
    clock.stand_still(at("2026-11-20T22:00"))

    rescheduling.reschedule(db, visit, at("2026-11-21T14:00"), by=here.dr_okafor)

    assert queued(visit)[0].due_at == at("2026-11-21T08:00")


def test_what_is_over_or_called_off_cannot_be_moved(db, visit, here, at):
    booking.cancel(db, visit, by=here.dr_okafor)

    with pytest.raises(rules.AlreadyOver):
        rescheduling.reschedule(db, visit, at("2026-11-21T14:00"), by=here.dr_okafor)
    with pytest.raises(rules.AlreadyOver):
        rescheduling.reschedule(db, here.infusion, at("2026-11-21T14:00"), by=here.dr_okafor)


def test_moving_an_infusion_moves_its_visit_into_the_new_window(db, here, at, book, queued):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    visit, before = booked.integration, booked.integration.id

    moved = rescheduling.reschedule(db, booked.appointment, at("2026-12-01T10:00"), by=here.jordan)

    assert moved.integration.id == before
    assert visit.starts_at == at("2026-12-02T09:00")
    assert visit.version == 2
    assert [text.purpose for text in queued(visit)] == [
        Purpose.NOTICE,
        Purpose.CONFIRM,
        Purpose.JOIN,
        Purpose.NUDGE,
    ]


def test_a_visit_that_still_suits_stays_when_its_infusion_moves(db, here, at, book):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    rescheduling.reschedule(db, booked.appointment, at("2026-11-24T11:00"), by=here.jordan)

    assert booked.integration.starts_at == at("2026-11-25T09:00")
    assert booked.integration.version == 1


def test_a_visit_that_would_come_before_its_infusion_is_called_off(db, here, at, book):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    staffed_hours.set_hours(db, here.clinic, None, [], by=here.ada)

    moved = rescheduling.reschedule(db, booked.appointment, at("2026-12-01T10:00"), by=here.jordan)

    assert moved.integration is None
    assert moved.warning
    assert booked.integration.status is AppointmentStatus.CANCELLED
    assert TaskCode.FIND_A_TIME in [task.code for task in desk.open_tasks(db, here.clinic.id)]


def test_moving_back_and_forth_leaves_one_join_text(db, visit, here, at):
    for hour in (14, 15, 14):
        rescheduling.reschedule(db, visit, at(f"2026-11-21T{hour}:00"), by=here.maya)
    db.flush()

    keys = db.scalars(
        select(Message.once_key).where(
            Message.appointment_id == visit.id, Message.once_key.is_not(None)
        )
    ).all()
    assert sorted(keys) == [f"join:{visit.id}:4", f"nudge:{visit.id}:4"]
    live = db.scalars(
        select(MagicLink).where(
            MagicLink.appointment_id == visit.id, MagicLink.state == LinkState.MINTED
        )
    ).all()
    assert len(live) == 1
    assert live[0].expires_at == visit.ends_at + timedelta(minutes=30)
