"""A packet is done when nothing of it is left."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.intake import packet_texts
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskState
from app.tasks import desk
from app.tasks.models import TaskCode


def finish(db: Session, packet: IntakePacket) -> None:
    """If all of a packet is done, nobody is reminded and nobody has to phone.

    A candidate who is through becomes a task for staff. Twice changes nothing.
    """
    db.flush()  # the question below is about rows
    if packet.done_at is not None:
        return
    # One at a time: of the last two things, sent in one instant, one sees that the other is done.
    one = select(IntakePacket.id).where(IntakePacket.id == packet.id)
    db.execute(one.with_for_update(key_share=True))
    if db.scalar(_left(packet).limit(1)) is not None:
        return
    packet.done_at = clock.now()
    packet_texts.withdraw(db, packet)
    if packet.appointment_id is not None:
        desk.settle(db, TaskCode.INTAKE_LATE, packet.appointment_id)
    if packet.code is PacketCode.ASSESSMENT:
        desk.open_task(db, TaskCode.CANDIDATE, packet.patient, by=packet.patient)


def _left(packet: IntakePacket) -> Select[UUID]:
    return select(IntakeTask.id).where(
        IntakeTask.packet_id == packet.id,
        IntakeTask.state.not_in((TaskState.COMPLETED, TaskState.CANCELLED)),
    )
