"""Signing in by a six-digit code: ten minutes, five tries, once, in the browser that asked.

Asking costs the same whether the number is known or not: one look-up, one row. The text is made
later, by the worker (`code_texts`), so neither the answer nor its time tells who is a patient
here. Machine time.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.access import code_limits, one_time_codes
from app.access.code_limits import TooManyCodes as TooManyCodes
from app.access.models import SignInCode
from app.access.one_time_codes import LIVES, TRIES, nothing_asked
from app.people import phones
from app.people.models import Clinic, Patient
from app.security.tokens import hash_token

# A number that staff changed today may be a mistake or a fraud: for a day no code goes to it.
NEW_NUMBER_WAITS = timedelta(hours=24)
_PURPOSE = b"code"
TOPIC = "sign-in-codes"  # wakes whoever texts them

Choose = Callable[[Session, Sequence[Patient]], Patient]


def send(db: Session, typed: str, *, browser: str, network: str, choose: Choose) -> None:
    """Have a code texted to whoever has this number, in whichever clinic.

    A code asked for earlier in the same browser falls. `choose` picks among several patients with
    one number (of neighbouring clinics). Refuses what is no number (NotAPhoneNumber) and too many
    requests (TooManyCodes), known and unknown numbers alike. To a number for which codes were
    guessed nothing goes for a while, and nobody who asks is told.
    """
    countries = db.execute(select(Clinic.id, Clinic.country))
    numbers = _readings(typed, {row.id: row.country for row in countries})
    patients = with_number(db, numbers)
    own = code_limits.own_to(db, browser, patients)
    code_limits.refuse_too_many(db, set(numbers.values()), network, own)
    if code_limits.are_guessed(db, set(numbers.values()), own):
        patients = []
    patient = choose(db, patients) if len(patients) > 1 else next(iter(patients), None)
    browser_hash = hash_token(browser)
    db.execute(delete(SignInCode).where(SignInCode.browser_hash == browser_hash))
    db.add(_new_code(patient, browser_hash))
    live.publish(db, TOPIC)


def verify(db: Session, typed: str, *, browser: str) -> Patient | None:
    """The patient whom the code lets in, or None when their birth date is still to be asked.

    Refuses NothingAsked, and WrongCode, which counts the try.
    """
    sign_in_code = waiting_in(db, browser)
    if sign_in_code is None or not one_time_codes.take_try(
        db, sign_in_code, SignInCode.spent_at.is_(None)
    ):
        raise nothing_asked()
    is_right = one_time_codes.is_right(sign_in_code, _PURPOSE, typed)
    if not is_right or sign_in_code.patient_id is None:
        code_limits.note_wrong(db, sign_in_code, browser=browser)
        raise one_time_codes.wrong(db, sign_in_code)
    code_limits.forget_wrong(db, db.get_one(Patient, sign_in_code.patient_id), browser=browser)
    return prove(db, sign_in_code)


def waiting_in(db: Session, browser: str) -> SignInCode | None:
    """The code that this browser asked for and has not shown yet."""
    return db.scalar(
        select(SignInCode)
        .where(
            SignInCode.browser_hash == hash_token(browser),
            SignInCode.spent_at.is_(None),
            SignInCode.tries_left > 0,
            SignInCode.expires_at > clock.machine_now(),
        )
        .order_by(SignInCode.expires_at.desc())
    )


def prove(db: Session, sign_in_code: SignInCode) -> Patient | None:
    """Spend a code that was rightly shown. Answers as `verify`; refuses (NothingAsked) twice."""
    now = clock.machine_now()
    spent = db.scalar(
        update(SignInCode)
        .where(SignInCode.id == sign_in_code.id, SignInCode.spent_at.is_(None))
        .values(spent_at=now)
        .returning(SignInCode.id)
    )
    if spent is None or sign_in_code.patient_id is None:
        raise nothing_asked()
    patient = db.get_one(Patient, sign_in_code.patient_id)
    if patient.birth_on is not None:
        return None
    sign_in_code.opened_at = now
    return patient


def digits_of(sign_in_code: SignInCode) -> str:
    """The six digits, derived anew. Raises KeyError when the secret key was retired."""
    return one_time_codes.digits_of(sign_in_code, _PURPOSE)


def held_until(patient: Patient) -> datetime | None:
    """Until when no code goes to a number that was changed lately. None: codes go to it."""
    if patient.number_changed_at is None:
        return None
    until = patient.number_changed_at + NEW_NUMBER_WAITS
    return until if until > clock.machine_now() else None


def forget_old(db: Session) -> None:
    """Drop codes that are over. For the worker."""
    db.execute(delete(SignInCode).where(SignInCode.expires_at < clock.machine_now() - LIVES))


def _readings(typed: str, countries: Mapping[UUID, str]) -> dict[UUID, str]:
    # What was typed may be a national number, and clinics may lie in different countries.
    numbers: dict[str, str] = {}
    refusal: phones.NotAPhoneNumber | None = None
    for country in {*countries.values()}:
        try:
            numbers[country] = phones.normal(typed, country)
        except phones.NotAPhoneNumber as refused:
            refusal = refused
    if not numbers and refusal is not None:
        raise refusal
    return {
        clinic_id: numbers[country]
        for clinic_id, country in countries.items()
        if country in numbers
    }


def with_number(db: Session, numbers: dict[UUID, str]) -> Sequence[Patient]:
    """Whom a code may go to: everybody with these numbers (by clinic), the first on file first."""
    indexes = phones.indexes(db, numbers)
    settled = clock.machine_now() - NEW_NUMBER_WAITS
    return db.scalars(
        select(Patient)
        .where(
            Patient.phone_index.in_(indexes),
            or_(Patient.number_changed_at.is_(None), Patient.number_changed_at <= settled),
        )
        .order_by(Patient.made_at)
    ).all()


def _new_code(patient: Patient | None, browser_hash: bytes) -> SignInCode:
    sign_in_code = SignInCode(
        clinic_id=patient.clinic_id if patient else None,
        patient_id=patient.id if patient else None,
        browser_hash=browser_hash,
        birth_date_tries_left=TRIES,
    )
    one_time_codes.give(sign_in_code, _PURPOSE)
    return sign_in_code
