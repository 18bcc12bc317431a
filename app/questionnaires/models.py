"""Questionnaires as they were shipped or imported, and what people answered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, Sealed, SealedBytes, SealedJSON


class Questionnaire(Model):
    """One version of a form, never changed once it is here. Nothing in it is about anybody.

    A row without a clinic is shipped with Afterglow and everybody's. `identity` names owner, url
    and version, so that the same version is not kept twice.
    """

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("identity"), Index(None, "clinic_id", "url"))

    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    identity: Mapped[str]
    url: Mapped[str]
    version: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    definition: Mapped[str] = mapped_column(Text)  # FHIR JSON, as it came
    warnings: Mapped[str] = mapped_column(Text, default="[]")  # the report of its import, as JSON
    # What the clinic added to it: which answers go to the review list or raise an alert, as JSON.
    rules: Mapped[str] = mapped_column(Text, default="[]")
    imported_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ResponseStatus(StrEnum):
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    STOPPED = "stopped"  # a sheet that was left for another one


class QuestionnaireResponse(Model):
    """One sheet: one person's answers to one version of a form, a draft until it is completed."""

    __tablename__ = "questionnaire_response"
    __table_args__ = (
        Index(None, "patient_id", "status"),
        Index(None, "questionnaire_id"),
        Index(None, "clinic_id", "status"),
        Index(
            "ix_questionnaire_response_changed",
            *("clinic_id", "completed_at", "saved_at", "made_at"),
        ),
        Index(None, "questionnaire_id", "completed_at"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    status: Mapped[ResponseStatus]
    language: Mapped[str]
    answers_sealed: Mapped[bytes | None]  # a QuestionnaireResponse's items, as JSON
    # Field → the revision that last wrote it, when, and from which browser: see intake.conflicts.
    touched: Mapped[str] = mapped_column(Text, default="{}")
    revision: Mapped[int] = mapped_column(default=0)  # counts saves; what a page was drawn from
    at_link_id: Mapped[str] = mapped_column(default="")  # where they stand: a question, no content
    browser_hash: Mapped[bytes | None]  # the browser that typed it, and so may read it back
    device: Mapped[str] = mapped_column(default="")  # "iPhone"
    made_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]

    answers = SealedJSON()

    questionnaire: Mapped[Questionnaire] = relationship()


class Attachment(Model):
    """A picture or a paper that answers a question, without its place and its history."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "response_id"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    response_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire_response.id"))
    content_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(default=b"")  # empty: see attachments.forget_digests
    name_sealed: Mapped[bytes | None]
    content_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]

    name = Sealed()
    content = SealedBytes()
