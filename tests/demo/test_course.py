"""Emery is in the middle of a course when the stage opens, and got there day by day."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock, wall_time
from app.access.models import SessionKind
from app.demo import course, people
from app.demo.days import Days
from app.journal import lines
from app.journal.models import JournalEntry
from app.messaging.models import Message, Purpose
from app.outcomes import courses, goals, results
from app.outcomes.models import Goal, GoalState
from app.safety.models import SafetyAlert
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks.models import StaffTask
from app.telehealth.models import VideoVisit
from app.web.guards import COOKIES

EMERY = people.EMERY
AT_ONCE = timedelta(seconds=5)


@pytest.fixture
def read(seeded):
    """A transaction that writes nothing, and Emery in it."""
    with seeded.session(write=False) as db:
        yield db, people.find(db, EMERY)


@pytest.fixture
def desk(demo):
    """A page of the console, as Dr. Patel reads it."""
    name = COOKIES[SessionKind.STAFF]
    token = demo.post("/demo/staff-session").cookies[name]

    def get(path):
        answer = demo.get(path, headers={"cookie": f"{name}={token}"})
        assert answer.status_code == 200, path
        return answer.text

    return get


def test_four_of_six_sessions_are_held_and_the_next_is_booked(read):
    standing = courses.standing(*read)

    assert standing.steps == ("held", "held", "held", "held", "next", "planned")
    assert standing.next.starts_at > clock.now()


def test_the_scales_fall_rise_once_and_fall(read):
    found = {
        each.code: [int(value.total) for value in each.values] for each in results.of_patient(*read)
    }

    assert found["phq-9"] == [17, 12, 14, 8]
    assert found["gad-7"] == [13, 14, 8]
    assert len(found["anxiety"]) == len(found["sleep"]) == 4
    assert len(found["mood"]) == 8


def test_the_talks_before_took_place_and_nobody_was_asked_where_they_are(read):
    db, emery = read
    held = db.execute(
        select(Appointment, VideoVisit)
        .join(VideoVisit, VideoVisit.appointment_id == Appointment.id)
        .where(
            Appointment.patient_id == emery.id,
            Appointment.status == AppointmentStatus.FULFILLED,
        )
    ).all()
    nudges = select(Message).where(
        Message.patient_id == emery.id,
        Message.purpose == Purpose.NUDGE,
        Message.sent_at.is_not(None),
    )

    assert len(held) == 3
    assert all(visit.started_at < visit.ended_at for _appointment, visit in held)
    assert db.scalars(nudges).all() == []


def test_the_next_talk_comes_after_sams_and_lines_are_brought_to_it(read):
    db, emery = read
    talks = select(Appointment).where(
        Appointment.service == Service.INTEGRATION,
        Appointment.status == AppointmentStatus.BOOKED,
    )
    ahead = db.scalars(talks.order_by(Appointment.starts_at)).all()
    visit = lines.next_visit(db, emery)

    assert ahead[0].patient.given_name == "Sam"
    assert visit.starts_at > max(clock.now(), ahead[0].starts_at)
    assert len(lines.brought_to(db, visit)) == 2


def test_everything_was_written_at_its_moment_and_one_entry_is_shared(read):
    db, emery = read
    entries = db.scalars(select(JournalEntry).where(JournalEntry.patient_id == emery.id)).all()

    assert len(entries) == 4
    assert len({entry.written_at.date() for entry in entries}) == 4
    assert all(entry.received_at - entry.written_at < AT_ONCE for entry in entries)
    assert len([entry for entry in entries if entry.shared_at]) == 1


def test_hopes_stand_beside_what_they_were(read):
    db, emery = read
    states = {goal.state for goal in db.scalars(select(Goal).where(Goal.patient_id == emery.id))}

    assert len(goals.standing(db, emery)) == 2
    assert len(goals.earlier_words(db, emery)) == 1
    assert states == {GoalState.STANDING, GoalState.CHANGED}


def test_nothing_of_it_waits_for_staff(read):
    db, emery = read
    waiting = select(StaffTask).where(StaffTask.patient_id == emery.id, StaffTask.done_at.is_(None))

    assert db.scalars(waiting).all() == []
    assert db.scalars(select(SafetyAlert)).all() == []


def test_staff_see_the_course_and_what_emery_chose_to_show(desk, seeded):
    with seeded.session(write=False) as db:
        emery = people.find(db, EMERY)
        page = f"/clinic/patients/{emery.id}"
        shared, private = _words(db, emery)
        room = f"/clinic/visits/{lines.next_visit(db, emery).id}"
        brought = [line.words for line in lines.brought_by(db, emery)]

    told = desk(f"{page}/course")
    assert "Session 4 of 6" in told
    assert "PHQ-9" in told
    assert "GAD-7" in told
    person = desk(page)
    assert all(line in person for line in shared.splitlines())
    assert not any(words.splitlines()[0] in person for words in private)
    for shown in (person, desk(room)):
        assert all(line in shown for line in brought)


def test_emerys_phone_is_on_the_stage(demo):
    stage = demo.get("/demo", params={"to": EMERY.phone}).text

    assert "Emery’s phone" in stage
    assert "/w#" in stage


@pytest.mark.parametrize("shown", ["2026-11-25T09:59", "2026-11-25T10:00", "2026-11-25T23:59"])
def test_the_whole_course_lies_in_the_past_whenever_one_looks(shown):
    now = wall_time.instant(datetime.fromisoformat(shown), people.ZONE)

    acts = course.acts_of(Days.around(now, people.ZONE))

    assert max(moment for moment, _act in acts) < now


def _words(db, emery):
    """Of the shared entry; and of all others."""
    entries = db.scalars(select(JournalEntry).where(JournalEntry.patient_id == emery.id)).all()
    (shared,) = (entry.words for entry in entries if entry.shared_at)
    brought = {line.entry_id for line in lines.brought_by(db, emery)}
    return shared, [
        entry.words for entry in entries if not entry.shared_at and entry.id not in brought
    ]
