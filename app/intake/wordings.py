"""Which wording of a form fits a session: at the clinic, or at home."""

from sqlalchemy.orm import Session

from app.plans import kept
from app.plans.kinds import ProtocolKind
from app.questionnaires import library
from app.questionnaires.models import Questionnaire
from app.scheduling.models import Appointment

# At home nobody drives home, an adult is there, and no nurse comes in.
_AT_HOME = ("readiness-eve", "readiness-morning", "preparation-guide")


def form_for(db: Session, infusion: Appointment, slug: str) -> Questionnaire:
    """What the clinic uses of a form before this session. Writes."""
    if slug in _AT_HOME and kept.protocol_of(db, infusion).kind is ProtocolKind.HOME:
        slug = f"{slug}-at-home"
    return library.for_clinic(db, infusion.clinic, slug)
