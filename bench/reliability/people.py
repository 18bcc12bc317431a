"""Who is in an installation that is experimented on, and how they come in without a browser."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.access import api_keys, web_sessions
from app.access.models import SessionKind, Strength
from app.db.engine import Database
from app.intake import packets
from app.links import magic_links
from app.links.models import LinkKind
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner, Role
from app.questionnaires import library
from app.scheduling.models import Appointment, AppointmentStatus, Service, StaffedHours
from app.web.visitors import COOKIES

_FIRST_NUMBER = 1000


@dataclass(frozen=True)
class People:
    """One clinic with its staff and patients, and the one next door with a patient."""

    clinic: Clinic
    clinician: Practitioner
    coordinator: Practitioner
    administrator: Practitioner
    patients: list[Patient]
    fhir_key: str  # a bearer key for everything of the clinic
    neighbour: Clinic
    neighbours_administrator: Practitioner
    neighbours_patient: Patient


@dataclass(frozen=True)
class Errand:
    """A patient who has a visit by video in a few minutes, its link, and a form to fill in."""

    patient: Patient
    appointment_id: UUID
    token: str
    packet_id: UUID


def zone_by_day() -> str:
    """A zone in which it is about noon: nobody's texts wait for the morning."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # POSIX counts to the west


def gather(database: Database, patients: int, zone: str = "America/New_York") -> People:
    """Enrol everybody."""
    with database.session() as db:
        clinic = _clinic(db, "Northside Clinic", "northside", "+13125550110", zone)
        neighbour = _clinic(db, "Lakeview Practice", "lakeview", "+13125550120", zone)
        _, key = api_keys.create(db, clinic, "Records", by=None)
        return People(
            clinic,
            _staff(db, clinic, Role.CLINICIAN, "Dr. Okafor", "+13125550111"),
            _staff(db, clinic, Role.COORDINATOR, "Jordan", "+13125550112"),
            _staff(db, clinic, Role.ADMINISTRATOR, "Ada", "+13125550113"),
            [_patient(db, clinic, number) for number in range(patients)],
            key,
            neighbour,
            _staff(db, neighbour, Role.ADMINISTRATOR, "Lake", "+13125550121"),
            _patient(db, neighbour, 9999 - _FIRST_NUMBER),
        )


def cookies_of(
    database: Database,
    person: Patient | Practitioner,
    strength: Strength = Strength.PASSKEY,
) -> dict[str, str]:
    """The cookie of a browser on which that person is signed in from now on."""
    is_staff = isinstance(person, Practitioner)
    kind = SessionKind.STAFF if is_staff else SessionKind.PATIENT
    with database.session() as db:
        _, token = web_sessions.start(
            db,
            kind,
            clinic_id=person.clinic_id,
            patient=None if is_staff else person,
            practitioner=person if is_staff else None,
            strength=strength,
        )
    return {COOKIES[kind]: token}


def errand(database: Database, patient: Patient, clinician: Practitioner) -> Errand:
    """Book the visit, mint its link, ask for the form (seven questions, each on its page)."""
    with database.session() as db:
        patient = db.get_one(Patient, patient.id)
        visit = _visit(db, patient, clinician)
        link = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            appointment_id=visit.id,
            expires_at=visit.ends_at + magic_links.JOIN_OUTLIVES_VISIT,
        )
        packet = packets.ask(db, patient, [library.shipped(db, "gad-7")], by=None)
        db.flush()
        return Errand(patient, visit.id, magic_links.token_of(link), packet.id)


def _visit(db: Session, patient: Patient, clinician: Practitioner) -> Appointment:
    starts_at = clock.now() + timedelta(minutes=5)
    visit = Appointment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        practitioner_id=clinician.id,
        service=Service.INTEGRATION,
        status=AppointmentStatus.BOOKED,
        wall_start=wall_time.written(starts_at, patient.zone),
        zone=patient.zone,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        made_at=clock.now(),
    )
    db.add(visit)
    db.flush()  # its link points at it
    return visit


def _clinic(db: Session, name: str, slug: str, phone: str, zone: str) -> Clinic:
    clinic = enrolment.open_clinic(db, name=name, slug=slug, zone=zone, phone=phone)
    for weekday in range(7):
        db.add(StaffedHours(clinic_id=clinic.id, weekday=weekday, opens=time(0), closes=time(23)))
    return clinic


def _staff(db: Session, clinic: Clinic, role: Role, name: str, phone: str) -> Practitioner:
    return enrolment.join_staff(
        db, clinic, role=role, name=name, display_name=name, phone=phone, by=None
    )


def _patient(db: Session, clinic: Clinic, number: int) -> Patient:
    return enrolment.enrol(
        db,
        clinic,
        given_name=f"Patient {number}",
        family_name="Of Many",
        phone=f"+1312555{_FIRST_NUMBER + number:04d}",
        birth_on=date(1990, 4, 12),
        by=None,
    )
