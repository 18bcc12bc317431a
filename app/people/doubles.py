"""Two records that may be one person: the same name and the same birth date."""

from datetime import date
from itertools import combinations
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.people import directory, names
from app.people.models import Patient, Practitioner, ToldApart

Pair = tuple[UUID, UUID]


def of_clinic(db: Session, clinic_id: UUID) -> list[Pair]:
    """Every pair that looks like one person and that nobody has told apart."""
    alike = directory.of(db, clinic_id).alike
    if not alike:
        return []
    apart = _told_apart(db, clinic_id)
    pairs = [pair for ids in alike for pair in combinations(ids, 2)]
    return [pair for pair in pairs if frozenset(pair) not in apart]


def of_patient(db: Session, patient: Patient) -> list[Patient]:
    """Who else at the clinic may be this patient, by name."""
    pairs = of_clinic(db, patient.clinic_id)
    others = {each for pair in pairs if patient.id in pair for each in pair} - {patient.id}
    rows = db.scalars(select(Patient).where(Patient.id.in_(others))) if others else ()
    return [row for row in rows if row.is_active]


def like(
    db: Session, clinic_id: UUID, given: str, family: str, birth_on: date | None
) -> list[Patient]:
    """Who is on the list already with this name and birth date. Nobody when it is not known."""
    if birth_on is None:
        return []
    wanted = directory.likeness(*names.sorted_by(given, family), birth_on.isoformat())
    ids = [
        each.id
        for each in directory.of(db, clinic_id).in_order
        if each.born and not each.is_put_away
        if directory.likeness(*each.order, each.born) == wanted
    ]
    return list(db.scalars(select(Patient).where(Patient.id.in_(ids)))) if ids else []


def tell_apart(db: Session, patient: Patient, other: Patient, *, by: Practitioner) -> None:
    """They are two: nobody is asked about them again. Twice changes nothing."""
    if frozenset((patient.id, other.id)) in _told_apart(db, patient.clinic_id):
        return
    db.add(
        ToldApart(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            other_id=other.id,
            by_id=by.id,
            made_at=clock.now(),
        )
    )
    trail.record(db, "tell-apart", agent=by, entity=patient, detail=str(other.id))


def _told_apart(db: Session, clinic_id: UUID) -> set[frozenset[UUID]]:
    rows = db.execute(
        select(ToldApart.patient_id, ToldApart.other_id).where(ToldApart.clinic_id == clinic_id)
    )
    return {frozenset((first, second)) for first, second in rows}
