"""What somebody keeps for themselves, looked through for danger: nobody is told its words."""

from sqlalchemy.orm import Session

from app.people.models import Patient
from app.safety import escalation
from app.safety.models import Signal
from app.safety.words import tell_of_danger


def private_entry(db: Session, patient: Patient, *texts: str) -> bool:
    """Alert the clinic when these words may mean danger. Only that; the words stay private.

    True: the very answer has to carry the resources. Call it for what is new, not for what is
    sent again.
    """
    if not any(tell_of_danger(text) for text in texts):
        return False
    escalation.raise_alert(db, patient, Signal.ENTRY)
    return True
