"""Which browsers a write link has let in. They may write to its session, and read nothing."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.db import once
from app.journal.models import JournalDoor
from app.links.models import LinkState, MagicLink
from app.people.models import Patient


def has_opened(db: Session, link: MagicLink, browser_hash: bytes) -> bool:
    """Whether this browser opened this link before."""
    door = select(JournalDoor.id).where(
        JournalDoor.link_id == link.id, JournalDoor.browser_hash == browser_hash
    )
    return db.scalar(door) is not None


def unlock(db: Session, link: MagicLink, browser_hash: bytes) -> None:
    """Note that this browser opened the link. Again changes nothing."""
    once.add_once(
        db,
        JournalDoor(
            clinic_id=link.clinic_id,
            link_id=link.id,
            browser_hash=browser_hash,
            opened_at=clock.now(),
        ),
    )


def opened(db: Session, patient_id: UUID, browser_hash: bytes) -> MagicLink | None:
    """The link that this browser opened for this patient, the latest; over or not.

    None when it opened none, or what it opened was pulled back.
    """
    return db.scalar(
        select(MagicLink)
        .join(JournalDoor, JournalDoor.link_id == MagicLink.id)
        .where(
            JournalDoor.browser_hash == browser_hash,
            MagicLink.patient_id == patient_id,
            MagicLink.state != LinkState.REVOKED,
        )
        .options(joinedload(MagicLink.patient).joinedload(Patient.clinic))
        .order_by(MagicLink.expires_at.desc())
        .limit(1)
    )
