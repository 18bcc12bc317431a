"""How long a clinic keeps what."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Model


class Kept(StrEnum):
    """What may have an end. The trail has none: it is kept for good, six years at the least."""

    TEXTS = "texts"  # the words of texts with patients, and the notes beside them
    STRANGERS = "strangers"  # texts with numbers that nobody has
    DRAFTS = "drafts"  # sheets that were never sent in
    RECORDINGS = "recordings"  # spoken notes and pictures of drawings
    SESSIONS = "sessions"  # browsers that are signed in no more
    CANDIDATES = "candidates"  # who asked to become a patient and did not
    PATIENTS = "patients"  # who was put away


class KeepingRule(Model):
    """One clinic's time for one kind. No row: the usual one (`rules.RULES`)."""

    __tablename__ = "keeping_rule"
    __table_args__ = (UniqueConstraint("clinic_id", "kind"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    kind: Mapped[Kept]
    days: Mapped[int | None]  # None: without an end
    changed_at: Mapped[datetime]
