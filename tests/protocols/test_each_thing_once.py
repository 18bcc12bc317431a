"""Around sessions that are booked, moved, called off and ended, under a plan that is edited.

In many zones, around both changes of the clocks and on holidays: each planned thing happens once,
never in the quiet hours, never above the cap, never after its reason is gone.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock, wall_time
from app.intake.models import IntakePacket, PacketCode
from app.journal.models import JournalPrompt, Moment
from app.messaging import caps, quiet_hours
from app.messaging.models import Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Clinic
from app.plans import kept, shipped
from app.protocols import changing, infusions, reaching
from app.refusal import Refusal
from app.scheduling.models import (
    Appointment,
    AppointmentStatus,
    ExceptionKind,
    HoursException,
    Service,
)
from tests.fakes import RecordingGateway
from tests.plans.said import edited, edits
from tests.protocols.walking import CHANGES, ZONES, days_around, walk

LENGTH = timedelta(minutes=90)
PURPOSES = {
    Moment.EVENING: Purpose.EVENING,
    Moment.MORNING: Purpose.MORNING,
    Moment.WEEK: Purpose.WEEK,
}
ONCE = (
    Purpose.INTAKE,
    Purpose.CONFIRM,
    Purpose.JOIN,
    Purpose.NUDGE,
    Purpose.EVENING,
    Purpose.MORNING,
    Purpose.WEEK,
)

hours = st.integers(-8 * 24, 10 * 24)  # from the middle of it all
sessions = st.tuples(
    st.sampled_from(range(3)),  # which of the days around the change
    st.sampled_from(ZONES),
    st.integers(9 * 4, 16 * 4),  # the quarter of an hour at which it starts
    st.sampled_from([*shipped.shelf()]),
)
acts = st.one_of(
    st.tuples(st.just("edit"), hours, edits),
    st.tuples(st.just("move"), hours, st.integers(0, 5), st.integers(-3, 6)),
    st.tuples(st.just("cancel"), hours, st.integers(0, 5)),
    st.tuples(st.just("end"), hours, st.integers(0, 5), st.integers(30, 400)),
    st.tuples(st.just("travel"), hours, st.integers(0, 5), st.sampled_from(ZONES)),
    st.tuples(st.just("stop"), hours, st.integers(0, 5)),
)


@dataclass
class Log:
    """What was done, for those who ask later why a text left."""

    plans: list = field(default_factory=list)  # (when, protocol, plan)
    zones: list = field(default_factory=list)  # (when, patient, zone)
    touched: Counter = field(default_factory=Counter)  # how often a session was given other times
    stopped: dict = field(default_factory=dict)  # patient: since when

    def plan_at(self, moment, protocol_id):
        said = [plan for at, its, plan in self.plans if its == protocol_id and at <= moment]
        return said[-1]

    def zone_at(self, moment, patient_id):
        said = [zone for at, whose, zone in self.zones if whose == patient_id and at <= moment]
        return said[-1]


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],  # each example walks through a month: too slow to be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(CHANGES),
    st.lists(sessions, min_size=3, max_size=6),
    st.lists(acts, min_size=2, max_size=8),
    st.booleans(),
)
def test_each_thing_happens_once_by_day_within_the_cap_and_while_it_has_a_reason(
    database, cast, change, wanted, doings, is_holiday
):
    gateway, log = RecordingGateway(), Log()
    days = days_around((change,))
    middle = wall_time.instant(days[1], "America/New_York")
    clock.stand_still(middle - timedelta(days=9))
    with database.session() as db:
        begin(db, cast, middle, log, is_holiday)
        ids = [book(db, cast, days[day], log, *others) for day, *others in wanted]

    walk(
        database,
        gateway,
        middle + timedelta(days=35),
        acts=[(middle + timedelta(hours=each[1]), doing(cast, ids, each, log)) for each in doings],
    )

    with database.session(write=False) as db:
        texts = db.scalars(
            select(Message).where(
                Message.sent_at.is_not(None), Message.patient_id.in_([row[1] for row in log.zones])
            )
        ).all()
        assert texts
        nothing_twice(gateway, texts, log)
        by_day(texts, log)
        within_the_cap(texts, log)
        with_a_reason(db, texts, log)
        nothing_forgotten(db, ids, log)


def begin(db, cast, middle, log, is_holiday):
    """Nobody else is in these clinics; perhaps the clinic is closed for two days."""
    clinic = db.get_one(Clinic, cast.clinic.id)
    for each in kept.of_clinic(db, clinic):
        log.plans.append((clock.now(), each.id, each.plan))
    if is_holiday:
        first_on = wall_time.wall(middle, clinic.zone).date()
        db.add(
            HoursException(
                clinic_id=clinic.id,
                kind=ExceptionKind.AWAY,
                first_on=first_on,
                last_on=first_on + timedelta(days=1),
                name="Holiday",
                made_at=clock.now(),
            )
        )


def book(db, cast, day, log, zone, quarter, slug):
    clinic = db.get_one(Clinic, cast.clinic.id)
    patient = enrolment.enrol(
        db,
        clinic,
        given_name="Ines",
        family_name="Ortega",
        phone=f"+1312555{next(_numbers):04d}",
        zone=zone,
        by=None,
    )
    db.flush()
    log.zones.append((clock.now(), patient.id, zone))
    wall = day.replace(hour=quarter // 4, minute=quarter % 4 * 15)
    starts_at = wall_time.instant(wall, "America/New_York")
    return infusions.book(
        db,
        patient=patient,
        service=Service.INFUSION,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        protocol_id=shipped.id_of(clinic.id, slug),
        by=None,
    ).appointment.id


_numbers = iter(range(1000, 10_000))


def doing(cast, ids, act, log):
    """The act as something to do with a transaction; what is refused is left."""
    name, _when, *details = act

    def do(db):
        if name == "edit":
            edit(db, cast, log, *details)
            return
        infusion = db.get_one(Appointment, ids[details[0] % len(ids)])
        with suppress(Refusal):
            BY_NAME[name](db, infusion, log, *details[1:])

    return do


def edit(db, cast, log, said):
    clinic = db.get_one(Clinic, cast.clinic.id)
    for its in kept.of_clinic(db, clinic)[:2]:
        plan = edited(its.plan, said)
        changing.apply(db, clinic, its.id, plan, by=None)
        log.plans.append((clock.now(), its.id, plan))


def move(db, infusion, log, days):
    log.touched[infusion.id] += 1
    to = wall_time.days_later(infusion.starts_at, days, "America/New_York")
    infusions.reschedule(db, infusion, to, by=None)


def cancel(db, infusion, log):
    infusions.cancel(db, infusion, by=None)


def end(db, infusion, log, minutes):
    ended_at = infusion.starts_at + timedelta(minutes=minutes)
    if ended_at <= clock.now():
        log.touched[infusion.id] += 1
        infusions.record_end(db, infusion, ended_at, by=None)


def travel(db, infusion, log, zone):
    log.touched[infusion.id] += 1
    infusion.patient.zone = zone
    log.zones.append((clock.now(), infusion.patient_id, zone))
    reaching.follow_clock(db, infusion.patient)


def stop(db, infusion, log):
    patient = infusion.patient
    patient.opted_out_at = patient.opted_out_at or clock.now()
    log.stopped.setdefault(patient.id, clock.now())
    reaching.follow_texts(db, patient)


BY_NAME = {"move": move, "cancel": cancel, "end": end, "travel": travel, "stop": stop}


def nothing_twice(gateway, texts, log):
    assert set(Counter(text.message_id for text in gateway.sent).values()) <= {1}
    sent = Counter((text.patient_id, text.appointment_id, text.purpose) for text in texts)
    for (_patient, appointment_id, purpose), count in sent.items():
        if appointment_id is None or purpose not in ONCE:
            continue
        if not any(log.touched.values()):
            assert count == 1, purpose
        assert count <= 1 + sum(log.touched.values()), purpose


def by_day(texts, log):
    for text in texts:
        zone = log.zone_at(text.sent_at, text.patient_id)
        assert quiet_hours.next_awake(text.sent_at, zone) == text.sent_at, (text.purpose, zone)


def within_the_cap(texts, log):
    counted = Counter(text.cap_key for text in texts if text.cap_key)
    joins = Counter(text.cap_key for text in texts if text.purpose is Purpose.JOIN)
    for key, count in counted.items():
        # The text with the link is counted, and never held back.
        assert count - joins[key] <= caps.limit_of(key)
        assert count <= caps.limit_of(key) or any(log.touched.values())


def with_a_reason(db, texts, log):
    for text in texts:
        since = log.stopped.get(text.patient_id)
        assert since is None or text.sent_at < since
        if text.appointment_id is None:
            continue
        appointment = db.get_one(Appointment, text.appointment_id)
        if appointment.status is AppointmentStatus.CANCELLED:
            assert text.purpose is Purpose.NOTICE or text.sent_at < appointment.cancelled_at
        if text.purpose in (Purpose.INTAKE, Purpose.REMINDER, Purpose.READINESS, Purpose.CONFIRM):
            assert text.sent_at < text.visit_at
        if text.purpose in (Purpose.JOIN, Purpose.NUDGE):
            assert text.sent_at < text.visit_at + timedelta(hours=2)
        assert is_wanted(db, text, log.plan_at(text.sent_at, appointment.protocol_id))


def is_wanted(db, text, plan):
    """Whether the plan of that moment has such a text."""
    if text.purpose is Purpose.READINESS:
        packet = db.scalars(select(IntakePacket).where(IntakePacket.link_id == text.link_id)).one()
        is_eve = packet.code is PacketCode.READINESS_EVE
        return plan.readiness_eve.is_on if is_eve else plan.readiness_morning.is_on
    return {
        Purpose.INTAKE: plan.intake.is_on,
        Purpose.REMINDER: plan.intake.is_on and plan.intake.reminds,
        Purpose.CONFIRM: plan.confirm.is_on,
        Purpose.NUDGE: plan.nudge.is_on,
        Purpose.EVENING: plan.evening.is_on,
        Purpose.MORNING: plan.morning.is_on,
        Purpose.WEEK: plan.week.is_on,
    }.get(text.purpose, True)


def nothing_forgotten(db, ids, log):
    """What was to be texted was, or something better had its place."""
    due = db.scalars(select(Message).where(Message.status == MessageStatus.QUEUED)).all()
    assert [text for text in due if text.due_at < clock.now()] == []
    for prompt in db.scalars(select(JournalPrompt).where(JournalPrompt.appointment_id.in_(ids))):
        if prompt.due_at is None or prompt.cancelled_at or prompt.patient_id in log.stopped:
            continue
        if log.touched[prompt.appointment_id]:
            continue  # its time may have been over when it was given: it waited on the page
        texts = db.scalars(
            select(Message).where(
                Message.appointment_id == prompt.appointment_id,
                Message.purpose == PURPOSES[prompt.moment],
            )
        ).all()
        assert any(
            text.status is MessageStatus.ACCEPTED or text.error_code == caps.WITHHELD
            for text in texts
        ), prompt.moment
