"""The cast in one transaction, and an infusion of Theo's with all that goes with it."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app import clock, wall_time
from app.intake import packets
from app.messaging.models import Message, MessageStatus, Purpose
from app.protocols import infusions
from app.scheduling.models import Service

QUIET = (Purpose.EVENING, Purpose.MORNING, Purpose.WEEK)


@pytest.fixture
def here(db, cast):
    """The cast's rows, bound to this test's session."""
    return SimpleNamespace(**{name: db.merge(row) for name, row in vars(cast).items()})


@pytest.fixture
def at():
    """`at("2026-11-24T10:00")`: that time on the clinic's clock."""
    return lambda text: wall_time.instant(datetime.fromisoformat(text), "America/New_York")


@pytest.fixture
def later(at):
    """`later("2026-11-24T10:00")`: the clock stands there from now on."""
    return lambda text: clock.stand_still(at(text), machine=at(text))


@pytest.fixture
def infusion_at(db, here, at):
    """`infusion_at("2026-11-24T14:00")`: an infusion of Theo's, ninety minutes long."""

    def infusion_at(text, **others):
        details = {"patient": here.theo, "practitioner": here.dr_okafor, "by": here.jordan}
        return infusions.book(
            db,
            service=Service.INFUSION,
            starts_at=at(text),
            ends_at=at(text) + timedelta(minutes=90),
            **details | others,
        ).appointment

    return infusion_at


@pytest.fixture
def packet_of(db):
    """`packet_of(infusion, code)`: what was asked before it, or None."""

    def packet_of(infusion, code):
        db.flush()
        found = [each for each in packets.packets_of(db, infusion) if each.code is code]
        return found[0] if found else None

    return packet_of


@pytest.fixture
def quiet_texts_of(db):
    """`quiet_texts_of(infusion)`: the same of what is queued after it."""

    def quiet_texts_of(infusion, status=MessageStatus.QUEUED):
        return _texts(db, infusion, status, Message.purpose.in_(QUIET))

    return quiet_texts_of


def _texts(db, infusion, status, which):
    db.flush()
    rows = db.scalars(
        select(Message)
        .where(Message.appointment_id == infusion.id, Message.status == status, which)
        .order_by(Message.due_at)
    )
    return [(row.purpose, row.due_at) for row in rows]


@pytest.fixture
def texts_of(db):
    """`texts_of(infusion)`: what is queued before it, as (purpose, due), in that order."""

    def texts_of(infusion, status=MessageStatus.QUEUED):
        return _texts(db, infusion, status, Message.purpose.not_in(QUIET))

    return texts_of
