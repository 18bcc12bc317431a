"""What was asked goes along when its infusion moves, and is withdrawn when nobody wants it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.db.base import Model
from app.intake import packet_texts, packets, resting, timing
from app.intake.models import IntakePacket, PacketCode, TaskState
from app.intake.timing import Span
from app.people.models import Patient
from app.plans import kept
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import TaskCode


def take_along(db: Session, infusion: Appointment, *, by: Model | None) -> None:
    """An infusion has another time: what is still open goes along. What was sent stands.

    A check that was asked already was for a day that is gone: another one takes its place.
    """
    if infusion.starts_at <= clock.now():
        return
    for packet in packets.packets_of(db, infusion):
        if packet.code in packets.CHECKS:
            _move_check(db, packet, infusion, by)
        elif packet.done_at is None:
            give_time(db, packet, infusion)
    packets.assign_checks(db, infusion, by=by)


def give_to_the_first(db: Session, patient: Patient) -> None:
    """Forms that are still open belong before the next infusion, whichever that is now."""
    first = next(iter(ahead(db, patient.id)), None)
    if first is None:
        return
    db.flush()  # what was just asked, or withdrawn, counts
    for packet in open_packets(db, patient):
        infusion = packet.appointment
        if packet.code is not PacketCode.INTAKE or infusion is None:
            continue
        if infusion.starts_at > first.starts_at and not _has_forms(db, first):
            packet.appointment = first
            give_time(db, packet, first)


def ahead(db: Session, patient_id: UUID) -> list[Appointment]:
    """A patient's infusions that are booked and have not begun, the next one first."""
    return list(
        db.scalars(
            select(Appointment)
            .where(
                Appointment.patient_id == patient_id,
                Appointment.service == Service.INFUSION,
                Appointment.status == AppointmentStatus.BOOKED,
                Appointment.starts_at > clock.now(),
            )
            .order_by(Appointment.starts_at)
        )
    )


def give_time(db: Session, packet: IntakePacket, infusion: Appointment) -> None:
    """Ask the forms before this infusion, as its plan has it. What was asked stays asked."""
    step, opens_at = kept.plan_of(db, infusion).intake, packet.opens_at
    if opens_at > clock.now():
        rested_at = resting.rests_until(db, packet.patient_id) or clock.now()
        opens_at = max(timing.opens(infusion.starts_at, clock.now(), step), rested_at)
    move(db, packet, timing.intake(infusion.starts_at, opens_at, step))


def withdraw(db: Session, infusion: Appointment, *, by: Model | None) -> None:
    """An infusion is called off: nothing before it is asked any more."""
    for packet in packets.packets_of(db, infusion):
        cancel(db, packet, by=by)


def cancel(db: Session, packet: IntakePacket, *, by: Model | None) -> None:
    """Pull a packet back: its link opens nothing, its texts do not leave. Twice changes nothing."""
    if packet.cancelled_at is not None:
        return
    packet.cancelled_at = clock.now()
    packet_texts.pull_back(db, packet)
    for task in packets.tasks_of(db, packet):
        if task.state in packets.OPEN:
            task.state = TaskState.CANCELLED
    if packet.appointment_id is not None:
        desk.settle(db, TaskCode.INTAKE_LATE, packet.appointment_id)
    trail.record(db, "pull-back-packet", agent=by, entity=packet)
    live.publish(db, f"desk:{packet.clinic_id}")


def is_over(db: Session, infusion: Appointment) -> None:
    """It took place: nobody reminds the patient or has to phone them about its forms."""
    for packet in packets.packets_of(db, infusion):
        packet_texts.withdraw(db, packet)
    desk.settle(db, TaskCode.INTAKE_LATE, infusion.id)


def follow_texts(db: Session, patient: Patient) -> None:
    """A patient takes texts now, or no more: what is open is texted about again, or is not."""
    for packet in open_packets(db, patient):
        if patient.takes_texts:
            packet_texts.plan(db, packet)
        else:
            packet_texts.withdraw(db, packet)


def follow_number(db: Session, patient: Patient) -> None:
    """A patient has another number: what is open gets another link, texted there."""
    for packet in open_packets(db, patient):
        packet_texts.renew_link(db, packet)


def open_packets(db: Session, patient: Patient) -> list[IntakePacket]:
    """What a patient was asked and has not done, what opened first in front."""
    return list(
        db.scalars(
            select(IntakePacket)
            .where(
                IntakePacket.patient_id == patient.id,
                IntakePacket.code != PacketCode.ASSESSMENT,
                IntakePacket.done_at.is_(None),
                IntakePacket.cancelled_at.is_(None),
                IntakePacket.closes_at > clock.now(),
            )
            .order_by(IntakePacket.opens_at)
        )
    )


def _move_check(db: Session, packet: IntakePacket, infusion: Appointment, by: Model | None) -> None:
    now = clock.now()
    span = packets.span_of(db, infusion, packet.code)
    if span is None or (packet.opens_at <= now < span.opens_at):
        cancel(db, packet, by=by)
    elif packet.done_at is None:
        move(db, packet, span)


def move(db: Session, packet: IntakePacket, span: Span) -> None:
    """Ask it at another time. What was sent stands."""
    packet.opens_at, packet.due_at, packet.closes_at = span.opens_at, span.due_at, span.closes_at
    packet_texts.plan(db, packet)
    # Without texts somebody has to phone whatever the time is.
    is_early = packet.due_at > clock.now() and packet.patient.takes_texts
    if is_early and packet.appointment_id is not None:
        desk.settle(db, TaskCode.INTAKE_LATE, packet.appointment_id)


def _has_forms(db: Session, infusion: Appointment) -> bool:
    return any(each.code is PacketCode.INTAKE for each in packets.packets_of(db, infusion))
