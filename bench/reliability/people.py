"""Who is in an installation that is experimented on, and how they come in without a browser."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy.orm import Session

from app.access import api_keys, web_sessions
from app.access.models import SessionKind, Strength
from app.db.engine import Database
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner, Role
from app.scheduling.models import StaffedHours
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


def gather(database: Database, patients: int) -> People:
    """Enrol everybody."""
    with database.session() as db:
        clinic = _clinic(db, "Northside Clinic", "northside", "+13125550110")
        neighbour = _clinic(db, "Lakeview Practice", "lakeview", "+13125550120")
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


def _clinic(db: Session, name: str, slug: str, phone: str) -> Clinic:
    clinic = enrolment.open_clinic(db, name=name, slug=slug, zone="America/New_York", phone=phone)
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
