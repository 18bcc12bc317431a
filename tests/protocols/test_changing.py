"""A clinic changes a protocol, or moves a session, while patients are on their way through it."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import clock, wall_time
from app.db.base import Model
from app.intake import packets
from app.intake.models import PacketCode
from app.journal.models import JournalPrompt, Moment
from app.messaging.models import Message, MessageStatus, Purpose
from app.people import enrolment
from app.plans import kept, reading, shipped
from app.plans.plan import STANDARD
from app.plans.steps import StepKind
from app.protocols import changing, hanging, infusions, moving_preview
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Service
from tests.plans.said import edited, edits


@pytest.fixture
def usual(db, here):
    """The clinic's usual protocol as it stands now."""
    return lambda: kept.default_of(db, here.clinic)


@pytest.fixture
def change(db, here, usual):
    """`change(StepKind.EVENING, at="17:00")`: done, and what moved."""

    def change(kind, **values):
        plan = reading.changed(usual().plan, kind, values)
        return changing.apply(db, here.clinic, usual().id, plan, by=here.ada)

    return change


def sent(db, *purposes):
    """What was due of these texts has left and arrived."""
    due = (Message.purpose.in_(purposes), Message.due_at <= clock.now())
    for text in db.scalars(select(Message).where(*due)):
        text.status, text.sent_at = MessageStatus.DELIVERED, clock.now()
    db.flush()


def test_an_evening_text_that_is_still_to_come_moves_to_the_new_hour(
    infusion_at, quiet_texts_of, change, at
):
    infusion = infusion_at("2026-11-24T10:00")

    change(StepKind.EVENING, at="17:00")

    assert (Purpose.EVENING, at("2026-11-24T17:00")) in quiet_texts_of(infusion)


def test_an_evening_text_that_was_sent_is_not_sent_again(
    db, infusion_at, quiet_texts_of, change, later
):
    infusion = infusion_at("2026-11-24T10:00")
    later("2026-11-24T18:01")
    sent(db, Purpose.EVENING)

    moved = change(StepKind.EVENING, at="19:00")

    assert moved == []
    assert Purpose.EVENING not in [purpose for purpose, _at in quiet_texts_of(infusion)]


def test_the_week_that_was_texted_is_not_texted_again_a_day_later(
    db, infusion_at, quiet_texts_of, change, later
):
    infusion = infusion_at("2026-11-24T10:00")
    later("2026-12-01T10:01")
    sent(db, Purpose.WEEK)

    change(StepKind.WEEK, days=8)

    assert quiet_texts_of(infusion) == []


def test_forms_that_were_asked_stay_asked_but_nobody_is_reminded_once_they_are_off(
    db, infusion_at, packet_of, texts_of, change
):
    infusion = infusion_at("2026-12-04T10:00")
    sent(db, Purpose.INTAKE)

    change(StepKind.INTAKE, is_on=False)

    assert packet_of(infusion, PacketCode.INTAKE) is not None
    assert Purpose.REMINDER not in [purpose for purpose, _at in texts_of(infusion)]


def test_forms_that_nobody_was_asked_for_yet_are_pulled_back_and_asked_again_later(
    db, infusion_at, packet_of, texts_of, change, at
):
    change(StepKind.INTAKE, opens_days=5)
    infusion = infusion_at("2026-12-04T10:00")
    assert (Purpose.INTAKE, at("2026-11-29T10:00")) in texts_of(infusion)

    change(StepKind.INTAKE, is_on=False)
    assert packet_of(infusion, PacketCode.INTAKE) is None

    change(StepKind.INTAKE, is_on=True, opens_days=3)
    assert (Purpose.INTAKE, at("2026-12-01T10:00")) in texts_of(infusion)


def test_a_check_that_was_asked_stays_and_the_other_follows(
    db, infusion_at, packet_of, change, later, at
):
    infusion = infusion_at("2026-11-24T15:00")
    later("2026-11-23T17:01")
    sent(db, Purpose.READINESS)
    eve = packet_of(infusion, PacketCode.READINESS_EVE)

    change(StepKind.READINESS_EVE, is_on=False)
    change(StepKind.READINESS_MORNING, hours=5)

    assert packet_of(infusion, PacketCode.READINESS_EVE) is eve
    assert packet_of(infusion, PacketCode.READINESS_MORNING).opens_at == at("2026-11-24T10:00")


