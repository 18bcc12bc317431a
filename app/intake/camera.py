"""Trying camera and microphone on a calm day: what came of it, and who has not tried."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import clock
from app.intake import following
from app.intake.models import IntakePacket, IntakeTask, TaskKind, TaskState


class Outcome(StrEnum):
    WORKS = "works"
    VOICE = "voice"  # no picture, but they can be heard
    PHONE = "phone"  # neither, or they would rather be phoned


def note(db: Session, task: IntakeTask, outcome: Outcome) -> None:
    """The check is done, whatever came of it. Staff see who would rather be phoned."""
    task.outcome = outcome.value
    following.started(db, task)
    following.completed(db, task)


def is_untried(patient_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """The same as `untried`, to be asked beside other things of many patients."""
    check = (
        select(IntakeTask.id)
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .where(
            IntakeTask.patient_id == patient_id,
            IntakeTask.kind == TaskKind.CAMERA_CHECK,
            IntakeTask.state != TaskState.CANCELLED,
            IntakePacket.opens_at <= clock.now(),
        )
    )
    passed = check.where(
        IntakeTask.state == TaskState.COMPLETED, IntakeTask.outcome != Outcome.PHONE.value
    )
    return and_(check.exists(), ~passed.exists())


def untried(db: Session, patient_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the patients who were asked and never passed. Whoever was not asked is no risk."""
    checks = db.execute(
        select(IntakeTask.patient_id, IntakeTask.state, IntakeTask.outcome)
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .where(
            IntakeTask.patient_id.in_(set(patient_ids)),
            IntakeTask.kind == TaskKind.CAMERA_CHECK,
            IntakeTask.state != TaskState.CANCELLED,
            IntakePacket.opens_at <= clock.now(),
        )
    ).all()
    passed = {
        patient_id
        for patient_id, state, outcome in checks
        if state is TaskState.COMPLETED and outcome != Outcome.PHONE
    }
    return {patient_id for patient_id, _state, _outcome in checks} - passed
