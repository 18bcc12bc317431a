"""A clinic's wrapped keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Model


class ClinicKey(Model):
    """One key of a clinic, wrapped by a master key. Number 0 indexes phones, 1 … seal data."""

    __tablename__ = "clinic_key"
    __table_args__ = (UniqueConstraint("clinic_id", "number"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    number: Mapped[int]
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
