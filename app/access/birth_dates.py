"""The birth date after a code: it keeps a wrong person out, and is no proof of the right one.

It stops the recycled number, the shared phone and the typing error. Whoever has no birth date on
file is not asked. After five tries it is a matter for staff. Machine time.
"""

from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, i18n
from app.access import attempts, codes, one_time_codes
from app.access.models import SignInCode
from app.audit import trail
from app.i18n import gettext as _
from app.i18n import ngettext
from app.people.models import Clinic, Patient
from app.refusal import Refusal
from app.security.tokens import hash_token
from app.tasks import desk
from app.tasks.models import TaskCode

# Across codes, so that asking for new ones does not buy tries without end.
_PER_DAY = (10, timedelta(days=1))


class WrongBirthDate(Refusal):
    """The try is counted: the caller's transaction must commit."""


class OutOfTries(Refusal):
    """Staff have to help now; they have been told. The caller's transaction must commit."""


def is_wanted(db: Session, browser: str) -> bool:
    """Whether this browser has shown its code and must still give the birth date."""
    return _proved(db, browser) is not None


def match(db: Session, given: date | None, *, browser: str) -> Patient:
    """The patient whose birth date this is; lets them in once.

    A phone may be known to several clinics: who else has its number and was born then is let in as
    well as whom the code was for. So no clinic keeps another's patient out by having their number.

    Refuses NothingAsked, WrongBirthDate and OutOfTries.
    """
    sign_in_code = _proved(db, browser)
    if sign_in_code is None or sign_in_code.patient_id is None:
        raise one_time_codes.nothing_asked()
    patient = db.get_one(Patient, sign_in_code.patient_id)
    if not _take_try(db, sign_in_code, patient):
        raise _out_of_tries(db, patient)
    if given is None or given != patient.birth_on:
        other = _else_with_it(db, patient, given)
        if other is None:
            raise _wrong(db, sign_in_code, patient)
        patient = other
        sign_in_code.patient_id, sign_in_code.clinic_id = other.id, other.clinic_id
    sign_in_code.opened_at = clock.machine_now()
    _limit, per = _PER_DAY
    attempts.forget(db, f"birth date {patient.id}", per=per)
    return patient


def _else_with_it(db: Session, patient: Patient, given: date | None) -> Patient | None:
    """Who has the same number at another clinic, and this birth date."""
    if given is None or not patient.phone:
        return None
    numbers = dict.fromkeys(db.scalars(select(Clinic.id)), patient.phone)
    others = codes.with_number(db, numbers)
    return next((each for each in others if each.birth_on == given), None)


def _proved(db: Session, browser: str) -> SignInCode | None:
    return db.scalar(
        select(SignInCode).where(
            SignInCode.browser_hash == hash_token(browser),
            SignInCode.spent_at > clock.machine_now() - one_time_codes.LIVES,
            SignInCode.opened_at.is_(None),
        )
    )


def _take_try(db: Session, sign_in_code: SignInCode, patient: Patient) -> bool:
    limit, per = _PER_DAY
    if not attempts.allow(db, f"birth date {patient.id}", limit=limit, per=per):
        return False
    left = db.scalar(
        update(SignInCode)
        .where(SignInCode.id == sign_in_code.id, SignInCode.birth_date_tries_left > 0)
        .values(birth_date_tries_left=SignInCode.birth_date_tries_left - 1)
        .returning(SignInCode.birth_date_tries_left)
        .execution_options(synchronize_session="fetch")
    )
    return left is not None


def _wrong(db: Session, sign_in_code: SignInCode, patient: Patient) -> Refusal:
    trail.record(db, "refuse-birth-date", agent=None, entity=patient)
    left = sign_in_code.birth_date_tries_left
    if left == 0:
        return _out_of_tries(db, patient)
    tries = ngettext("You have one try left.", "You have %(tries)s tries left.", left)
    return WrongBirthDate(
        _("That is not the birth date we have.") + " " + tries % {"tries": left}, field="birth_on"
    )


def _out_of_tries(db: Session, patient: Patient) -> OutOfTries:
    with i18n.using(db.get_one(Clinic, patient.clinic_id).language):
        note = _("The birth date did not match when signing in. Check the number and the date.")
    desk.open_task(db, TaskCode.CALL_BACK, patient, by=None, note=note)
    return OutOfTries(_("Please call your clinic: they will help you sign in."), field="birth_on")
