"""Who does not come any more is put away, and is brought back when they do."""

import pytest
from sqlalchemy import select

from app import clock
from app.intake import packets
from app.messaging import outbox, threads
from app.messaging.models import Message, MessageStatus, Purpose
from app.outcomes import asking
from app.people import directory, finding
from app.protocols import archiving, infusions
from app.push import notices
from app.push.models import PushNotice
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling.models import Service
from app.scheduling.rules import PutAway

# What somebody gets because they themselves have just asked, or are in danger.
ASKED_FOR = {Purpose.CODE, Purpose.SAFETY, Purpose.ANSWER, Purpose.KEYWORD}


@pytest.fixture
def away(db, here):
    """Theo, put away."""
    archiving.put_away(db, here.theo, by=here.jordan)
    db.flush()
    return here.theo


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not Purpose.REPLY])
def test_by_itself_nothing_is_sent_to_whoever_was_put_away(db, away, purpose):
    queued = outbox.enqueue(db, purpose, "Northside: …", due_at=clock.now(), patient=away)

    assert (queued is not None) is (purpose in ASKED_FOR)


def test_what_was_queued_and_asked_does_not_go_on(db, here):
    packet = packets.ask(db, here.theo, [], with_camera_check=True, by=here.jordan)
    db.flush()
    assert db.scalars(select(Message.status)).first() is MessageStatus.QUEUED

    archiving.put_away(db, here.theo, by=here.jordan)
    db.flush()

    assert set(db.scalars(select(Message.status))) == {MessageStatus.CANCELLED}
    assert packet.cancelled_at is not None


def test_no_notice_goes_to_their_phone(db, away):
    later = clock.now()
    notices.queue(db, away, due_at=later, expires_at=later, once_key="evening:1")

    assert db.scalars(select(PushNotice)).all() == []


def test_no_scale_falls_due_for_them(db, here, later):
    later("2026-12-10T12:00")
    due_before = asking.next_due(db)
    here.maya.archived_at = clock.now()
    db.flush()

    assert due_before is not None
    assert asking.next_due(db) is None


def test_they_leave_the_search_and_come_back_into_it(db, here, away):
    directory.forget()
    assert finding.find(db, away.clinic_id, "theo").ids == []
    assert finding.find(db, away.clinic_id, "theo", put_away=True).ids == [away.id]

    archiving.bring_back(db, away, by=here.jordan)
    db.flush()

    assert finding.find(db, away.clinic_id, "theo").ids == [away.id]
    assert outbox.enqueue(db, Purpose.NOTICE, "Hello", due_at=clock.now(), patient=away)


def test_nothing_is_booked_for_them_before_that(db, here, away, at):
    with pytest.raises(PutAway):
        infusions.book(
            db,
            patient=away,
            service=Service.PREPARATION,
            starts_at=at("2026-11-24T10:00"),
            ends_at=at("2026-11-24T10:50"),
            by=here.jordan,
        )


@pytest.mark.parametrize("case", ["booked", "alert", "answer"])
def test_nobody_is_put_away_while_something_of_theirs_waits(db, here, infusion_at, case):
    if case == "booked":
        infusion_at("2026-11-24T14:00")
    elif case == "alert":
        escalation.raise_alert(db, here.theo, Signal.CONTROL)
    else:
        threads.of(db, here.theo).opened_at = clock.now()
    db.flush()

    with pytest.raises(archiving.StillNeeded):
        archiving.put_away(db, here.theo, by=here.jordan)

    assert here.theo.is_active


def test_twice_changes_nothing(db, here, away):
    archiving.put_away(db, away, by=here.jordan)
    archiving.bring_back(db, away, by=here.jordan)
    archiving.bring_back(db, away, by=here.jordan)

    assert away.is_active
