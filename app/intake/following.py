"""What comes of a packet: done, or not done when the infusion is near."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.intake import finishing, packets, told_meanwhile
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskState
from app.people.models import Practitioner
from app.scheduling.models import Appointment, AppointmentStatus
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode


def about_to_be_shown(db: Session, packet: IntakePacket) -> None:
    """Some browser came by its link: what was told meanwhile is not asked there. Nobody is told."""
    if packet.code is PacketCode.READINESS_EVE and packet.opened_at is None:
        told_meanwhile.leave_out(db, packet.patient_id)


def opened(db: Session, packet: IntakePacket) -> None:
    """Somebody is at it: a page of it was touched. Only the first time counts."""
    if packet.opened_at is None:
        about_to_be_shown(db, packet)
        packet.opened_at = clock.now()
        live.publish(db, f"desk:{packet.clinic_id}")


def started(db: Session, task: IntakeTask) -> None:
    """The patient is at it. Only the first time counts."""
    if task.state is TaskState.REQUESTED:
        task.state, task.started_at = TaskState.IN_PROGRESS, clock.now()
        live.publish(db, f"desk:{task.clinic_id}")
    opened(db, task.packet)


def completed(db: Session, task: IntakeTask) -> None:
    """One thing is done: it is not asked again elsewhere. Twice changes nothing."""
    if task.completed_at is None:
        task.completed_at = clock.now()
    task.state = TaskState.COMPLETED
    live.publish(db, f"desk:{task.clinic_id}")
    finishing.finish(db, task.packet)
    told_meanwhile.leave_out(db, task.patient_id)


def done_at_desk(db: Session, packet: IntakePacket, *, by: Practitioner) -> None:
    """Staff saw to what was left of a packet. Answers that were begun stay as they are."""
    left = [task for task in packets.tasks_of(db, packet) if task.state in packets.OPEN]
    for task in left:
        completed(db, task)
    if left:
        trail.record(db, "complete-at-desk", agent=by, entity=packet)


def tell_staff(db: Session) -> None:
    """Put each infusion on the desk, once, whose forms were due and are not done."""
    late = _late().options(joinedload(IntakePacket.patient))
    for packet in db.scalars(late.where(IntakePacket.due_at <= clock.now())).all():
        desk.open_task(
            db,
            TaskCode.INTAKE_LATE,
            packet.patient,
            by=None,
            appointment_id=packet.appointment_id,
        )


def next_due(db: Session) -> datetime | None:
    """When the next of these becomes late."""
    return db.scalar(_late().with_only_columns(func.min(IntakePacket.due_at)))


def _late() -> Select[IntakePacket]:
    """Packets of infusions ahead that are not done, and that staff were not told of."""
    told = select(StaffTask.id).where(
        StaffTask.appointment_id == IntakePacket.appointment_id,
        StaffTask.code == TaskCode.INTAKE_LATE,
        or_(StaffTask.done_at.is_(None), StaffTask.made_at >= IntakePacket.due_at),
    )
    return (
        select(IntakePacket)
        .join(Appointment, Appointment.id == IntakePacket.appointment_id)
        .where(
            IntakePacket.code == PacketCode.INTAKE,
            IntakePacket.done_at.is_(None),
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.closes_at > clock.now(),
            Appointment.status == AppointmentStatus.BOOKED,
            ~told.exists(),
        )
    )
