"""Scales ask for themselves: one packet, one text, each time once, within the cap."""

import pytest
from sqlalchemy import select

from app.intake import following, packets, taking_along
from app.intake.models import IntakePacket, PacketCode
from app.messaging.models import Message, MessageStatus
from app.outcomes import asking, courses
from app.people.models import Clinic, Patient, Practitioner
from app.questionnaires import library
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks.models import StaffTask


@pytest.fixture
def course_of_theo(database, session_on, cast, later):
    """Theo's last session ended on November 10 at 15:30; nobody else had one."""
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).status = AppointmentStatus.CANCELLED
    later("2026-11-11T09:00")
    for day in ("2026-11-03T14:00", "2026-11-10T14:00"):
        session_on(day, patient=cast.theo)


@pytest.fixture
def theo(database, cast, course_of_theo):
    def theo(db):
        return db.get_one(Patient, cast.theo.id)

    with database.session() as db:
        theo(db).texts_agreed_at = theo(db).made_at
    return theo


def _packets(db, patient):
    rows = select(IntakePacket).where(
        IntakePacket.patient_id == patient.id, IntakePacket.code == PacketCode.SCALES
    )
    return db.scalars(rows.order_by(IntakePacket.opens_at)).all()


def _forms(db, packet):
    return [library.slug_of(task.questionnaire) for task in packets.tasks_of(db, packet)]


def _ask(database):
    with database.session() as db:
        asking.ask_due(db)


def _next(database):
    with database.session(write=False) as db:
        return asking.next_due(db)


def test_among_many_clinics_each_turn_asks_at_a_few_until_all_were_asked(
    database, theo, later, monkeypatch
):
    monkeypatch.setattr(asking, "CLINICS_AT_ONCE", 1)
    later("2026-11-25T10:00")
    behind, asked = None, []

    for _ in range(3):
        with database.session() as db:
            behind = asking.ask_due(db, behind)
            asked.append((behind, len(_packets(db, theo(db)))))

    (first, _), (second, count), (after, _) = asked
    assert first != second
    assert None not in (first, second)
    assert (count, after) == (1, None)


def test_two_weeks_after_the_last_session_one_text_asks_for_both(database, theo, later, at):
    assert _next(database) == at("2026-11-25T10:00")
    _ask(database)
    later("2026-11-25T10:00")
    _ask(database)
    _ask(database)

    with database.session() as db:
        [packet] = _packets(db, theo(db))
        assert _forms(db, packet) == ["phq-9", "gad-7"]
        [text] = db.scalars(
            select(Message).where(
                Message.link_id == packet.link_id, Message.due_at == packet.opens_at
            )
        )
        assert text.status is MessageStatus.QUEUED
        assert "a few questions for you" in text.body
        for word in ("mood", "PHQ", "score", "session", "scale"):
            assert word not in text.body


def test_asked_elsewhere_in_the_same_breath_it_is_not_asked_twice(database, theo, later, at):
    later("2026-11-25T10:00")
    with database.session() as db:  # what another worker has just written
        packets.make(
            db,
            theo(db),
            PacketCode.ASKED,
            [library.shipped(db, "phq-9")],
            opens_at=at("2026-11-25T10:00"),
            due_at=at("2026-11-27T10:00"),
            closes_at=at("2026-12-04T10:00"),
            once_key=f"scales:{theo(db).id}:2026-11-25",
            by=None,
        )

    _ask(database)

    with database.session(write=False) as db:
        assert _packets(db, theo(db)) == []


def test_nothing_more_comes_while_it_is_open(database, theo, later):
    later("2026-11-25T10:00")
    _ask(database)

    later("2026-12-03T10:00")
    assert _next(database) is None


def test_answered_they_come_again_in_a_month(database, theo, later, hand_in, at, cast):
    later("2026-11-25T10:00")
    _ask(database)
    for slug in ("phq-9", "gad-7"):
        hand_in(slug, 6, "2026-11-25T18:00", patient=cast.theo)
    with database.session() as db:
        for task in packets.tasks_of(db, _packets(db, theo(db))[0]):
            following.completed(db, task)

    assert _next(database) == at("2026-12-26T10:00")
    later("2026-12-26T10:00")
    _ask(database)
    with database.session() as db:
        assert len(_packets(db, theo(db))) == 2


def test_what_staff_pull_back_is_not_asked_again_at_once(database, theo, later, at):
    later("2026-11-25T10:00")
    _ask(database)
    with database.session() as db:
        taking_along.cancel(db, _packets(db, theo(db))[0], by=None)

    assert _next(database) == at("2026-12-25T10:00")


def test_a_clinic_says_when_they_come(database, cast, theo, at):
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).scales_after_days = 28

    assert _next(database) == at("2026-12-09T10:00")


def test_once_staff_say_that_the_course_is_over_they_come_once_more(
    database, cast, theo, later, at
):
    with database.session() as db:
        courses.end(db, theo(db), by=db.get_one(Practitioner, cast.dr_okafor.id))
    assert _next(database) == at("2026-11-25T10:00")

    later("2026-11-25T10:00")
    _ask(database)
    later("2026-12-25T10:00")
    assert _next(database) is None


def test_whoever_takes_no_texts_becomes_a_task_for_staff(database, cast, theo, later):
    with database.session() as db:
        theo(db).texts_agreed_at = None
    later("2026-11-25T10:00")
    _ask(database)

    with database.session() as db:
        assert _packets(db, theo(db))
        assert db.scalar(select(StaffTask).where(StaffTask.patient_id == cast.theo.id))


def test_hard_memories_are_asked_about_where_staff_say_so(database, cast, theo, later):
    with database.session() as db:
        dr_okafor = db.get_one(Practitioner, cast.dr_okafor.id)
        courses.plan(db, theo(db), sessions_planned=6, asks_about_trauma=True, by=dr_okafor)
    later("2026-11-14T10:00")
    _ask(database)

    with database.session() as db:
        assert [_forms(db, each) for each in _packets(db, theo(db))] == [["pcl-5"]]


def test_nobody_is_asked_in_a_language_the_form_does_not_have(database, cast, theo, later, at):
    with database.session() as db:
        dr_okafor = db.get_one(Practitioner, cast.dr_okafor.id)
        courses.plan(db, theo(db), sessions_planned=6, asks_about_trauma=True, by=dr_okafor)
        theo(db).language = "es"

    assert _next(database) == at("2026-11-25T10:00")


def test_a_talk_is_no_session(database, cast, theo, session_on, later, at):
    later("2026-11-21T09:00")
    session_on("2026-11-20T14:00", patient=cast.theo, service=Service.CONSULTATION)

    assert _next(database) == at("2026-11-25T10:00")
