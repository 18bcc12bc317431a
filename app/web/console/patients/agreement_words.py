"""What a patient agreed to, as their page says it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.intake import consents
from app.intake.models import Consent, ConsentCode
from app.people.models import Patient


@dataclass(frozen=True)
class Agreement:
    """The last word on one consent. `state`: words and kind of tag."""

    row: Consent
    words: str
    state: tuple[str, str]
    can_withdraw: bool


def agreements_of(db: Session, patient: Patient) -> list[Agreement]:
    """Each consent that was ever asked, in one order."""
    current = consents.current(db, patient)
    return [_agreement(current[code], patient) for code in ConsentCode if code in current]


def _agreement(row: Consent, patient: Patient) -> Agreement:
    stands = consents.stands(row, patient)
    if stands:
        state = (_("Agreed"), "good")
    elif not row.agreed:
        state = (_("Not agreed"), "warn")
    elif row.withdrawn_at is not None:
        state = (_("Taken back"), "warn")
    else:  # texts, which end in other ways as well
        state = (_("Stopped by text or by the clinic"), "warn")
    return Agreement(row, consents.words(row.code), state, stands)
