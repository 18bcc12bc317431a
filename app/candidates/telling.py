"""What a candidate's answers tell the clinic's own records."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.intake.models import IntakePacket, IntakeTask
from app.people.models import Patient
from app.questionnaires import forms
from app.questionnaires.engine.response import from_response_items
from app.questionnaires.engine.values import Coding, Sheet, Slot
from app.questionnaires.models import QuestionnaireResponse

BIRTH_DATE = "birth-date"
WANTS = "wants"


def learn(db: Session, patient: Patient, packet: IntakePacket) -> None:
    """Note the birth date and what they would like, where nothing is noted yet.

    Of somebody who was a patient before, nothing is changed: their number alone was shown.
    """
    if not patient.is_candidate:
        return
    sheet = _sheet(db, packet)
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


def _sheet(db: Session, packet: IntakePacket) -> Sheet:
    response = db.scalar(
        select(QuestionnaireResponse)
        .join(IntakeTask, IntakeTask.response_id == QuestionnaireResponse.id)
        .where(IntakeTask.packet_id == packet.id)
        .limit(1)
    )
    if response is None or not response.answers:
        return Sheet()
    return from_response_items(forms.form_of(response.questionnaire), response.answers)
