"""What stands ready in the box when the board leads to it: a question that fits the reason."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import i18n
from app.messaging import quick_replies, texts
from app.people.models import Patient
from app.scheduling import visit_texts
from app.web.console.inbox import inbox_thread


@dataclass(frozen=True)
class Ready:
    """The words, and the visit whose time they ask about. Empty: about none."""

    body: str
    about: str = ""


def named(db: Session, patient: Patient, name: str) -> Ready | None:
    """The text that an address asks for. None for a name that is none, or without a visit ahead."""
    visit = inbox_thread.next_visit(db, patient) if name in ("suits", "camera") else None
    if visit is None:
        return None
    with i18n.using(patient.language):
        if name == "camera":
            return Ready(quick_replies.try_camera(patient.clinic), str(visit.id))
        who, zone = visit_texts.clinician(visit), patient.zone
        return Ready(texts.confirm(patient.clinic, who, visit.starts_at, zone), str(visit.id))
