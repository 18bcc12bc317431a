"""How somebody is after a session: the short check that rides on the page of a prompt."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.intake import packets, taking_along
from app.intake.models import PacketCode
from app.journal.models import JournalPrompt, Moment
from app.questionnaires import library

FORMS = {
    Moment.EVENING: ("side-effects",),
    Moment.MORNING: ("side-effects", "day-after"),
}
_LASTS = timedelta(hours=48)


def plan(db: Session, prompt: JournalPrompt) -> None:
    """Give a prompt its check, or let the check go along with it. Never texted by itself.

    The evening's gives way to the morning's; that one can be answered for two days.
    """
    forms = FORMS.get(prompt.moment)
    if forms is None:
        return
    is_evening = prompt.moment is Moment.EVENING
    closes_at = prompt.closes_at if is_evening else prompt.opens_at + _LASTS
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


def withdraw(db: Session, prompt: JournalPrompt) -> None:
    """The session does not take place: nobody is asked how they are after it."""
    if prompt.packet is not None:
        taking_along.cancel(db, prompt.packet, by=None)
