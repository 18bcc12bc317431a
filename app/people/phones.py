"""Phone numbers: one form inside (E.164), a keyed hash to look them up by."""

from collections.abc import Mapping
from uuid import UUID

import phonenumbers
from phonenumbers import ValidationResult
from sqlalchemy.orm import Session

from app.db import keys
from app.i18n import gettext as _
from app.refusal import Refusal
from app.security import keyring


class NotAPhoneNumber(Refusal):
    pass


def normal(number: str, country: str) -> str:
    """`+12025550123` for whatever way a person wrote it. Refuses (NotAPhoneNumber) anything else.

    Numbers set aside for fiction (555-01xx) are taken: seeded people use them.
    """
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        raise _refusal() from None
    # Stricter than "possible": without its area code a number would be stored, and never reached.
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        raise _refusal()
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _refusal() -> NotAPhoneNumber:
    return NotAPhoneNumber(
        _("Enter a phone number with its area code, like 202 555 0123."), field="phone"
    )


def spoken(number: str) -> str:
    """The national form that people read out: `(202) 555-0123`."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def index(db: Session, clinic_id: UUID, number: str) -> bytes:
    """Under what a normal number is kept in one clinic: only to be written, in this transaction."""
    return keyring.ring().index(clinic_id, keys.index_to_write(db, clinic_id), number)


def indexes(db: Session, numbers: Mapping[UUID, str]) -> dict[bytes, UUID]:
    """Everything under which normal numbers may be kept, each in its clinic; and whose it is.

    More than one for each while an index key turns.
    """
    return {
        keyring.ring().index(clinic_id, number, numbers[clinic_id]): clinic_id
        for clinic_id, number in keys.index_numbers(db, numbers)
    }
