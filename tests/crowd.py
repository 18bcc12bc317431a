"""A clinic on a very full day: many people in their window, every state a board knows, and years
of texts in the inbox. Rows are put there as they would stand, without walking the whole road.
"""

import random
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.db.base import new_id
from app.messaging.models import Direction, Message, MessageStatus, Purpose, Thread
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.tasks.models import StaffTask, TaskCode

_GIVEN = (
    "Ana",
    "Ben",
    "Carla",
    "Dmitri",
    "Elena",
    "Farid",
    "Grace",
    "Hiro",
    "Ines",
    "Jonas",
    "Liam",
)
_FAMILY = ("Abbott", "Barros", "Castillo", "Dawson", "Ellery", "Fontaine", "Guzman", "Huang")
_WINDOW = timedelta(hours=72)
_VISIT = timedelta(minutes=50)
# How many of a hundred stand so.
_STATES = (
    ["confirmed"] * 40
    + ["booked"] * 14
    + ["talked"] * 24
    + ["silent"] * 6
    + ["undelivered"] * 4
    + ["later"] * 3
    + ["opted out"] * 3
    + ["not booked"] * 4
    + ["missed"] * 2
)


def fill_windows(db: Session, clinic: Clinic, clinician: Practitioner, count: int) -> list[Patient]:
    """That many patients whose window is open now, spread over its hours. Always the same ones."""
    dice = random.Random(6)
    patients = [_patient(db, clinic, dice, number) for number in range(count)]
    db.flush()
    ends = [clock.now() - _WINDOW * (number + 0.5) / count for number in range(count)]
    infusions = [_infusion(db, *each) for each in zip(patients, ends, strict=True)]
    booked = []
    for patient, infusion in zip(patients, infusions, strict=True):
        state = dice.choice(_STATES)
        if state != "not booked":
            visit = _visit(patient, infusion, clinician, state, dice)
            db.add(visit)
            booked.append((patient, visit, state))
    db.flush()  # and texts at their visit
    for patient, visit, state in booked:
        _stand(db, patient, visit, state)
    db.flush()
    return patients


def fill_inbox(
    db: Session, clinic: Clinic, patients: list[Patient], texts: int, *, waiting: int = 12
) -> None:
    """That many texts, most of them with a few of the patients; the last `waiting` of whom wait."""
    dice = random.Random(9)
    threads: dict[Patient, Thread] = {}
    for number in range(texts):
        patient = patients[int(len(patients) * dice.random() ** 3)]
        at = clock.now() - timedelta(minutes=9 + 7 * (texts - number))
        if patient not in threads:
            threads[patient] = Thread(
                clinic_id=clinic.id, patient_id=patient.id, last_at=at, unread=0
            )
        threads[patient].last_at = at
        _text(db, patient, at, is_theirs=dice.random() < 0.4, by_itself=dice.random() < 0.7)
    db.add_all(threads.values())
    for wait, patient in enumerate(list(threads)[:waiting]):
        at = clock.now() - timedelta(minutes=3 + 11 * wait)
        threads[patient].opened_at = threads[patient].last_at = at
        threads[patient].unread = 1
        _text(db, patient, at, is_theirs=True, by_itself=False)
    db.flush()


def _patient(db: Session, clinic: Clinic, dice: random.Random, number: int) -> Patient:
    phone = f"+1415{5550000 + number}"
    patient = Patient(
        clinic_id=clinic.id,
        clinic=clinic,
        given_name=dice.choice(_GIVEN),
        family_name=f"{dice.choice(_FAMILY)}-{dice.choice(_FAMILY)}",
        phone=phone,
        phone_index=phones.index(db, clinic.id, phone),
        language=dice.choice(("en", "en", "es")),
        zone=clinic.zone,
        texts_agreed_at=clock.now() - timedelta(days=9),
        made_at=clock.now() - timedelta(days=9),
    )
    db.add(patient)
    return patient


