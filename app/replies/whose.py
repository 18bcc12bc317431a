"""Whose a text is, by the number it came from, among all clinics of the installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.messaging.models import Direction, Message, Thread
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class NoClinic(Exception):
    """There is no clinic yet that could keep a text."""


@dataclass(frozen=True)
class Writer:
    """Who wrote. Neither patient nor practitioner: a stranger."""

    clinic: Clinic
    number: str
    patient: Patient | None = None
    practitioner: Practitioner | None = None
    elsewhere: tuple[Patient, ...] = ()  # the same number at other clinics


def find(db: Session, sender: str, to: str) -> Writer:
    """Who wrote from `sender`, to the number `to` of ours. Raises NoClinic.

    Of several clinics that know the number, the one that texted it last. A stranger is shown to the
    clinic that knows the number from before, else to the one whose number was written to, else to
    the first.
    """
    number = _normal(sender)
    clinics = db.scalars(select(Clinic).order_by(Clinic.made_at, Clinic.id)).all()
    if not clinics:
        raise NoClinic
    if patients := _patients(db, clinics, number):
        first, *others = patients
        return Writer(first.clinic, number, patient=first, elsewhere=tuple(others))
    practitioner = _practitioner(db, number)
    if practitioner is not None:
        return Writer(practitioner.clinic, number, practitioner=practitioner)
    return Writer(_of_stranger(db, clinics, number, _normal(to)), number)


def _normal(number: str) -> str:
    try:
        return phones.normal(number, "US")
    except Refusal:
        return number.strip()  # a short code, or a name in place of a number


def _patients(db: Session, clinics: Sequence[Clinic], number: str) -> list[Patient]:
    indexes = phones.indexes(db, {clinic.id: number for clinic in clinics})
    found = db.scalars(
        select(Patient).options(joinedload(Patient.clinic)).where(Patient.phone_index.in_(indexes))
    ).all()
    if len(found) < 2:
        return list(found)
    texted = _last_texted(db, [patient.id for patient in found])
    return sorted(
        found, key=lambda patient: (texted.get(patient.id, _NEVER), patient.made_at), reverse=True
    )


def _last_texted(db: Session, patient_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = db.execute(
        select(Message.patient_id, func.max(Message.sent_at))
        .where(Message.patient_id.in_(patient_ids), Message.direction == Direction.OUTBOUND)
        .group_by(Message.patient_id)
    )
    return {patient_id: moment for patient_id, moment in rows if patient_id and moment}


def _practitioner(db: Session, number: str) -> Practitioner | None:
    # Staff's numbers have no index: there are few of them, and few strangers ask for it.
    everybody = db.scalars(
        select(Practitioner)
        .options(joinedload(Practitioner.clinic))
        .where(Practitioner.phone_sealed.is_not(None), Practitioner.disabled_at.is_(None))
        .order_by(Practitioner.made_at)
    )
    return next((each for each in everybody if each.phone == number), None)


def _of_stranger(db: Session, clinics: Sequence[Clinic], number: str, to: str) -> Clinic:
    by_id = {clinic.id: clinic for clinic in clinics}
    by_index = phones.indexes(db, dict.fromkeys(by_id, number))
    known = db.scalar(
        select(Thread.number_index)
        .where(Thread.number_index.in_(by_index))
        .order_by(Thread.last_at.desc())
        .limit(1)
    )
    if known is not None:
        return by_id[by_index[known]]
    return next((clinic for clinic in clinics if clinic.phone == to), clinics[0])
