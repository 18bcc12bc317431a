from datetime import time, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging.models import Purpose
from app.people import enrolment
from app.people.models import Role
from app.scheduling import booking, rules, staffed_hours, therapeutic_window
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.scheduling.staffed_hours import Opening
from app.tasks import desk
from app.tasks.models import TaskCode


def links_of(db, appointment):
    return db.scalars(
        select(MagicLink).where(MagicLink.appointment_id == appointment.id).order_by(MagicLink.id)
    ).all()


def test_booking_an_infusion_books_its_visit_after_a_nights_rest(book, at, here):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    visit = booked.integration
    assert visit.service is Service.INTEGRATION
    assert visit.starts_at == at("2026-11-25T09:00")
    assert visit.ends_at - visit.starts_at == timedelta(minutes=50)
    assert visit.practitioner_id == here.dr_okafor.id
    assert visit.follows_id == booked.appointment.id
    assert visit.confirmed_at is None
    assert booked.warning is None
    assert booked.better == []


def test_the_wall_time_is_kept_beside_the_instant(book, at):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert booked.appointment.wall_start == "2026-11-24T10:00"
    assert booked.appointment.zone == "America/New_York"
    assert booked.integration.wall_start == "2026-11-25T09:00"


def test_the_visits_join_text_is_queued_for_five_minutes_before(book, at, queued, here):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    _, text, _ = queued(booked.integration)
    assert text.purpose is Purpose.JOIN
    assert text.due_at == at("2026-11-25T08:55")
    assert text.expires_at == booked.integration.ends_at
    assert text.once_key == f"join:{booked.integration.id}:1"
    assert "{link}" in text.body
    assert "Dr. Okafor" in text.body
    assert text.link.expires_at == booked.integration.ends_at + timedelta(minutes=30)
    assert queued(booked.appointment) == []


def test_the_text_speaks_the_patients_clock(book, at, queued, here):
    here.theo.zone = "America/Los_Angeles"

    visit = book(Service.CONSULTATION, at("2026-11-24T14:00")).appointment

    question, join, _ = queued(visit)
    assert "11:00am" in question.body
    assert "11:00am" in join.body


def test_an_infusion_takes_no_video_slot_and_visits_do(book, at):
    book(Service.INFUSION, at("2026-11-24T10:00"))
    book(Service.CONSULTATION, at("2026-11-24T10:00"))

    with pytest.raises(rules.SlotTaken) as refused:
        book(Service.CONSULTATION, at("2026-11-24T10:30"))
    assert refused.value.message == "Dr. Okafor has another visit then. Choose another time."


def test_visits_may_follow_one_another_without_a_gap(book, at):
    first = book(Service.CONSULTATION, at("2026-11-24T10:00")).appointment

    assert book(Service.CONSULTATION, first.ends_at).appointment.starts_at == first.ends_at


def test_a_cancelled_visit_gives_its_slot_back(db, book, at, here):
    first = book(Service.CONSULTATION, at("2026-11-24T10:00")).appointment
    booking.cancel(db, first, by=here.jordan)

    assert book(Service.CONSULTATION, at("2026-11-24T10:00")).warning is None


def test_automatic_visits_step_around_taken_slots_and_the_patients_other_times(book, at, here):
    book(Service.CONSULTATION, at("2026-11-25T09:00"), patient=here.maya)

    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert booked.integration.starts_at == at("2026-11-25T10:00")


def test_a_window_without_a_slot_is_warned_of_with_better_times(db, book, at, here, queued):
    weekdays = [Opening(day, time(9), time(17)) for day in range(3)]  # Monday to Wednesday
    staffed_hours.set_hours(db, here.clinic, None, weekdays, by=here.ada)

    booked = book(Service.INFUSION, at("2026-11-25T15:00"))  # a Wednesday: Saturday is too late

    assert booked.integration is None
    assert booked.warning == "No time with a clinician is free in the window. No visit was booked."
    assert booked.better == [at("2026-11-24T15:00"), at("2026-11-23T15:00"), at("2026-11-30T15:00")]
    (task,) = desk.open_tasks(db, here.clinic.id)
    assert (task.code, task.appointment_id) == (TaskCode.FIND_A_TIME, booked.appointment.id)


def test_a_clinic_without_hours_is_told_so(db, book, at, here):
    staffed_hours.set_hours(db, here.clinic, None, [], by=here.ada)

    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert (
        booked.warning == "No staffed hours are set, so no visit could be booked. Set them first."
    )


