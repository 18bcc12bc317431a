"""The people of every test. A test states only what differs."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner, Role
from app.scheduling.models import (
    Appointment,
    AppointmentStatus,
    Encounter,
    Service,
    StaffedHours,
)


@dataclass(frozen=True)
class Cast:
    """Maya had her infusion yesterday; Dr.

    Okafor sees her tomorrow at 10:00. Theo is the outsider.
    """

    clinic: Clinic
    dr_okafor: Practitioner
    jordan: Practitioner  # coordinator
    ada: Practitioner  # administrator
    maya: Patient
    theo: Patient
    infusion: Appointment
    integration_visit: Appointment
    neighbour: Clinic
    dr_lind: Practitioner
    noor: Patient  # the neighbour clinic's


def gather(db: Session) -> Cast:
    """Store the cast. The clock must stand at Friday noon, clinic time."""
    clinic = enrolment.open_clinic(
        db, name="Northside Clinic", slug="northside", zone="America/New_York", phone="+13125550110"
    )
    neighbour = enrolment.open_clinic(
        db, name="Lakeview Practice", slug="lakeview", zone="America/Chicago", phone="+13125550120"
    )
    dr_okafor = _staff(db, clinic, Role.CLINICIAN, "Dr. Okafor", "+13125550111")
    jordan = _staff(db, clinic, Role.COORDINATOR, "Jordan", "+13125550112")
    ada = _staff(db, clinic, Role.ADMINISTRATOR, "Ada", "+13125550113")
    dr_lind = _staff(db, neighbour, Role.CLINICIAN, "Dr. Lind", "+13125550121")
    _open_every_day(db, clinic)
    _open_every_day(db, neighbour)
    maya = _patient(db, clinic, "Maya", "Osei", "+13125550142", date(1990, 4, 12))
    theo = _patient(db, clinic, "Theo", "Brandt", "+13125550143", date(1984, 9, 3))
    noor = _patient(db, neighbour, "Noor", "Haddad", "+13125550144", date(1979, 1, 30))
    db.flush()
    yesterday = clock.now() - timedelta(hours=22)
    infusion = _appointment(
        db, maya, None, Service.INFUSION, yesterday - timedelta(hours=2), yesterday
    )
    infusion.status = AppointmentStatus.FULFILLED
    db.add(
        Encounter(
            clinic_id=clinic.id,
            appointment_id=infusion.id,
            started_at=infusion.starts_at,
            ended_at=infusion.ends_at,
        )
    )
    tomorrow_ten = clock.now() + timedelta(hours=22)
    integration_visit = _appointment(
        db,
        maya,
        dr_okafor,
        Service.INTEGRATION,
        tomorrow_ten,
        tomorrow_ten + timedelta(minutes=50),
    )
    integration_visit.follows_id = infusion.id
    db.flush()
    return Cast(
        clinic,
        dr_okafor,
        jordan,
        ada,
        maya,
        theo,
        infusion,
        integration_visit,
        neighbour,
        dr_lind,
        noor,
    )


def _staff(db: Session, clinic: Clinic, role: Role, name: str, phone: str) -> Practitioner:
    return enrolment.join_staff(
        db, clinic, role=role, name=name, display_name=name, phone=phone, by=None
    )


def _patient(
    db: Session, clinic: Clinic, given_name: str, family_name: str, phone: str, birth_on: date
) -> Patient:
    return enrolment.enrol(
        db,
        clinic,
        given_name=given_name,
        family_name=family_name,
        phone=phone,
        birth_on=birth_on,
        by=None,
    )


def _open_every_day(db: Session, clinic: Clinic) -> None:
    for weekday in range(7):
        db.add(StaffedHours(clinic_id=clinic.id, weekday=weekday, opens=time(9), closes=time(17)))


def _appointment(
    db: Session,
    patient: Patient,
    practitioner: Practitioner | None,
    service: Service,
    starts_at: datetime,
    ends_at: datetime,
) -> Appointment:
    clinic = db.get_one(Clinic, patient.clinic_id)

    appointment = Appointment(
        clinic_id=clinic.id,
        patient_id=patient.id,
        practitioner_id=practitioner.id if practitioner else None,
        service=service,
        status=AppointmentStatus.BOOKED,
        wall_start=wall_time.written(starts_at, clinic.zone),
        zone=clinic.zone,
        starts_at=starts_at,
        ends_at=ends_at,
        made_at=clock.now(),
    )
    db.add(appointment)
    return appointment
