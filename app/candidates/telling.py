"""What a candidate's answers tell the clinic's own records."""

from datetime import date

from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.people.models import Patient
from app.questionnaires.engine.values import Coding, Sheet, Slot

BIRTH_DATE = "birth-date"
WANTS = "wants"


def learn(patient: Patient, sheet: Sheet) -> None:
    """Note the birth date and what they would like, from the first questions they sent.

    Of somebody who was a patient before, nothing is changed: their number alone was shown.
    """
    if not patient.is_candidate:
        return
    born = sheet.values.get(Slot(BIRTH_DATE), ())
    if patient.birth_on is None and born and isinstance(born[0], date):
        patient.birth_on = born[0]
    wants = sheet.values.get(Slot(WANTS), ())
    if wants and isinstance(wants[0], Coding):
        patient.wants = wants[0].code


def agree_to_texts(db: Session, patient: Patient) -> None:
    """They ticked it themselves, after their number was confirmed."""
    patient.texts_agreed_at = clock.now()
    patient.opted_out_at = None
    trail.record(db, "agree-to-texts", agent=patient, entity=patient)
