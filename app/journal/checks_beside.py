"""The checks that ride on the pages of a quiet minute: how somebody is, in body and mood."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.intake.models import IntakePacket
from app.journal.models import JournalPrompt
from app.links.models import MagicLink
from app.people.models import Patient


def waiting(db: Session, whose: Patient | MagicLink) -> IntakePacket | None:
    """The check that can be filled in now, the newest; also beside a prompt that was skipped."""
    now = clock.now()
    is_theirs = (
        JournalPrompt.patient_id == whose.id
        if isinstance(whose, Patient)
        else JournalPrompt.link_id == whose.id
    )
    return db.scalar(
        select(IntakePacket)
        .join(JournalPrompt, JournalPrompt.packet_id == IntakePacket.id)
        .where(
            is_theirs,
            JournalPrompt.cancelled_at.is_(None),
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.done_at.is_(None),
            IntakePacket.opens_at <= now,
            IntakePacket.closes_at > now,
        )
        .order_by(IntakePacket.opens_at.desc())
        .limit(1)
    )


def opened_by(db: Session, link: MagicLink) -> list[UUID]:
    """The packets that can be filled in where this link was opened, by their ids."""
    found = db.scalars(
        select(JournalPrompt.packet_id).where(
            JournalPrompt.link_id == link.id,
            JournalPrompt.packet_id.is_not(None),
            JournalPrompt.cancelled_at.is_(None),
        )
    )
    return [packet_id for packet_id in found if packet_id is not None]
