"""The cast, ready to be changed in the transaction of one test."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app import wall_time
from app.messaging.models import Message, MessageStatus
from app.scheduling import booking
from app.scheduling.models import Service


@pytest.fixture
def here(db, cast):
    """The cast's rows, bound to this test's session."""
    return SimpleNamespace(**{name: db.merge(row) for name, row in vars(cast).items()})


@pytest.fixture
def at():
    """`at("2026-11-24T10:00")`: that time on the clinic's clock."""
    return lambda text: wall_time.instant(datetime.fromisoformat(text), "America/New_York")


@pytest.fixture
def book(db, here):
    """Book for Theo with Dr. Okafor, unless said otherwise."""

    def book(service, starts_at, **others):
        length = timedelta(hours=2) if service is Service.INFUSION else timedelta(minutes=50)
        details = {
            "patient": here.theo,
            "practitioner": here.dr_okafor,
            "ends_at": starts_at + length,
            "by": here.jordan,
        } | others
        return booking.book(db, service=service, starts_at=starts_at, **details)

    return book


@pytest.fixture
def queued(db):
    """The texts still queued for an appointment, in the order in which they are due."""

    def queued(appointment):
        db.flush()
        return db.scalars(
            select(Message)
            .where(Message.appointment_id == appointment.id, Message.status == MessageStatus.QUEUED)
            .order_by(Message.due_at)
        ).all()

    return queued
