"""What a patient was asked to do, who may go on with it, and what came of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Changing, Model, Sealed
from app.links.models import MagicLink
from app.people.models import Patient, Practitioner
from app.questionnaires.models import Questionnaire, QuestionnaireResponse
from app.scheduling.models import Appointment


class PacketCode(StrEnum):
    INTAKE = "intake"  # all that is asked before an infusion
    READINESS_EVE = "readiness-eve"  # the day before
    READINESS_MORNING = "readiness-morning"
    ASKED = "asked"  # staff or another system asked for it
    ASSESSMENT = "assessment"  # /start
    AFTERCARE = "aftercare"  # how somebody is after a session
    SCALES = "scales"  # scales that are due by the course's cadence


class TaskKind(StrEnum):
    FORM = "form"
    CAMERA_CHECK = "camera-check"


class TaskState(StrEnum):
    """A FHIR Task's status."""

    REQUESTED = "requested"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ConsentCode(StrEnum):
    TREATMENT = "treatment"
    TELEHEALTH = "telehealth"
    TEXTS = "texts"
    PRIVACY = "privacy"
    SHARING = "sharing"


class IntakePacket(Model):
    """Work that is sent with one text and opened with one link."""

    __tablename__ = "intake_packet"
    __table_args__ = (
        Index(None, "patient_id"),
        Index(None, "appointment_id"),
        Index(None, "link_id"),
        UniqueConstraint("once_key"),
        Index(None, "clinic_id", "opens_at"),
        Index(None, "closes_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    code: Mapped[PacketCode]
    opens_at: Mapped[datetime]  # before this it is not asked
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]  # after this its link opens nothing
    opened_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    once_key: Mapped[str | None]  # what is asked by itself is asked once
    made_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    link: Mapped[MagicLink | None] = relationship()


class IntakeTask(Changing, Model):
    """One thing of a packet (a FHIR Task): a form to fill in, or the camera to try."""

    __tablename__ = "intake_task"
    __table_args__ = (
        Index(None, "packet_id"),
        Index(None, "patient_id", "state"),
        Index(None, "clinic_id", "changed_at"),
        Index(None, "clinic_id", "started_at"),
        Index(None, "response_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("intake_packet.id"))
    kind: Mapped[TaskKind]
    questionnaire_id: Mapped[UUID | None] = mapped_column(ForeignKey("questionnaire.id"))
    response_id: Mapped[UUID | None] = mapped_column(ForeignKey("questionnaire_response.id"))
    state: Mapped[TaskState]
    outcome: Mapped[str] = mapped_column(default="")  # of a camera check: works, voice or phone
    position: Mapped[int]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    packet: Mapped[IntakePacket] = relationship()
    questionnaire: Mapped[Questionnaire | None] = relationship()
    response: Mapped[QuestionnaireResponse | None] = relationship()


class IntakeDoor(Model):
    """A browser that opened a packet's link. After a step-up it may read what another one typed."""

    __tablename__ = "intake_door"
    __table_args__ = (UniqueConstraint("packet_id", "browser_hash"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("intake_packet.id"))
    browser_hash: Mapped[bytes]
    opened_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]  # machine time

    packet: Mapped[IntakePacket] = relationship()


class ReviewFlag(Model):
    """An answer that a clinician has to look at before the session."""

    __tablename__ = "review_flag"
    __table_args__ = (
        Index(None, "clinic_id", "cleared_at"),
        Index(None, "response_id"),
        Index(None, "patient_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    response_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire_response.id"))
    link_id: Mapped[str]
    label_sealed: Mapped[bytes | None]
    answer_sealed: Mapped[bytes | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    note_sealed: Mapped[bytes | None]

    label = Sealed()
    answer = Sealed()
    note = Sealed()

    patient: Mapped[Patient] = relationship()
    response: Mapped[QuestionnaireResponse] = relationship()
    cleared_by: Mapped[Practitioner | None] = relationship()


class Consent(Model):
    """One thing a patient agreed to, or did not: its words by hash, and the name typed under it."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(None, "patient_id", "code"),
        Index(None, "response_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    response_id: Mapped[UUID | None] = mapped_column(ForeignKey("questionnaire_response.id"))
    code: Mapped[ConsentCode]
    agreed: Mapped[bool]
    version: Mapped[str]  # the form's url|version
    language: Mapped[str]
    text_hash: Mapped[str]  # of the words that were shown
    name_sealed: Mapped[bytes | None]  # as typed
    device: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))

    name = Sealed()
