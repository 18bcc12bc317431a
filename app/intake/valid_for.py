"""What a patient has told lately enough, so that it is not asked again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.intake.models import (
    Consent,
    ConsentCode,
    IntakePacket,
    IntakeTask,
    PacketCode,
    TaskKind,
    TaskState,
)
from app.people.models import Patient
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus

CONSENTS = "consents"
CAMERA_CHECK = "camera-check"
# In the order in which they are asked: the short and plain first, what takes a breath later.
INTAKE = (
    "people-and-ride",
    "medical-history",
    "medicines",
    "phq-9",
    "gad-7",
    "goals",
    CONSENTS,
    CAMERA_CHECK,
    "preparation-guide",
)
# Asked at most this long before an infusion; where that is too early, the evening before.
SCALES = ("phq-9", "gad-7")
BASELINE = timedelta(days=7)
# Days for which an answer holds. PHQ-9 asks about two weeks, so at most weekly.
DAYS = {
    "people-and-ride": 90,
    "medical-history": 180,
    "medicines": 30,
    "phq-9": 7,
    "gad-7": 28,
    "goals": 30,
    CAMERA_CHECK: 90,
    "preparation-guide": 180,
}
# Sessions a week apart have their checks a week apart, and one evening's answer comes later than
# the next is asked: to the minute, every second one would be left out.
SLACK = timedelta(hours=12)
# Without these nothing may take place; texts and sharing are free to be declined.
_NEEDED = {ConsentCode.TREATMENT, ConsentCode.TELEHEALTH}


def is_valid(db: Session, patient: Patient, slug: str, form: Questionnaire | None) -> bool:
    """Whether a form, or the camera check, need not be asked: done lately, or asked already."""
    if slug == CAMERA_CHECK:
        return _camera_was_asked(db, patient)
    assert form is not None, "only the camera check has no form"
    if _is_asked_already(db, patient, form):
        return True
    if slug == CONSENTS:
        return _has_agreed(db, patient, form)
    return _was_answered(db, patient, form, holds_since(slug))


def holds_since(slug: str) -> datetime:
    """What was told after this moment still holds."""
    return clock.now() - timedelta(days=DAYS[slug]) + SLACK


def agreed(db: Session, patient_id: UUID, version: str) -> set[ConsentCode]:
    """What a patient agreed to, in that version of the form, and has not taken back."""
    rows = db.scalars(
        select(Consent.code).where(
            Consent.patient_id == patient_id,
            Consent.agreed.is_(True),
            Consent.withdrawn_at.is_(None),
            Consent.version == version,
        )
    )
    return set(rows)


def _has_agreed(db: Session, patient: Patient, form: Questionnaire) -> bool:
    return agreed(db, patient.id, f"{form.url}|{form.version}") >= _NEEDED


def _was_answered(db: Session, patient: Patient, form: Questionnaire, since: datetime) -> bool:
    answered = (
        select(QuestionnaireResponse.id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireResponse.questionnaire_id)
        .where(
            QuestionnaireResponse.patient_id == patient.id,
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            QuestionnaireResponse.completed_at > since,
            Questionnaire.url == form.url,
        )
    )
    return db.scalar(answered.limit(1)) is not None


def _is_asked_already(db: Session, patient: Patient, form: Questionnaire) -> bool:
    asked = _open_tasks(patient).where(IntakeTask.questionnaire_id == form.id)
    return db.scalar(asked.limit(1)) is not None


def _camera_was_asked(db: Session, patient: Patient) -> bool:
    asked = _open_tasks(patient).where(IntakeTask.kind == TaskKind.CAMERA_CHECK)
    passed = select(IntakeTask.id).where(
        IntakeTask.patient_id == patient.id,
        IntakeTask.kind == TaskKind.CAMERA_CHECK,
        IntakeTask.completed_at > holds_since(CAMERA_CHECK),
    )
    return db.scalar(asked.limit(1)) is not None or db.scalar(passed.limit(1)) is not None


def _open_tasks(patient: Patient) -> Select[UUID]:
    """What is asked already; the evening before an infusion is a time of its own."""
    return (
        select(IntakeTask.id)
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .where(
            IntakeTask.patient_id == patient.id,
            IntakeTask.state.in_((TaskState.REQUESTED, TaskState.IN_PROGRESS)),
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.closes_at > clock.now(),
            IntakePacket.code != PacketCode.READINESS_EVE,
        )
    )