def _infusion(db: Session, patient: Patient, ended_at: datetime) -> Appointment:
    infusion = _appointment(patient, Service.INFUSION, ended_at - timedelta(hours=2), ended_at)
    infusion.status = AppointmentStatus.FULFILLED
    db.add(infusion)
    db.flush()  # what took place points at it
    db.add(
        Encounter(
            clinic_id=patient.clinic_id,
            appointment_id=infusion.id,
            started_at=infusion.starts_at,
            ended_at=ended_at,
        )
    )
    return infusion


def _visit(
    patient: Patient,
    infusion: Appointment,
    clinician: Practitioner,
    state: str,
    dice: random.Random,
) -> Appointment:
    left = infusion.ends_at + _WINDOW - clock.now()
    ahead = clock.now() + left * dice.uniform(0.1, 0.9)
    starts_at = clock.now() - timedelta(hours=1) if state in ("talked", "missed") else ahead
    visit = _appointment(patient, Service.INTEGRATION, starts_at, starts_at + _VISIT)
    visit.follows_id, visit.practitioner_id = infusion.id, clinician.id
    return visit


def _stand(db: Session, patient: Patient, visit: Appointment, state: str) -> None:
    asked_at = clock.now() - timedelta(hours=5)
    if state == "talked":
        visit.status = AppointmentStatus.FULFILLED
    elif state == "missed":
        visit.status = AppointmentStatus.NOSHOW
    elif state == "confirmed":
        visit.confirmed_at = clock.now() - timedelta(hours=1)
    elif state == "later":
        visit.asked_at = asked_at
        db.add(
            StaffTask(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                appointment_id=visit.id,
                code=TaskCode.FIND_A_TIME,
                made_at=asked_at,
            )
        )
    elif state == "opted out":
        patient.opted_out_at = clock.now() - timedelta(minutes=30)
    lost = state == "undelivered"
    sent = MessageStatus.UNDELIVERED if lost else MessageStatus.DELIVERED
    if state != "booked":
        db.add(_about(patient, visit, Purpose.CONFIRM, asked_at, sent))
    due_at = visit.starts_at - timedelta(minutes=5)
    db.add(_about(patient, visit, Purpose.JOIN, due_at, MessageStatus.QUEUED))
    nudge_at = visit.starts_at + timedelta(minutes=3)
    db.add(_about(patient, visit, Purpose.NUDGE, nudge_at, MessageStatus.QUEUED))


def _about(
    patient: Patient, visit: Appointment, purpose: Purpose, at: datetime, status: MessageStatus
) -> Message:
    left = status is not MessageStatus.QUEUED
    return Message(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        appointment_id=visit.id,
        direction=Direction.OUTBOUND,
        purpose=purpose,
        status=status,
        body="Northside: Dr. Okafor is set to see you.",
        number="+13125550142",
        due_at=at,
        sent_at=at if left else None,
        status_at=at if left else None,
        made_at=at - timedelta(days=1),
    )


def _text(db: Session, patient: Patient, at: datetime, *, is_theirs: bool, by_itself: bool) -> None:
    said = "thank you, see you then" if is_theirs else "Northside: see you tomorrow at 10:00am."
    purpose = Purpose.REPLY if is_theirs else Purpose.NOTICE if by_itself else Purpose.WRITTEN
    db.add(
        Message(
            id=new_id(),
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            direction=Direction.INBOUND if is_theirs else Direction.OUTBOUND,
            purpose=purpose,
            status=MessageStatus.RECEIVED if is_theirs else MessageStatus.DELIVERED,
            body=said,
            number="+13125550142",
            due_at=at,
            sent_at=at,
            status_at=at,
            made_at=at,
        )
    )


def _appointment(
    patient: Patient, service: Service, starts_at: datetime, ends_at: datetime
) -> Appointment:
    return Appointment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        service=service,
        status=AppointmentStatus.BOOKED,
        wall_start=wall_time.written(starts_at, patient.zone),
        zone=patient.zone,
        starts_at=starts_at,
        ends_at=ends_at,
        made_at=starts_at - timedelta(days=5),
    )
