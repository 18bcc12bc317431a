"""The texts of a packet: that there is something to do, once more, and no more once it is done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app import clock, i18n
from app.intake import timing
from app.intake.models import IntakeDoor, IntakePacket, PacketCode
from app.intake.timing import Span
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging import outbox, quiet_hours, texts
from app.messaging.models import Message, Purpose
from app.people.models import Practitioner
from app.plans import kept
from app.plans.plan import STANDARD

_READINESS = (PacketCode.READINESS_EVE, PacketCode.READINESS_MORNING)


def plan(db: Session, packet: IntakePacket) -> None:
    """Give a packet its link and queue its texts anew. What was sent stands and is not repeated.

    The check after a session has no text of its own: it rides on the page of a quiet minute.
    """
    withdraw(db, packet)
    if packet.link is None:
        mint(db, packet)
    assert packet.link is not None, "minted above"
    packet.link.expires_at = packet.closes_at
    if packet.code is not PacketCode.AFTERCARE:
        _queue_first(db, packet)
        _queue_reminder(db, packet)


def mint(db: Session, packet: IntakePacket) -> None:
    """Give a packet a link of its own."""
    packet.link = magic_links.mint(
        db,
        LinkKind.INTAKE,
        clinic_id=packet.clinic_id,
        patient_id=packet.patient_id,
        appointment_id=packet.appointment_id,
        expires_at=packet.closes_at,
    )
    db.flush()  # packet and texts point at its row


def withdraw(db: Session, packet: IntakePacket) -> None:
    """Nothing of it that is still queued leaves any more."""
    if packet.link_id is not None:
        outbox.withdraw_link(db, packet.link_id)


def pull_back(db: Session, packet: IntakePacket) -> None:
    """Its texts do not leave, and its link opens nothing."""
    withdraw(db, packet)
    if packet.link is not None:
        magic_links.revoke(packet.link)


def send_again(db: Session, packet: IntakePacket, *, by: Practitioner) -> Message | None:
    """The same link once more, because somebody at the clinic says so. Counts against no cap."""
    return outbox.enqueue(
        db,
        _purpose(packet),
        _first_words(packet),
        patient=packet.patient,
        due_at=clock.now(),
        expires_at=packet.closes_at,
        appointment_id=packet.appointment_id,
        link=packet.link,
        written_by=by,
    )


def renew_link(db: Session, packet: IntakePacket) -> None:
    """Another link, because the number is another: it is texted anew.

    Browsers that the former one let in are out until the new one is tapped there.
    """
    pull_back(db, packet)
    db.execute(delete(IntakeDoor).where(IntakeDoor.packet_id == packet.id))
    mint(db, packet)
    plan(db, packet)


def _queue_first(db: Session, packet: IntakePacket) -> None:
    _enqueue(db, packet, _purpose(packet), _first_words(packet), packet.opens_at)


def _queue_reminder(db: Session, packet: IntakePacket) -> None:
    if packet.code in _READINESS:
        return
    span = Span(packet.opens_at, packet.due_at, packet.closes_at)
    step = kept.plan_of(db, packet.appointment).intake if packet.appointment else STANDARD.intake
    moment = timing.reminder(span, clock.now(), packet.patient.zone, step)
    if moment is None or not (step.is_on and step.reminds):
        return
    wanted_before = packet.appointment.starts_at if packet.appointment else packet.due_at
    with i18n.using(packet.patient.language):
        body = texts.reminder(packet.patient.clinic, wanted_before, packet.patient.zone)
    _enqueue(db, packet, Purpose.REMINDER, body, moment)


def _enqueue(
    db: Session, packet: IntakePacket, purpose: Purpose, body: str, due_at: datetime
) -> None:
    infusion = packet.appointment
    outbox.enqueue(
        db,
        purpose,
        body,
        patient=packet.patient,
        due_at=quiet_hours.next_awake(due_at, packet.patient.zone),
        expires_at=packet.closes_at,
        appointment_id=packet.appointment_id,
        link=packet.link,
        visit_at=infusion.starts_at if infusion else None,
        once_key=_once(purpose, packet.link_id),
        cap_key=f"before:{infusion.id}" if infusion else None,
    )


def _once(purpose: Purpose, link_id: UUID | None) -> str:
    return f"{purpose}:{link_id}"


def _purpose(packet: IntakePacket) -> Purpose:
    return Purpose.READINESS if packet.code in _READINESS else Purpose.INTAKE


def _first_words(packet: IntakePacket) -> str:
    patient, infusion = packet.patient, packet.appointment
    with i18n.using(patient.language):
        if infusion is None:
            return texts.asked(patient.clinic)
        words = {
            PacketCode.READINESS_EVE: texts.readiness_eve,
            PacketCode.READINESS_MORNING: texts.readiness_morning,
        }.get(packet.code, texts.intake)
        return words(patient.clinic, infusion.starts_at, patient.zone)