def test_a_window_with_hardly_a_later_slot_is_warned_of_softly(db, book, at, here):
    only = [Opening(2, time(9), time(10, 30))]  # Wednesday
    staffed_hours.set_hours(db, here.clinic, None, only, by=here.ada)

    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert booked.integration.starts_at == at("2026-11-25T09:00")
    assert "Hardly any later time" in booked.warning


def test_a_clinicians_own_hours_narrow_the_clinics(db, book, at, here):
    afternoons = [Opening(day, time(13), time(20)) for day in range(7)]
    staffed_hours.set_hours(db, here.clinic, here.dr_okafor, afternoons, by=here.ada)

    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert booked.integration.starts_at == at("2026-11-25T13:00")


def test_a_colleague_steps_in_when_the_own_clinician_has_no_time(db, book, at, here):
    lee = enrolment.join_staff(
        db, here.clinic, role=Role.CLINICIAN, name="Lee", display_name="Dr. Lee", by=None
    )
    db.flush()
    mondays = [Opening(0, time(9), time(10))]
    staffed_hours.set_hours(db, here.clinic, here.dr_okafor, mondays, by=here.ada)

    booked = book(Service.INFUSION, at("2026-11-24T10:00"))

    assert booked.integration.practitioner_id == lee.id


def test_a_visit_without_a_named_clinician_goes_to_one_who_is_free(book, at, here):
    visit = book(Service.CONSULTATION, at("2026-11-24T10:00"), practitioner=None).appointment
    assert visit.practitioner_id == here.dr_okafor.id

    with pytest.raises(rules.SlotTaken):
        book(Service.CONSULTATION, at("2026-11-24T10:00"), practitioner=None)


@pytest.mark.parametrize("who", ["jordan", "ada"])
def test_only_clinicians_give_visits(book, at, here, who):
    with pytest.raises(rules.NoClinician):
        book(Service.CONSULTATION, at("2026-11-24T10:00"), practitioner=getattr(here, who))


def test_times_out_of_order_and_times_gone_by_are_refused(book, at):
    start = at("2026-11-24T10:00")
    with pytest.raises(rules.TimesOutOfOrder):
        book(Service.CONSULTATION, start, ends_at=start)
    with pytest.raises(rules.TimeHasPassed):
        book(Service.CONSULTATION, at("2026-11-20T11:10"))
    assert book(Service.CONSULTATION, at("2026-11-20T11:20")).appointment.id  # still going on


def test_staff_may_book_outside_hours_and_are_told(book, at):
    booked = book(Service.CONSULTATION, at("2026-11-24T19:00"))

    assert booked.warning == "This time is outside staffed hours."


def test_a_visit_booked_by_hand_follows_the_infusion_whose_window_holds_it(db, book, at, here):
    infusion = book(Service.INFUSION, at("2026-11-24T10:00"))
    booking.cancel(db, infusion.integration, by=here.jordan)

    booked = book(Service.INTEGRATION, at("2026-11-26T09:00"))

    assert booked.appointment.follows_id == infusion.appointment.id
    assert booked.appointment.confirmed_at == clock.now()
    assert therapeutic_window.visit_after(db, infusion.appointment).id == booked.appointment.id


def test_a_visit_without_an_infusion_counts_apart(book, at):
    booked = book(Service.INTEGRATION, at("2026-12-15T09:00"))

    assert booked.appointment.follows_id is None
    assert "counts apart" in booked.warning


def test_cancelling_an_infusion_takes_everything_along(db, book, at, here, queued):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    (link,) = links_of(db, booked.integration)

    booking.cancel(db, booked.appointment, by=here.jordan)

    db.refresh(link)
    assert booked.appointment.status is AppointmentStatus.CANCELLED
    assert booked.integration.status is AppointmentStatus.CANCELLED
    assert not magic_links.is_live(link)
    (notice,) = queued(booked.integration)
    assert notice.purpose is Purpose.NOTICE
    assert "is off" in notice.body


def test_cancelling_twice_changes_nothing(db, book, at, here):
    visit = book(Service.CONSULTATION, at("2026-11-24T10:00")).appointment
    booking.cancel(db, visit, by=here.jordan)
    version = visit.version

    booking.cancel(db, visit, by=here.jordan)

    assert visit.version == version


def test_a_visit_booked_after_nobody_met_follows_the_same_session(db, book, at, here):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    clock.stand_still(booked.integration.starts_at + timedelta(hours=1))
    booking.miss(db, booked.integration, by=here.jordan)

    again = book(Service.INTEGRATION, at("2026-11-26T10:00"))

    assert again.warning is None
    assert again.appointment.follows_id == booked.appointment.id
    (row,) = [
        each
        for each in therapeutic_window.open_windows(db, here.clinic.id)
        if each.infusion.id == booked.appointment.id
    ]
    assert row.visit.id == again.appointment.id


