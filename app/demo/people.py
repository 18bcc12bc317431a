"""The demo clinic's people. All invented; their numbers are those set aside for fiction."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner, Role
from app.scheduling import staffed_hours
from app.scheduling.staffed_hours import Opening

SLUG = "northside"
ZONE = "America/New_York"
_EVERY_DAY = range(7)


@dataclass(frozen=True)
class House:
    """The clinic and its staff."""

    clinic: Clinic
    dr_patel: Practitioner
    jordan: Practitioner


@dataclass(frozen=True)
class Person:
    """A patient to be enrolled."""

    given_name: str
    family_name: str
    phone: str
    birth_on: date
    home_address: str
    emergency_name: str
    emergency_phone: str
    language: str = "en"
    zone: str = ZONE


SAM = Person(
    "Sam",
    "Ellison",
    "+17185550101",
    date(1988, 5, 17),
    "14 Elm Street, Brooklyn, NY 11201",
    "Alex Ellison",
    "+17185550151",
)
LUCIA = Person(
    "Lucía",
    "Ortega",
    "+17185550102",
    date(1979, 11, 2),
    "208 Garden Place, Queens, NY 11101",
    "Mateo Ortega",
    "+17185550152",
    language="es",
)
MORGAN = Person(
    "Morgan",
    "Weiss",
    "+13035550103",
    date(1993, 2, 9),
    "31 Aspen Row, Denver, CO 80203",
    "Jules Weiss",
    "+13035550153",
    zone="America/Denver",
)
ROBIN = Person(
    "Robin",
    "Hale",
    "+19175550104",
    date(1966, 8, 30),
    "5 Harbor Lane, Staten Island, NY 10301",
    "Pat Hale",
    "+19175550154",
)
CASEY = Person(
    "Casey",
    "Lindqvist",
    "+16465550105",
    date(1971, 6, 21),
    "77 Orchard Walk, New York, NY 10002",
    "Noa Lindqvist",
    "+16465550155",
)
AVERY = Person(
    "Avery",
    "Brooks",
    "+13475550106",
    date(1999, 1, 12),
    "160 Mill Road, Bronx, NY 10451",
    "Dana Brooks",
    "+13475550156",
)
EMERY = Person(
    "Emery",
    "Vance",
    "+19145550107",
    date(1984, 9, 23),
    "9 Quarry Street, Yonkers, NY 10701",
    "Ira Vance",
    "+19145550157",
)

EVERYBODY = (SAM, LUCIA, MORGAN, ROBIN, CASEY, AVERY, EMERY)


def open_house(database: Database) -> None:
    """Open the clinic with its staff and hours."""
    with database.session() as db:
        clinic = enrolment.open_clinic(
            db,
            name="Northside Clinic",
            short_name="Northside",
            slug=SLUG,
            zone=ZONE,
            phone="+17185550100",
            is_demo=True,
        )
        clinic.food_stops_hours, clinic.fluids_stop_hours = 6, 2
        dr_patel = _join(db, clinic, Role.CLINICIAN, "Anika Patel", "Dr. Patel", "+17185550191")
        dr_patel.on_call_rank = 2
        dr_patel.room_url = "https://rooms.example/dr-patel"
        staffed_hours.set_hours(db, clinic, None, _daily((8, 18)), by=None)
    # A transaction of its own: rows of one millisecond have no order, and Dr. Patel is the first.
    with database.session() as db:
        jordan = _join(db, clinic, Role.COORDINATOR, "Jordan Reed", "Jordan", "+17185550192")
        jordan.on_call_rank = 1
        _join(db, clinic, Role.ADMINISTRATOR, "Ines Albrecht", "Ines", "+17185550193")


def house(db: Session) -> House:
    """The demo clinic and its staff, as this transaction sees them."""
    at = clinic(db)
    return House(at, demo_clinician(db), _first(db, at, Role.COORDINATOR))


def clinic(db: Session) -> Clinic:
    """The demo clinic."""
    return db.scalars(select(Clinic).where(Clinic.slug == SLUG)).one()


def demo_clinician(db: Session) -> Practitioner:
    """Who is signed in on the stage's console."""
    return _first(db, clinic(db), Role.CLINICIAN)


def give_afternoons(db: Session) -> None:
    """What is seeded takes the clinician's afternoons alone."""
    _give(db, (14, 18))


def give_whole_days(db: Session) -> None:
    """From here on every morning is free."""
    _give(db, (9, 13), (14, 18))


def enrol(db: Session, person: Person) -> Patient:
    """Enrol a patient with what staff need in an emergency."""
    at = house(db)
    patient = enrolment.enrol(
        db,
        at.clinic,
        given_name=person.given_name,
        family_name=person.family_name,
        phone=person.phone,
        birth_on=person.birth_on,
        language=person.language,
        zone=person.zone,
        by=at.jordan,
    )
    patient.home_address = person.home_address
    patient.emergency_name = person.emergency_name
    patient.emergency_phone = person.emergency_phone
    db.flush()  # what is booked next asks the row for its clinic
    return patient


def find(db: Session, person: Person) -> Patient | None:
    """The patient whom `enrol` made, if it did."""
    return enrolment.with_number(db, clinic(db).id, person.phone)


def _first(db: Session, clinic: Clinic, role: Role) -> Practitioner:
    """The first with a role who works there; somebody else where roles were changed."""
    return db.scalars(
        select(Practitioner)
        .where(Practitioner.clinic_id == clinic.id)
        .order_by(
            Practitioner.disabled_at.is_not(None), Practitioner.role != role, Practitioner.made_at
        )
        .limit(1)
    ).one()


def _give(db: Session, *hours: tuple[int, int]) -> None:
    at = house(db)
    staffed_hours.set_hours(db, at.clinic, at.dr_patel, _daily(*hours), by=at.jordan)


def _join(
    db: Session, clinic: Clinic, role: Role, name: str, display_name: str, phone: str
) -> Practitioner:
    return enrolment.join_staff(
        db, clinic, role=role, name=name, display_name=display_name, phone=phone, by=None
    )


def _daily(*hours: tuple[int, int]) -> list[Opening]:
    return [
        Opening(weekday, time(opens), time(closes))
        for weekday in _EVERY_DAY
        for opens, closes in hours
    ]
