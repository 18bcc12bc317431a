"""From the booking of a session to the notice on the phone, through the worker's own jobs."""

import json
from datetime import timedelta

import pytest

from app import clock
from app.journal import planning, prompts
from app.journal.models import Moment
from app.people.models import Patient, Practitioner
from app.protocols import infusions
from app.push.models import NoticeStatus
from app.scheduling.models import Appointment, Service
from app.worker import Worker
from tests.conftest import FRIDAY_NOON
from tests.push.receiving import opened


@pytest.fixture
def infusion(database, cast):
    """Theo's session, tomorrow at ten, ninety minutes long."""
    starts_at = FRIDAY_NOON + timedelta(hours=22)
    with database.session() as db:
        return infusions.book(
            db,
            patient=db.get_one(Patient, cast.theo.id),
            practitioner=None,
            service=Service.INFUSION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=90),
            by=db.get_one(Practitioner, cast.jordan.id),
        ).appointment.id


@pytest.fixture
def work(database, settings, gateway, service):
    """`work(moment)`: the clock stands there, and everything that is due is done once."""
    worker = Worker(database, settings, gateway, push=service)

    def work(moment):
        clock.stand_still(moment, machine=moment)
        for job in worker.jobs:
            if job.name in ("send", "notices"):
                job.run()

    return work


def test_the_evening_s_text_and_its_notice_leave_at_the_same_time(
    subscribe, infusion, work, gateway, service, cast
):
    _, private, auth = subscribe(cast.theo)
    evening = FRIDAY_NOON + timedelta(days=1, hours=6)  # 18:00 where Theo is

    work(evening - timedelta(minutes=1))
    assert service.taken == []
    work(evening)

    assert [text.body for text in gateway.sent if "/w#" in text.body]
    (taken,) = service.taken
    said = json.loads(opened(taken[2], private, auth))
    assert said["title"] == "A quiet minute, if you want it"
    assert said["opens"] == "/journal/write"
    assert "/w#" not in json.dumps(said)


def test_whoever_wants_no_texts_is_still_shown_a_notice(
    subscribe, infusion, work, gateway, service, cast, database
):
    subscribe(cast.theo)
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).opted_out_at = FRIDAY_NOON

    work(FRIDAY_NOON + timedelta(days=1, hours=6))

    assert [text for text in gateway.sent if "/w#" in text.body] == []
    assert len(service.taken) == 1


def test_a_session_called_off_takes_its_notices_along(
    subscribe, infusion, work, service, cast, database, kept
):
    subscribe(cast.theo)
    with database.session() as db:
        jordan = db.get_one(Practitioner, cast.jordan.id)
        infusions.cancel(db, db.get_one(Appointment, infusion), by=jordan)

    work(FRIDAY_NOON + timedelta(days=1, hours=6))

    assert service.taken == []
    assert [notice for notice in kept() if notice.status is NoticeStatus.QUEUED] == []


def test_whoever_skips_before_is_shown_no_notice(
    subscribe, infusion, work, service, cast, database
):
    subscribe(cast.theo)
    with database.session() as db:
        appointment = db.get_one(Appointment, infusion)
        every = planning.of(db, appointment)
        (evening,) = (prompt for prompt in every if prompt.moment is Moment.EVENING)
        prompts.skip(db, evening)

    work(FRIDAY_NOON + timedelta(days=1, hours=6))

    assert service.taken == []
