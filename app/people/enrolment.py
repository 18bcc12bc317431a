"""Clinics, patients and staff come into being here, with their keys and indexes."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db.base import Model, new_id
from app.db.keys import ClinicKey
from app.i18n import LANGUAGES
from app.i18n import gettext as _
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner, Role
from app.refusal import Refusal
from app.security import keyring


class UnknownZone(Refusal):
    pass


class NameMissing(Refusal):
    pass


class NumberTaken(Refusal):
    pass


def open_clinic(
    db: Session,
    *,
    name: str,
    slug: str,
    zone: str,
    phone: str,
    short_name: str = "",
    is_demo: bool = False,
) -> Clinic:
    """Make a clinic with its own data key and index key. Refuses (UnknownZone)."""
    refuse_unknown_zone(zone)
    clinic_id = new_id()
    keys = [keyring.ring().new_clinic_key(clinic_id, number) for number in (keyring.INDEX, 1)]
    clinic = Clinic(
        id=clinic_id,
        name=name,
        short_name=short_name or name.split()[0],
        slug=slug,
        zone=zone,
        phone=phones.normal(phone, "US") if phone else "",
        is_demo=is_demo,
        made_at=clock.now(),
    )
    db.add(clinic)
    db.flush()  # the keys' foreign key needs the row
    for key in keys:
        db.add(
            ClinicKey(
                clinic_id=clinic_id, number=key.number, wrapped=key.wrapped, made_at=clock.now()
            )
        )
    trail.record(db, "open-clinic", agent=None, entity=clinic)
    return clinic


def enrol(
    db: Session,
    clinic: Clinic,
    *,
    given_name: str,
    family_name: str,
    phone: str,
    by: Model | None,
    birth_on: date | None = None,
    language: str = "",
    zone: str = "",
    texts_agreed: bool = True,
) -> Patient:
    """Add a patient. Refuses a missing name, a number that is none, or one that is taken."""
    if not given_name.strip():
        raise NameMissing(_("Enter a first name."), field="given_name")
    zone = zone or clinic.zone
    refuse_unknown_zone(zone)
    number = phones.normal(phone, clinic.country)
    if with_number(db, clinic.id, number) is not None:
        raise NumberTaken(_("Another patient has this number already."), field="phone")
    patient = Patient(
        clinic_id=clinic.id,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        phone=number,
        phone_index=phones.index(db, clinic.id, number),
        birth_on=birth_on,
        language=language if language in LANGUAGES else clinic.language,
        zone=zone,
        texts_agreed_at=clock.now() if texts_agreed else None,
        made_at=clock.now(),
    )
    db.add(patient)
    trail.record(db, "enrol", agent=by, entity=patient)
    return patient


def with_number(db: Session, clinic_id: UUID, number: str) -> Patient | None:
    """The clinic's patient whose normal number this is."""
    return db.scalar(
        select(Patient).where(
            Patient.clinic_id == clinic_id,
            Patient.phone_index.in_(phones.indexes(db, {clinic_id: number})),
        )
    )


def join_staff(
    db: Session,
    clinic: Clinic,
    *,
    role: Role,
    name: str,
    display_name: str,
    phone: str = "",
    by: Model | None,
) -> Practitioner:
    """Add a member of staff, who can sign in only once they took up an invitation."""
    if not display_name.strip():
        raise NameMissing(_("Enter the name that patients will read."), field="display_name")
    practitioner = Practitioner(
        clinic_id=clinic.id,
        role=role,
        name=name.strip() or display_name.strip(),
        display_name=display_name.strip(),
        phone=phones.normal(phone, clinic.country) if phone else "",
        made_at=clock.now(),
    )
    db.add(practitioner)
    trail.record(db, "join-staff", agent=by, entity=practitioner)
    return practitioner


def refuse_unknown_zone(zone: str) -> None:
    """A zone that the time zone database knows. Refuses (UnknownZone) any other."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last: a folder of zones
        raise UnknownZone(_("Choose a time zone from the list."), field="zone") from None
