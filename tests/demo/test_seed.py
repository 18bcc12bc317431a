import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from app import clock, wall_time
from app.audit.models import AuditEvent
from app.demo import acts, people, seed
from app.demo.days import Days
from app.intake import packets
from app.intake.models import PacketCode, TaskState
from app.messaging.models import Message
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling import slots
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, Service

NEW_YORK = "America/New_York"
FICTION = re.compile(r"\+1(?!212)\d{3}55501\d\d")


@pytest.mark.parametrize(
    ("shown", "ended"),
    [
        ("2026-11-25T03:10", "2026-11-24T16:30"),
        ("2026-11-25T09:59", "2026-11-24T16:30"),
        ("2026-11-25T10:00", "2026-11-25T09:20"),
        ("2026-11-25T14:23", "2026-11-25T13:40"),
        ("2026-11-25T18:00", "2026-11-25T17:00"),
        ("2026-11-25T23:59", "2026-11-25T17:00"),
    ],
)
def test_the_session_ended_a_while_ago_whenever_one_looks(shown, ended):
    now = wall_time.instant(datetime.fromisoformat(shown), NEW_YORK)

    days = Days.around(now, NEW_YORK)

    assert wall_time.wall(days.ended_at, NEW_YORK) == datetime.fromisoformat(ended)


def test_lucias_session_lies_ahead_whenever_one_looks():
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    for quarter in range(4 * 24):
        now = midnight + timedelta(minutes=15 * quarter)
        booked = [
            act.keywords["starts_at"]
            for _at, act in seed._acts(Days.around(now, NEW_YORK))
            if getattr(act, "func", None) is acts.book and act.keywords["person"] is people.LUCIA
        ]
        assert len(booked) == 1
        assert booked[0] > now


def test_seeding_twice_changes_nothing(seeded, demo_settings):
    before = _counts(seeded)

    seed.seed(seeded, demo_settings)

    assert _counts(seeded) == before


def test_the_clock_stands_at_real_time_after_seeding(seeded):
    assert clock.ahead() == timedelta(0)


def test_everybody_has_a_number_of_fiction(seeded):
    with seeded.session(write=False) as db:
        numbers = [clinic.phone for clinic in db.scalars(select(Clinic))]
        numbers += [each.phone for each in db.scalars(select(Practitioner))]
        for patient in db.scalars(select(Patient)):
            numbers += [patient.phone, patient.emergency_phone]

    assert [number for number in numbers if not FICTION.fullmatch(number)] == []


def test_the_demo_clinician_is_the_first_and_free_every_morning(seeded):
    with seeded.session(write=False) as db:
        first = db.scalars(select(Practitioner).order_by(Practitioner.made_at)).first()
        by_id = db.scalars(select(Practitioner).order_by(Practitioner.id)).first()
        clinic = people.house(db).clinic
        today = wall_time.wall(clock.now(), clinic.zone).date()
        for day in range(1, 15):
            nine = datetime.combine(today + timedelta(days=day), time(9))
            opens = wall_time.instant(nine, clinic.zone)
            free = slots.free_slots(
                db, first, clinic, opens, opens + timedelta(hours=4), timedelta(minutes=30)
            )
            assert len(free) == 8, day

    assert first.display_name == "Dr. Patel"
    assert by_id.id == first.id


def test_sams_talk_is_ahead_inside_the_window_and_its_text_is_planned(seeded):
    with seeded.session(write=False) as db:
        sam = people.find(db, people.SAM)
        infusion = db.scalars(
            select(Appointment).where(
                Appointment.patient_id == sam.id, Appointment.service == Service.INFUSION
            )
        ).one()
        visit = windows.visit_after(db, infusion)
        texts = db.scalars(select(Message).where(Message.patient_id == sam.id)).all()

        assert infusion.ends_at <= clock.now() < visit.starts_at
        assert visit.starts_at in windows.window_of(db, infusion)
        assert visit.confirmed_at is not None
        assert any(text.due_at == visit.starts_at - timedelta(minutes=5) for text in texts)
        assert any(text.sent_at and text.sent_at < datetime.now(UTC) for text in texts)


def test_the_board_has_different_people_on_it(seeded):
    with seeded.session(write=False) as db:
        clinic = people.house(db).clinic
        names = {row.infusion.patient.given_name for row in windows.open_windows(db, clinic.id)}
        patients = db.scalars(select(Patient)).all()

    assert {"Sam", "Morgan", "Robin"} <= names
    assert {patient.language for patient in patients} == {"en", "es"}
    assert len({patient.zone for patient in patients}) > 1


def _counts(database):
    with database.session(write=False) as db:
        return [
            db.scalar(select(func.count()).select_from(row))
            for row in (Clinic, Patient, Practitioner, Appointment, Message, AuditEvent)
        ]


def test_forms_stand_at_every_stage(seeded):
    with seeded.session(write=False) as db:
        asked = {
            person.given_name: [
                task.state
                for task in packets.open_tasks(db, people.find(db, person))
                if task.packet.code is not PacketCode.AFTERCARE
            ]
            for person in (people.SAM, people.AVERY, people.LUCIA)
        }

    assert asked["Sam"] == []
    assert TaskState.REQUESTED in asked["Avery"]
    assert TaskState.IN_PROGRESS not in asked["Avery"]
    assert TaskState.IN_PROGRESS in asked["Lucía"]
