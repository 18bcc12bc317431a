"""Changing what is known about a patient."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db.base import Model
from app.i18n import LANGUAGES
from app.i18n import gettext as _
from app.people import enrolment, phones
from app.people.models import Patient

# How staff may have made sure who asks for another number.
CHECKED = ("in-person", "by-phone", "by-face")


@dataclass(frozen=True)
class Facts:
    """What a form says about a patient; texts are as they were typed."""

    given_name: str
    family_name: str
    phone: str
    birth_on: date | None
    language: str
    zone: str
    home_address: str
    emergency_name: str
    emergency_phone: str
    texts_agreed: bool


def change(db: Session, patient: Patient, facts: Facts, *, by: Model | None) -> None:
    """Write down what is known now, but for the number: that is `change_number`'s.

    Refuses a missing name, an emergency number that is none, and an unknown zone; nothing is
    changed then.
    """
    country = patient.clinic.country
    if not facts.given_name.strip():
        raise enrolment.NameMissing(_("Enter a first name."), field="given_name")
    enrolment.refuse_unknown_zone(facts.zone)
    emergency_phone = emergency_number(facts.emergency_phone, country)
    patient.given_name = facts.given_name.strip()
    patient.family_name = facts.family_name.strip()
    patient.birth_on = facts.birth_on
    patient.language = facts.language if facts.language in LANGUAGES else patient.language
    patient.zone = facts.zone
    patient.home_address = facts.home_address.strip()
    patient.emergency_name = facts.emergency_name.strip()
    patient.emergency_phone = emergency_phone
    _agree(patient, facts.texts_agreed)
    trail.record(db, "change", agent=by, entity=patient)


def change_number(
    db: Session, patient: Patient, typed: str, checked: str, *, by: Model | None
) -> bool:
    """Write down another number. True when it is another one: much follows then.

    `checked`: how staff know that it is them (CHECKED), for the trail. Refuses a number that is
    none or somebody else's.
    """
    assert checked in CHECKED, "the form offers these"
    is_new = _give_number(db, patient, _free_number(db, patient, typed))
    if is_new:
        trail.record(db, "change-number", agent=by, entity=patient, detail=checked)
    return is_new


def emergency_number(entered: str, country: str) -> str:
    """The number to call for a patient, normal; empty stays empty. Refuses one that is none."""
    if not entered.strip():
        return ""
    try:
        return phones.normal(entered, country)
    except phones.NotAPhoneNumber as refusal:
        refusal.field = "emergency_phone"
        raise


def _free_number(db: Session, patient: Patient, typed: str) -> str:
    number = phones.normal(typed, patient.clinic.country)
    other = enrolment.with_number(db, patient.clinic_id, number)
    if other is not None and other.id != patient.id:
        raise enrolment.NumberTaken(_("Another patient has this number already."), field="phone")
    return number


def _give_number(db: Session, patient: Patient, number: str) -> bool:
    if number == patient.phone:
        return False
    patient.former_phone = patient.phone
    patient.phone, patient.phone_index = number, phones.index(db, patient.clinic_id, number)
    patient.number_changed_at = clock.machine_now()
    patient.number_failed_at = None  # that was the old one
    return True


def _agree(patient: Patient, agreed: bool) -> None:
    if agreed and patient.texts_agreed_at is None:
        patient.texts_agreed_at = clock.now()
    elif not agreed:
        patient.texts_agreed_at = None