def test_scales_that_are_wanted_no_more_leave_the_check_that_nobody_saw(
    db, infusion_at, packet_of, change
):
    infusion = infusion_at("2026-12-10T10:00")
    with_scales = slugs(db, packet_of(infusion, PacketCode.READINESS_EVE))

    change(StepKind.SCALES_BEFORE, is_on=False)

    without = slugs(db, packet_of(infusion, PacketCode.READINESS_EVE))
    assert with_scales - without == {"phq-9", "gad-7"}
    assert "readiness-eve" in without


def slugs(db, packet):
    return {task.questionnaire.url.rpartition("/")[2] for task in packets.tasks_of(db, packet)}


def test_a_quiet_minute_that_is_off_is_not_offered_and_comes_back_with_its_check(
    db, infusion_at, quiet_texts_of, change, at
):
    infusion = infusion_at("2026-11-24T10:00")
    change(StepKind.EVENING, is_on=False)
    assert Purpose.EVENING not in [purpose for purpose, _at in quiet_texts_of(infusion)]
    assert evening_of(db, infusion).cancelled_at is not None

    change(StepKind.EVENING, is_on=True)

    assert (Purpose.EVENING, at("2026-11-24T18:00")) in quiet_texts_of(infusion)
    assert evening_of(db, infusion).packet.cancelled_at is None


def evening_of(db, infusion):
    db.flush()
    return db.scalars(
        select(JournalPrompt).where(
            JournalPrompt.appointment_id == infusion.id, JournalPrompt.moment == Moment.EVENING
        )
    ).one()


def test_a_visit_that_is_booked_keeps_its_time_when_the_window_gets_narrower(
    db, infusion_at, change
):
    infusion = infusion_at("2026-11-24T10:00")
    stood = windows.visit_after(db, infusion).starts_at

    change(StepKind.VISIT, rest_hours=40, opens_hours=36, closes_hours=60)

    assert windows.visit_after(db, infusion).starts_at == stood
    window = windows.window_of(db, infusion)
    assert window.closes_at == infusion.ends_at + timedelta(hours=60)


def test_where_no_visit_is_wanted_none_is_booked_and_nobody_waits_for_one(
    db, here, infusion_at, change, later
):
    change(StepKind.VISIT, is_on=False)
    infusion = infusion_at("2026-11-24T10:00")
    assert windows.visit_after(db, infusion) is None

    later("2026-11-24T12:00")
    assert infusion.id not in [row.infusion.id for row in windows.open_windows(db, here.clinic.id)]


def test_a_visit_that_is_wanted_from_now_on_is_booked_for_sessions_ahead(db, infusion_at, change):
    change(StepKind.VISIT, is_on=False)
    infusion = infusion_at("2026-11-24T10:00")

    moved = change(StepKind.VISIT, is_on=True)

    visit = windows.visit_after(db, infusion)
    assert visit.starts_at in windows.window_of(db, infusion)
    assert (StepKind.VISIT, None, visit.starts_at) in [
        (each.kind, each.before, each.after) for each in moved
    ]


def test_the_link_of_a_visit_stays_the_same_when_its_texts_move(db, infusion_at, change):
    infusion = infusion_at("2026-11-24T10:00")
    visit = windows.visit_after(db, infusion)
    link = join_of(db, visit).link_id

    change(StepKind.JOIN, minutes=15)

    assert join_of(db, visit).link_id == link
    assert join_of(db, visit).due_at == visit.starts_at - timedelta(minutes=15)


def join_of(db, visit):
    db.flush()
    return db.scalars(
        select(Message).where(
            Message.appointment_id == visit.id,
            Message.purpose == Purpose.JOIN,
            Message.status == MessageStatus.QUEUED,
        )
    ).one()


def test_a_session_under_another_protocol_stays_as_it_is(
    db, here, infusion_at, quiet_texts_of, change
):
    four = shipped.id_of(here.clinic.id, "four-weekly")
    infusion = infusion_at("2026-11-24T10:00", protocol_id=four)
    stood = quiet_texts_of(infusion)

    change(StepKind.EVENING, at="17:00")

    assert quiet_texts_of(infusion) == stood


def test_the_neighbour_clinic_is_not_touched(db, here, change):
    change(StepKind.EVENING, at="17:00")

    assert kept.default_of(db, here.neighbour).plan == STANDARD
    assert kept.default_of(db, here.neighbour).number == 0


def test_when_another_protocol_becomes_usual_what_is_booked_keeps_its_own(
    db, here, infusion_at, usual
):
    infusion, before = infusion_at("2026-11-24T10:00"), usual()
    infusion.protocol_id = None  # from before there were protocols
    db.flush()

    four = shipped.id_of(here.clinic.id, "four-weekly")
    changing.make_default(db, here.clinic, four, by=here.ada)
    db.refresh(infusion)

    assert kept.protocol_of(db, infusion).id == before.id
    assert usual().id == four
    assert infusion_at("2026-12-10T10:00").protocol_id == four


