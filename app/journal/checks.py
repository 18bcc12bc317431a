"""How somebody is after a session: the short check that rides on the page of a prompt."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock
from app.intake import packets, taking_along
from app.intake.models import PacketCode
from app.journal.models import JournalPrompt, Moment
from app.plans import kept
from app.plans.steps import Checks
from app.questionnaires import library

FORMS = {
    Moment.EVENING: ("side-effects",),
    Moment.MORNING: ("side-effects", "day-after"),
}


def plan(db: Session, prompt: JournalPrompt) -> None:
    """Give a prompt its check, or let the check go along with it. Never texted by itself.

    The evening's gives way to the morning's; that one can be answered for two days.
    """
    forms, step = FORMS.get(prompt.moment), kept.plan_of(db, prompt.appointment).checks
    if forms is None:
        return
    if not _is_wanted(prompt, step):
        if prompt.opens_at > clock.now():
            leave_out(db, prompt)
        return
    is_evening = prompt.moment is Moment.EVENING
    closes_at = prompt.closes_at if is_evening else prompt.opens_at + timedelta(hours=step.hours)
    packet = prompt.packet
    if packet is None:
        prompt.packet = packets.make(
            db,
            prompt.patient,
            PacketCode.AFTERCARE,
            [library.for_clinic(db, prompt.patient.clinic, slug) for slug in forms],
            opens_at=prompt.opens_at,
            due_at=prompt.closes_at,
            closes_at=closes_at,
            texts=False,
            once_key=f"aftercare:{prompt.appointment_id}:{prompt.moment}",
            by=None,
        )
    elif packet.done_at is None and packet.cancelled_at is None:
        packet.opens_at, packet.due_at = prompt.opens_at, prompt.closes_at
        packet.closes_at = closes_at
        if packet.link is not None:
            packet.link.expires_at = closes_at


def _is_wanted(prompt: JournalPrompt, step: Checks) -> bool:
    return step.with_evening if prompt.moment is Moment.EVENING else step.with_morning


def withdraw(db: Session, prompt: JournalPrompt) -> None:
    """The session does not take place: nobody is asked how they are after it."""
    if prompt.packet is not None:
        taking_along.cancel(db, prompt.packet, by=None)


def leave_out(db: Session, prompt: JournalPrompt) -> None:
    """The session's plan asks nothing then. Should it do so again, there is room for a new check.

    What was answered stays.
    """
    packet = prompt.packet
    if packet is None or packet.done_at is not None:
        return
    taking_along.cancel(db, packet, by=None)
    packet.once_key, prompt.packet = None, None
    db.flush()  # the key is free
