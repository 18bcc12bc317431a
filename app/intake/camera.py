"""Who was asked to try camera and microphone on a calm day, and has not."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.intake.models import IntakePacket, IntakeTask, TaskKind, TaskState


def untried(db: Session, patient_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the patients who were asked and never passed. Whoever was not asked is no risk."""
    checks = db.execute(
        select(IntakeTask.patient_id, IntakeTask.state)
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .where(
            IntakeTask.patient_id.in_(set(patient_ids)),
            IntakeTask.kind == TaskKind.CAMERA_CHECK,
            IntakeTask.state != TaskState.CANCELLED,
            IntakePacket.opens_at <= clock.now(),
        )
    ).all()
    passed = {patient_id for patient_id, state in checks if state is TaskState.COMPLETED}
    return {patient_id for patient_id, _state in checks} - passed