def test_a_change_of_everything_moves_all_that_hangs_on_three_sessions_at_once(db, here, at, usual):
    sessions = [booked(db, here, at(text)) for text in STARTS]
    plan = edited(usual().plan, EVERYTHING)
    stood = len(hanging.of(db, sessions))

    shown = changing.preview(db, here.clinic, usual().id, plan)

    assert stood > 30
    assert len([each for each in shown if each.before != each.after]) == len(shown) > 20
    assert changing.apply(db, here.clinic, usual().id, plan, by=here.ada) == shown


EVERYTHING = [
    (StepKind.INTAKE, {"due_hours": 30, "remind_at": "11:00"}),
    (StepKind.READINESS_EVE, {"at": "16:00"}),
    (StepKind.READINESS_MORNING, {"is_on": False}),
    (StepKind.CONFIRM, {"earliest": "10:30"}),
    (StepKind.JOIN, {"minutes": 10}),
    (StepKind.NUDGE, {"minutes": 5}),
    (StepKind.EVENING, {"at": "19:00"}),
    (StepKind.MORNING, {"at": "10:00"}),
    (StepKind.WEEK, {"days": 8}),
]


STARTS = ("2026-11-23T10:00", "2026-11-27T15:00", "2026-12-11T09:30")
SHORT = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SHORT
@given(edits, st.integers(0, 20 * 24))
def test_what_is_shown_before_a_change_is_what_happens_and_showing_it_changes_nothing(
    db, here, at, later, said, hours
):
    with db.begin_nested() as example:
        later("2026-11-20T12:00")
        sessions = [booked(db, here, at(text)) for text in STARTS]
        clock.stand_still(clock.now() + timedelta(hours=hours))
        usual = kept.default_of(db, here.clinic)
        plan = edited(usual.plan, said)
        before, rows = hanging.of(db, sessions), counted(db)

        shown = changing.preview(db, here.clinic, usual.id, plan)

        assert hanging.of(db, sessions) == before
        assert counted(db) == rows
        assert kept.default_of(db, here.clinic).plan == usual.plan
        assert changing.apply(db, here.clinic, usual.id, plan, by=here.ada) == shown
        assert hanging.changes(before, hanging.of(db, sessions)) == [
            each for each in shown if each.appointment in sessions
        ]
        example.rollback()


def booked(db, here, starts_at):
    patient = enrolment.enrol(
        db,
        here.clinic,
        given_name="Ines",
        family_name="Ortega",
        phone=f"+1312555{next(_numbers):04d}",
        by=here.jordan,
    )
    db.flush()
    return infusions.book(
        db,
        patient=patient,
        service=Service.INFUSION,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        practitioner=here.dr_okafor,
        by=here.jordan,
    ).appointment


_numbers = iter(range(1000, 10_000))


def counted(db):
    """How many rows stand in every table."""
    return {
        table.name: db.scalar(select(func.count()).select_from(table))
        for table in Model.metadata.sorted_tables
    }


@SHORT
@given(st.integers(0, 10 * 24), st.integers(-4, 30), st.integers(0, 23))
def test_what_is_shown_before_a_session_moves_is_what_moves(db, here, at, later, gone, days, hour):
    with db.begin_nested() as example:
        later("2026-11-20T12:00")
        infusion = booked(db, here, at("2026-12-01T10:00"))
        booked_later = infusions.book(
            db,
            patient=infusion.patient,
            service=Service.INFUSION,
            starts_at=at("2026-12-08T10:00"),
            ends_at=at("2026-12-08T11:30"),
            by=here.jordan,
        ).appointment
        clock.stand_still(clock.now() + timedelta(hours=gone))
        to = wall_time.days_later(infusion.starts_at, days, "America/New_York")
        to += timedelta(hours=hour)
        both = [infusion, booked_later]
        before, rows = hanging.of(db, both), counted(db)
        assert len(before) > 20

        shown = moving_preview.preview(db, infusion, to, by=here.jordan)

        assert (hanging.of(db, both), counted(db)) == (before, rows)
        done = moving_preview.move(db, infusion, to, by=here.jordan)
        assert done.changes == shown.changes
        assert done.moved.warning == shown.moved.warning
        assert hanging.changes(before, hanging.of(db, both)) == shown.changes
        example.rollback()
