"""What a dry run shows is what a patient who is booked then would get."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock, wall_time
from app.intake import following
from app.intake.models import IntakePacket, PacketCode
from app.messaging.models import Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Clinic, Practitioner
from app.plans import kept, reading
from app.plans.plan import STANDARD
from app.plans.steps import StepKind
from app.protocols import changing, dry_run, infusions
from app.scheduling.models import Service
from tests.fakes import RecordingGateway
from tests.protocols.walking import CHANGES, ZONES, days_around, walk

PURPOSES = {
    StepKind.INTAKE: Purpose.INTAKE,
    StepKind.READINESS_EVE: Purpose.READINESS,
    StepKind.READINESS_MORNING: Purpose.READINESS,
    StepKind.CONFIRM: Purpose.CONFIRM,
    StepKind.JOIN: Purpose.JOIN,
    StepKind.NUDGE: Purpose.NUDGE,
    StepKind.EVENING: Purpose.EVENING,
    StepKind.MORNING: Purpose.MORNING,
    StepKind.WEEK: Purpose.WEEK,
    StepKind.SCALES_AFTER: Purpose.INTAKE,
}
# A plan that says otherwise wherever it may.
OTHERWISE = {
    StepKind.INTAKE: {"opens_days": 5, "due_hours": 48},
    StepKind.READINESS_EVE: {"days": 2, "at": "16:00"},
    StepKind.READINESS_MORNING: {"hours": 5},
    StepKind.VISIT: {"rest_hours": 30, "opens_hours": 24, "closes_hours": 96, "minutes": 30},
    StepKind.CONFIRM: {"days": 2, "earliest": "10:00", "latest": "19:00"},
    StepKind.JOIN: {"minutes": 10},
    StepKind.NUDGE: {"is_on": False},
    StepKind.EVENING: {"at": "19:30"},
    StepKind.MORNING: {"at": "10:30"},
    StepKind.WEEK: {"days": 6, "at": "12:00"},
    StepKind.SCALES_AFTER: {"days": 20},
}


def otherwise():
    plan = STANDARD
    for kind, values in OTHERWISE.items():
        plan = reading.changed(plan, kind, values)
    return plan


@pytest.mark.parametrize("plan", [STANDARD, otherwise()], ids=["as shipped", "otherwise"])
@pytest.mark.parametrize("change", CHANGES)
def test_each_text_leaves_at_the_minute_that_the_dry_run_says(database, cast, plan, change):
    gateway = RecordingGateway()
    clock.stand_still(datetime.fromisoformat(f"{change}T15:00+00:00") - timedelta(days=9))
    seen = {}
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        changing.apply(db, clinic, kept.default_of(db, clinic).id, plan, by=None)
        first = CHANGES.index(change) * 3
        for place, day in enumerate(days_around((change,)), first):
            zone = ZONES[place % len(ZONES)]
            starts_at = wall_time.instant(day, "America/New_York")
            ends_at = starts_at + timedelta(minutes=90)
            seen |= book(db, clinic, zone, plan, starts_at, ends_at)

    walk(database, gateway, clock.now() + timedelta(days=40), at_each=fill_in)

    with database.session(write=False) as db:
        for patient_id, planned in seen.items():
            assert sent_to(db, patient_id) == planned


def book(db, clinic, zone, plan, starts_at, ends_at):
    """Somebody of whom nothing is known yet, and what the dry run says that they will be sent."""
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
    foreseen = dry_run.foresee(db, clinic, plan, starts_at, ends_at, zone=zone, language="en")
    infusions.book(
        db,
        patient=patient,
        service=Service.INFUSION,
        starts_at=starts_at,
        ends_at=ends_at,
        by=None,
    )
    # Whoever answers is not reminded: of the two texts of the forms they get the first.
    reminders = [each for each in foreseen if each.kind is StepKind.INTAKE][1:]
    texts = [
        (each.at, PURPOSES[each.kind])
        for each in foreseen
        if each.text is not None and each not in reminders
    ]
    return {patient.id: sorted(texts)}


_numbers = iter(range(1000, 10_000))


def fill_in(db):
    """Everybody fills in the forms as soon as they are asked."""
    by = db.scalars(select(Practitioner)).first()
    asked = select(Message.link_id).where(Message.status == MessageStatus.ACCEPTED)
    for packet in db.scalars(
        select(IntakePacket).where(
            IntakePacket.code.in_((PacketCode.INTAKE, PacketCode.SCALES)),
            IntakePacket.done_at.is_(None),
            IntakePacket.link_id.in_(asked),
        )
    ):
        following.done_at_desk(db, packet, by=by)


def sent_to(db, patient_id):
    rows = db.scalars(
        select(Message).where(
            Message.patient_id == patient_id, Message.status == MessageStatus.ACCEPTED
        )
    )
    return sorted((row.sent_at, row.purpose) for row in rows)
