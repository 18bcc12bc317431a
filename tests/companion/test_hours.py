from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.companion import hours, switch
from app.companion.hours import NotOpened, NotReady, Stage
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Role
from app.protocols import infusions
from app.safety.models import SafetyAlert, Signal
from app.scheduling import booking, rules
from app.scheduling.models import Service
from tests.conftest import FRIDAY_NOON

SOON = FRIDAY_NOON + timedelta(hours=1)


@pytest.fixture
def session(db, cast):
    """Theo's session at one, in a clinic that runs the companion until the end of the year."""
    clinic = db.merge(cast.clinic, load=True)
    clinic.companion_ends_on = FRIDAY_NOON.date() + timedelta(days=30)
    return infusions.book(
        db,
        patient=db.merge(cast.theo),
        service=Service.INFUSION,
        starts_at=SOON,
        ends_at=SOON + timedelta(hours=1),
        by=None,
    ).appointment


@pytest.fixture
def staff(db, cast):
    return db.merge(cast.dr_okafor)


@pytest.fixture
def hour(db, session, staff):
    return hours.open_hour(db, session, by=staff)


def later(**passed):
    clock.stand_still(clock.now() + timedelta(**passed))


def test_opening_a_session_texts_its_link_with_the_number_to_call(db, hour):
    text = db.scalars(select(Message).where(Message.purpose == Purpose.SESSION)).one()

    assert hour.link.kind is LinkKind.JOIN
    assert text.link_id == hour.link_id
    assert text.at_any_hour
    assert "(312) 555" in text.body
    assert hours.stage_of(hour) is Stage.OPENED


def test_opening_it_again_chooses_another_sound_and_texts_nobody_twice(db, hour, session, staff):
    again = hours.open_hour(db, session, by=staff)

    assert again is hour
    assert len(db.scalars(select(Message).where(Message.purpose == Purpose.SESSION)).all()) == 1


@pytest.mark.parametrize("ends_in", [None, -1])
def test_a_clinic_that_does_not_run_it_opens_none(db, session, staff, ends_in):
    clinic = session.clinic
    clinic.companion_ends_on = None if ends_in is None else FRIDAY_NOON.date() + timedelta(ends_in)

    with pytest.raises(NotOpened):
        hours.open_hour(db, session, by=staff)


def test_on_its_last_day_it_still_runs(db, session, staff):
    session.clinic.companion_ends_on = switch.today(session.clinic)

    assert hours.open_hour(db, session, by=staff)


@pytest.mark.parametrize("passed", [timedelta(hours=-2, minutes=-1), timedelta(hours=4)])
def test_it_is_opened_when_it_is_time_and_not_long_before_or_after(db, session, staff, passed):
    clock.stand_still(FRIDAY_NOON + passed)

    with pytest.raises(NotOpened):
        hours.open_hour(db, session, by=staff)


def test_a_visit_has_no_quiet_hour(db, cast, session, staff):
    with pytest.raises(NotOpened):
        hours.open_hour(db, db.merge(cast.integration_visit), by=staff)


def test_a_session_that_was_called_off_is_not_opened(db, session, staff):
    infusions.cancel(db, session, by=staff)

    with pytest.raises(NotOpened):
        hours.open_hour(db, session, by=staff)


def test_nobody_begins_before_body_and_mind_were_asked_after(db, hour):
    with pytest.raises(NotReady):
        hours.begin(db, hour)


def test_the_hour_runs_for_an_hour_and_is_over(db, hour):
    hours.ready(db, hour)
    assert hours.stage_of(hour) is Stage.READY
    hours.begin(db, hour)

    later(minutes=59)
    assert hours.stage_of(hour) is Stage.RUNNING
    later(minutes=1)
    assert hours.stage_of(hour) is Stage.OVER


def test_beginning_twice_keeps_the_first_beginning(db, hour):
    hours.ready(db, hour)
    began_at = hours.begin(db, hour)
    later(minutes=5)

    assert hours.begin(db, hour) == began_at


def test_an_hour_that_began_without_signal_counts_from_when_it_began(db, hour):
    hours.ready(db, hour)
    began_at = clock.now() + timedelta(minutes=1)
    later(minutes=20)

    assert hours.begin(db, hour, began_at) == began_at


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-5), timedelta(hours=5)])
def test_a_phone_whose_clock_is_wrong_moves_the_beginning_neither_before_the_check_nor_ahead(
    db, hour, wrong_by
):
    hours.ready(db, hour)
    later(minutes=20)

    began_at = hours.begin(db, hour, clock.now() + wrong_by)

    assert hour.ready_at <= began_at <= clock.now()


def test_coming_back_early_ends_it(db, hour):
    hours.ready(db, hour)
    hours.begin(db, hour)
    later(minutes=30)
    hours.end(db, hour)

    assert hours.stage_of(hour) is Stage.OVER


def test_what_staff_closed_opens_nothing_any_more_until_they_open_it_again(
    db, hour, session, staff
):
    hours.close(db, hour, by=staff)
    assert hours.stage_of(hour) is Stage.OVER
    assert not magic_links.is_live(hour.link)
    with pytest.raises(NotReady):
        hours.ready(db, hour)

    hours.open_hour(db, session, by=staff)

    assert hours.stage_of(hour) is Stage.OPENED
    assert magic_links.is_live(hour.link)


def test_asking_for_help_alerts_staff_at_once(db, hour):
    hours.need_help(db, hour)

    alert = db.scalars(select(SafetyAlert)).one()
    assert alert.signal is Signal.SESSION
    assert alert.urgent
    assert db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY)).all()


def test_a_clinician_beside_it_has_a_visit_in_its_time_and_one_text_leads_to_both(
    db, session, staff
):
    hour = hours.open_hour(db, session, clinician=staff, by=staff)

    assert hours.beside(db, hour.visit_id) is hour
    assert hour.visit.practitioner_id == staff.id
    assert (hour.visit.starts_at, hour.visit.ends_at) == (session.starts_at, session.ends_at)
    queued = select(Message.purpose).where(
        Message.patient_id == session.patient_id,
        Message.appointment_id == hour.visit_id,
        Message.status == MessageStatus.QUEUED,
    )
    assert db.scalars(queued).all() == []
    assert hours.open_hour(db, session, clinician=staff, by=staff).visit is hour.visit


def test_a_clinician_who_has_another_visit_then_cannot_be_beside_it(db, cast, session, staff):
    booking.book(
        db,
        patient=db.merge(cast.maya),
        service=Service.CONSULTATION,
        starts_at=SOON,
        ends_at=SOON + timedelta(minutes=30),
        practitioner=staff,
        by=staff,
    )

    with pytest.raises(rules.SlotTaken):
        hours.open_hour(db, session, clinician=staff, by=staff)


def test_the_switch_needs_a_last_day_that_is_neither_over_nor_far(db, cast):
    clinic, ada = db.merge(cast.clinic), db.merge(cast.ada)
    today = switch.today(clinic)

    for until in (None, today - timedelta(days=1), today + timedelta(days=367)):
        with pytest.raises(switch.OutOfRange):
            switch.turn_on(db, clinic, until, "", by=ada)
    assert ada.role is Role.ADMINISTRATOR

    switch.turn_on(db, clinic, today + timedelta(days=39), "312 555 0177", by=ada)
    assert switch.is_on(clinic)
    assert switch.phone_of(clinic) == "+13125550177"
    switch.turn_off(db, clinic, by=ada)
    assert not switch.is_on(clinic)