def test_what_took_place_cannot_be_cancelled(db, here):
    with pytest.raises(rules.AlreadyOver):
        booking.cancel(db, here.infusion, by=here.jordan)


def test_a_late_end_leaves_a_visit_that_is_still_inside_alone(db, book, at, here):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    clock.stand_still(at("2026-11-24T14:00"))

    recorded = booking.record_end(db, booked.appointment, at("2026-11-24T13:30"), by=here.jordan)

    assert booked.appointment.status is AppointmentStatus.FULFILLED
    assert recorded.integration.id == booked.integration.id
    assert booked.integration.starts_at == at("2026-11-25T09:00")
    assert booked.integration.version == 1


def test_a_real_end_moves_a_visit_that_fell_out_of_the_window(db, book, at, here, queued):
    here.clinic.window_opens_hours, here.clinic.window_closes_hours = 22, 72
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    visit, before = booked.integration, booked.integration.id
    assert visit.starts_at == at("2026-11-25T10:00")
    clock.stand_still(at("2026-11-24T15:00"))

    booking.record_end(db, booked.appointment, at("2026-11-24T14:30"), by=here.jordan)

    assert visit.id == before
    assert visit.starts_at == at("2026-11-25T12:30")
    notice, join, nudge = queued(visit)
    assert (notice.purpose, join.purpose) == (Purpose.NOTICE, Purpose.JOIN)
    assert nudge.purpose is Purpose.NUDGE
    assert join.once_key == f"join:{visit.id}:2"


def test_a_visit_that_cannot_be_moved_in_stays_and_staff_get_a_task(db, book, at, here):
    here.clinic.window_opens_hours, here.clinic.window_closes_hours = 20, 24
    one = [Opening(2, time(9), time(9, 50))]
    staffed_hours.set_hours(db, here.clinic, None, one, by=here.ada)
    booked = book(Service.INFUSION, at("2026-11-24T08:00"))
    assert booked.integration.starts_at == at("2026-11-25T09:00")
    clock.stand_still(at("2026-11-25T02:00"))

    recorded = booking.record_end(db, booked.appointment, at("2026-11-24T08:30"), by=here.jordan)

    assert booked.integration.status is AppointmentStatus.BOOKED
    assert recorded.warning
    assert [task.code for task in desk.open_tasks(db, here.clinic.id)] == [TaskCode.FIND_A_TIME]


def test_an_end_can_be_corrected(db, here):
    booking.record_end(
        db, here.infusion, here.infusion.ends_at + timedelta(minutes=20), by=here.jordan
    )

    encounters = db.scalars(
        select(Encounter).where(Encounter.appointment_id == here.infusion.id)
    ).all()
    assert [each.ended_at for each in encounters] == [here.infusion.ends_at + timedelta(minutes=20)]


@pytest.mark.parametrize("hours", [0, -1, 24.1])
def test_an_end_out_of_place_is_refused(db, here, hours):
    ended_at = here.infusion.starts_at + timedelta(hours=hours)
    with pytest.raises(rules.EndOutOfPlace):
        booking.record_end(db, here.infusion, ended_at, by=None)


def test_staff_cannot_record_an_end_ahead_and_only_infusions_have_one(db, book, at, here):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    with pytest.raises(rules.EndOutOfPlace):
        booking.record_end(db, booked.appointment, at("2026-11-24T12:00"), by=here.jordan)
    with pytest.raises(rules.EndOutOfPlace):
        booking.record_end(db, booked.integration, at("2026-11-25T09:50"), by=here.jordan)


def test_who_did_what_is_on_the_trail(db, book, at, here):
    booked = book(Service.INFUSION, at("2026-11-24T10:00"))
    booking.cancel(db, booked.appointment, by=here.jordan)
    db.flush()

    events = db.execute(
        select(AuditEvent.action, AuditEvent.entity_id, AuditEvent.agent_id)
        .where(AuditEvent.entity_id.in_([booked.appointment.id, booked.integration.id]))
        .order_by(AuditEvent.id)
    ).all()
    infusion, visit, jordan = booked.appointment.id, booked.integration.id, here.jordan.id
    assert events == [
        ("book", infusion, jordan),
        ("book", visit, jordan),
        ("cancel", infusion, jordan),
        ("cancel", visit, jordan),
    ]


def test_patients_in_spanish_get_their_text_in_spanish(book, at, queued, here):
    here.theo.language = "es"

    visit = book(Service.CONSULTATION, at("2026-11-24T10:00")).appointment

    assert queued(visit)[0].body
    assert isinstance(visit, Appointment)
