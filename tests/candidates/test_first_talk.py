from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.candidates import first_talk
from app.links.models import LinkState, MagicLink
from app.messaging.models import Message, Purpose
from app.people import enrolment
from app.scheduling.models import AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode


@pytest.fixture
def ines(db, cast):
    clinic = db.merge(cast.clinic)
    patient = enrolment.enrol(
        db, clinic, given_name="Ines", family_name="Duarte", phone="+13125550177", by=None
    )
    patient.applied_at = clock.now()
    db.flush()
    return patient


def test_the_times_offered_are_free_hours_of_some_notice_and_a_few_a_day(db, ines):
    times = first_talk.times(db, ines)

    assert len(times) == 12
    assert times[0].starts_at >= clock.now() + timedelta(hours=4)
    days = [slot.starts_at.date() for slot in times]
    assert max(days.count(day) for day in days) <= 4


@pytest.mark.parametrize(("wants", "minutes"), [("intro-call", 30), ("consultation", 60)])
def test_a_consultation_takes_longer_than_an_intro_call(db, ines, wants, minutes):
    ines.wants = wants

    visit = first_talk.book(db, ines, first_talk.times(db, ines)[0].starts_at)

    assert visit.service is Service.CONSULTATION
    assert visit.ends_at - visit.starts_at == timedelta(minutes=minutes)


def test_a_booked_talk_has_its_texts_like_any_visit(db, ines):
    first_talk.book(db, ines, first_talk.times(db, ines)[5].starts_at)

    purposes = {text.purpose for text in db.scalars(select(Message))}
    assert Purpose.JOIN in purposes


def test_choosing_again_moves_the_talk(db, ines):
    times = first_talk.times(db, ines)
    first = first_talk.book(db, ines, times[0].starts_at)

    second = first_talk.book(db, ines, times[-1].starts_at)

    assert second.id == first.id
    assert second.starts_at == times[-1].starts_at


def test_a_time_that_went_meanwhile_is_refused(db, ines):
    starts_at = clock.now() + timedelta(days=2, minutes=7)

    with pytest.raises(first_talk.TimeGone):
        first_talk.book(db, ines, starts_at)


def test_a_candidate_who_is_accepted_leaves_the_list_and_the_desk(db, cast, ines):
    jordan = db.merge(cast.jordan)
    desk.open_task(db, TaskCode.CANDIDATE, ines, by=ines)

    first_talk.accept(db, ines, by=jordan)

    assert not ines.is_candidate
    assert first_talk.candidates(db, ines.clinic) == []
    assert db.scalars(select(StaffTask)).one().done_by_id == jordan.id


def test_declining_keeps_a_booked_talk_and_its_link(db, cast, ines):
    visit = first_talk.book(db, ines, first_talk.times(db, ines)[0].starts_at)

    first_talk.decline(db, ines, by=db.merge(cast.jordan))

    assert visit.status is AppointmentStatus.BOOKED
    assert LinkState.REVOKED not in {link.state for link in db.scalars(select(MagicLink))}


def test_whom_a_clinic_declined_nothing_more_is_sent(db, cast, ines):
    first_talk.decline(db, ines, by=db.merge(cast.jordan))

    assert ines.declined_at is not None
    assert first_talk.candidates(db, ines.clinic) == []
