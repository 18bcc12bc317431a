"""Somebody who began at /start, until their number is confirmed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.access.models import OneTimeCode
from app.db.base import Sealed


class Application(OneTimeCode):
    """A name and a number that wait for the code from the text. Machine time.

    It becomes a patient (a candidate) once the code was shown; else it is forgotten within the day.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index(None, "browser_hash"),
        Index(None, "texted_at"),
        Index(None, "expires_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    browser_hash: Mapped[bytes]
    full_name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    language: Mapped[str]
    texts_agreed: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    full_name = Sealed()
    phone = Sealed()
