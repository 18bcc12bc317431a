"""What a short answer to the text about a quiet minute does, and what it leaves alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.journal import planning
from app.journal.models import JournalPrompt, Moment
from app.messaging.models import Message, MessageStatus, Purpose
from app.scheduling.models import Appointment


@pytest.fixture
def asked(database, cast):
    """The evening's text about Maya's session left an hour ago."""
    with database.session() as db:
        infusion = db.get_one(Appointment, cast.infusion.id)
        clock.stand_still(infusion.ends_at)
        planning.plan(db, infusion)
        evening = db.scalars(select(Message).where(Message.purpose == Purpose.EVENING)).one()
        evening.status, evening.sent_at = MessageStatus.DELIVERED, evening.due_at
        clock.stand_still(evening.due_at + timedelta(hours=1))


@pytest.fixture
def evening(rows):
    """The prompt of the evening as it stands."""
    return lambda: next(each for each in rows(JournalPrompt) if each.moment is Moment.EVENING)


@pytest.mark.parametrize("body", ["skip", "Skip!", "SKIP, thanks", "No thanks.", "paso", "Pase"])
def test_a_skip_by_text_is_a_skip_and_needs_nobody(asked, reply, evening, tasks, said, body):
    reply(body)

    assert evening().skipped_at == clock.now()
    assert tasks() == []
    assert [purpose for purpose, _ in said() if purpose == Purpose.ANSWER] == []


def test_a_skip_after_another_text_goes_to_a_person(reply, tasks):
    reply("skip")

    assert [code for code, _ in tasks()] == ["answer"]


def test_later_to_a_quiet_minute_moves_no_visit(asked, reply, evening, database, cast, tasks):
    reply("later")

    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.integration_visit.id).asked_at is None
    assert evening().skipped_at is None
    assert [code for code, _ in tasks()] == ["answer"]


def test_later_is_about_the_visit_when_a_text_asked_about_it_lately(asked, reply, database, cast):
    with database.session() as db:
        confirm = db.scalars(select(Message).where(Message.purpose == Purpose.CONFIRM)).first()
        confirm = (
            confirm or db.scalars(select(Message).where(Message.purpose == Purpose.JOIN)).one()
        )
        confirm.status = MessageStatus.DELIVERED
        confirm.sent_at = clock.now() - timedelta(hours=6)

    reply("later")

    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.integration_visit.id).asked_at == clock.now()


def test_whoever_says_that_it_is_about_a_visit_is_offered_other_times(asked, reply, database, cast):
    reply("I need to reschedule")

    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.integration_visit.id).asked_at == clock.now()


def test_danger_in_answer_to_a_quiet_minute_is_heard(asked, reply, alerts, evening):
    reply("skip, I want to die")

    assert len(alerts()) == 1
    assert evening().skipped_at is None
