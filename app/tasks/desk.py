"""Opens and closes staff tasks."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.db.base import Model
from app.people.models import Patient, Practitioner
from app.tasks.models import StaffTask, TaskCode


def open_task(
    db: Session,
    code: TaskCode,
    patient: Patient,
    *,
    by: Model | None,
    appointment_id: UUID | None = None,
    note: str = "",
    urgent: bool = False,
) -> StaffTask:
    """Put a task on the clinic's desk and wake the console.

    The same open task is not put there twice.
    """
    task = db.scalar(
        select(StaffTask).where(
            StaffTask.patient_id == patient.id,
            StaffTask.code == code,
            StaffTask.appointment_id == appointment_id,
            StaffTask.done_at.is_(None),
        )
    )
    if task is None:
        task = StaffTask(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            appointment_id=appointment_id,
            code=code,
            made_at=clock.now(),
        )
        db.add(task)
        trail.record(db, "open-task", agent=by, entity=task, detail=code.value)
    if note:
        task.note = note
    task.urgent = task.urgent or urgent
    live.publish(db, f"desk:{patient.clinic_id}")
    return task


def close_task(db: Session, task: StaffTask, *, by: Practitioner) -> None:
    """Done. Closing twice changes nothing."""
    if task.done_at is not None:
        return
    task.done_at, task.done_by_id = clock.now(), by.id
    trail.record(db, "close-task", agent=by, entity=task, detail=task.code.value)
    live.publish(db, f"desk:{task.clinic_id}")


def settle(db: Session, code: TaskCode, appointment_id: UUID) -> None:
    """What was to be done for an appointment has come about by itself: nobody needs to do it."""
    db.execute(
        update(StaffTask)
        .where(
            StaffTask.code == code,
            StaffTask.appointment_id == appointment_id,
            StaffTask.done_at.is_(None),
        )
        .values(done_at=clock.now())
    )


def settle_for(
    db: Session, code: TaskCode, patient_id: UUID, *, by: Practitioner | None = None
) -> None:
    """Whatever of one kind was to be done for a patient is done: by `by`, or by itself."""
    db.execute(
        update(StaffTask)
        .where(
            StaffTask.code == code,
            StaffTask.patient_id == patient_id,
            StaffTask.done_at.is_(None),
        )
        .values(done_at=clock.now(), done_by_id=by.id if by else None)
    )


def open_tasks(db: Session, clinic_id: UUID) -> list[StaffTask]:
    """The clinic's open tasks, urgent ones first, then oldest."""
    return list(
        db.scalars(
            select(StaffTask)
            .options(joinedload(StaffTask.patient))
            .where(StaffTask.clinic_id == clinic_id, StaffTask.done_at.is_(None))
            .order_by(StaffTask.urgent.desc(), StaffTask.made_at)
        )
    )
