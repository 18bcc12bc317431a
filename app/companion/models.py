"""The hour of a session itself, and what may be heard in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.db.base import Model
from app.links.models import MagicLink
from app.people.models import Patient
from app.scheduling.models import Appointment


class SessionAudio(Model):
    """Music or words that a clinic uploaded to be heard in a session. About nobody."""

    __tablename__ = "session_audio"
    __table_args__ = (Index(None, "clinic_id", "retired_at"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[str]
    body: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    added_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class SessionHour(Model):
    """One session's quiet hour. Staff open it; without that nothing runs."""

    __tablename__ = "session_hour"
    __table_args__ = (UniqueConstraint("appointment_id"), Index(None, "link_id"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))  # the session
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))  # video beside it
    audio_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_audio.id"))  # None: our own
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    opened_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]  # body and mind were asked after
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # by staff

    patient: Mapped[Patient] = relationship()
    appointment: Mapped[Appointment] = relationship(foreign_keys=[appointment_id])
    visit: Mapped[Appointment | None] = relationship(foreign_keys=[visit_id])
    audio: Mapped[SessionAudio | None] = relationship()
    link: Mapped[MagicLink | None] = relationship()
