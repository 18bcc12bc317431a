"""Stores what patients text. What it means for a visit is understood a floor above."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, live
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Clinic


def receive(
    db: Session, clinic: Clinic, number: str, body: str, *, sid: str, at: datetime
) -> Message | None:
    """Store a text from a patient's normal number.

    None when nobody has it, or `sid` was stored before.
    """
    patient = enrolment.with_number(db, clinic.id, number)
    if patient is None or db.scalar(select(Message.id).where(Message.provider_sid == sid)):
        return None
    message = Message(
        clinic_id=clinic.id,
        patient_id=patient.id,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
        status=MessageStatus.RECEIVED,
        body=body,
        number=number,
        due_at=at,
        sent_at=at,
        provider_sid=sid,
        made_at=clock.now(),
    )
    message.patient = patient
    db.add(message)
    live.publish(db, f"desk:{clinic.id}")
    return message
