"""What staff and patients of the story do, each at its moment: by the clinic's own rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.demo import filling, people, texting
from app.demo.filling import Answers
from app.demo.people import Person
from app.people.models import Patient
from app.protocols import infusions
from app.scheduling import booking
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, Service

SESSION = timedelta(minutes=90)
_VISIT = timedelta(minutes=50)


def book(db: Session, *, person: Person, starts_at: datetime) -> None:
    """An infusion, and with it the visit that follows."""
    house = people.house(db)
    infusions.book(
        db,
        patient=patient_of(db, person),
        service=Service.INFUSION,
        starts_at=starts_at,
        ends_at=starts_at + SESSION,
        by=house.jordan,
    )


def prepare(db: Session, *, person: Person, starts_at: datetime) -> None:
    """A talk with the clinician before the first session."""
    house = people.house(db)
    infusions.book(
        db,
        patient=patient_of(db, person),
        service=Service.PREPARATION,
        starts_at=starts_at,
        ends_at=starts_at + _VISIT,
        practitioner=house.dr_patel,
        by=house.jordan,
    )


def move(db: Session, *, person: Person, starts_at: datetime) -> None:
    """The visit, to a time that suits them better."""
    infusions.reschedule(db, visit_of(db, person), starts_at, by=people.house(db).jordan)


def reply(db: Session, *, person: Person, words: str) -> None:
    """A text from their phone."""
    texting.come_in(db, person.phone, people.clinic(db).phone, words)


def fill(db: Session, *, person: Person, forms: Mapping[str, Answers]) -> None:
    """Some of what they were asked, on their phone, to the end of each form."""
    for slug, answers in forms.items():
        filling.fill(db, patient_of(db, person), slug, answers)


def leave_off(db: Session, *, person: Person) -> None:
    """They stop in the middle of a form."""
    filling.fill(db, patient_of(db, person), "medical-history", {}, until="mind-history")


def at_the_desk(db: Session, *, person: Person) -> None:
    """Whatever is open is done at the clinic."""
    filling.do_the_rest(db, patient_of(db, person))


def end(db: Session, *, person: Person, ended_at: datetime) -> None:
    """The coordinator records when the infusion ended."""
    infusions.record_end(db, _infusion(db, person), ended_at, by=people.house(db).jordan)


def hold(db: Session, *, person: Person) -> None:
    """The visit takes place, and ends now."""
    booking.complete(db, visit_of(db, person), clock.now(), by=people.house(db).dr_patel)


def call_off(db: Session, *, person: Person) -> None:
    """The clinician cannot be there after all; somebody has to find another time."""
    infusions.cancel(db, visit_of(db, person), by=people.house(db).jordan)


def patient_of(db: Session, person: Person) -> Patient:
    """Their row; whoever comes for the first time is enrolled."""
    return people.find(db, person) or people.enrol(db, person)


def visit_of(db: Session, person: Person) -> Appointment:
    """The visit that follows the infusion that was booked last."""
    visit = windows.visit_after(db, _infusion(db, person))
    assert visit is not None, "booked with the infusion"
    return visit


def _infusion(db: Session, person: Person) -> Appointment:
    """The one that was booked last."""
    patient = people.find(db, person)
    assert patient is not None, "booked before"
    return db.scalars(
        select(Appointment)
        .where(Appointment.patient_id == patient.id, Appointment.service == Service.INFUSION)
        .order_by(Appointment.starts_at.desc())
        .limit(1)
    ).one()
