"""A clinic changes a protocol while patients are on their way through it."""


import pytest
from sqlalchemy import select

from app.messaging.models import Message, MessageStatus, Purpose
from app.plans import kept, reading
from app.plans.steps import StepKind
from app.protocols import changing


@pytest.fixture
def usual(db, here):
    """The clinic's usual protocol as it stands now."""
    return lambda: kept.default_of(db, here.clinic)


@pytest.fixture
def change(db, here, usual):
    """`change(StepKind.EVENING, at="17:00")`: done, and what moved."""

    def change(kind, **values):
        plan = reading.changed(usual().plan, kind, values)
        return changing.apply(db, here.clinic, usual().id, plan, by=here.ada)

    return change


def test_an_evening_text_that_is_still_to_come_moves_to_the_new_hour(
    infusion_at, quiet_texts_of, change, at
):
    infusion = infusion_at("2026-11-24T10:00")

    change(StepKind.EVENING, at="17:00")

    assert (Purpose.EVENING, at("2026-11-24T17:00")) in quiet_texts_of(infusion)


def test_an_evening_text_that_was_sent_is_not_sent_again(
    db, infusion_at, quiet_texts_of, change, at, later
):
    infusion = infusion_at("2026-11-24T10:00")
    later("2026-11-24T18:01")
    text = db.scalar(select(Message).where(Message.purpose == Purpose.EVENING))
    text.status = MessageStatus.DELIVERED

    moved = change(StepKind.EVENING, at="19:00")

    assert moved == []
    assert Purpose.EVENING not in [purpose for purpose, _at in quiet_texts_of(infusion)]
