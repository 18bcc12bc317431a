"""Whether a clinician once saw this patient's face on this browser, and let them through."""

from sqlalchemy import ColumnElement, exists, false, select
from starlette.requests import Request

from app.access.models import WebSession
from app.people.models import Patient
from app.security.tokens import hash_token
from app.telehealth.models import Seat
from app.web import signing_in


def admitted_here(request: Request, patient: Patient) -> ColumnElement[bool]:
    """The question, to be asked alone or beside others."""
    browser = signing_in.browser_of(request)
    if browser is None:
        return false()
    return exists(
        select(Seat.id)
        .join(WebSession, WebSession.id == Seat.web_session_id)
        .where(
            WebSession.browser_hash == hash_token(browser),
            WebSession.patient_id == patient.id,
            Seat.admitted_at.is_not(None),
        )
    )
