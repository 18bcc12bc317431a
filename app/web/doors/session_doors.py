"""Lets a browser in to a session's quiet hour: its patient's, signed in or by a link."""

from uuid import UUID

from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request

from app.access.models import SessionKind
from app.companion import hours
from app.companion.models import SessionHour
from app.links.models import LinkState, MagicLink
from app.people.models import Patient
from app.web.visitors import note_patient, session_of


def let_in(request: Request, db: Session) -> bool:
    """Whether the hour of this address is this browser's patient's. Notes it as `state.hour`."""
    try:
        hour = hours.of(db, UUID(request.path_params["id"]))
    except ValueError:
        return False
    if hour is None:
        return False
    for kind in (SessionKind.JOIN, SessionKind.PATIENT):
        web_session = session_of(request, db, kind)
        if web_session is None or web_session.patient_id != hour.patient_id:
            continue
        link = db.get(MagicLink, web_session.link_id) if web_session.link_id else None
        if link is not None and link.state is LinkState.REVOKED:
            continue  # it was pulled back after it let this browser in
        patient = db.get_one(Patient, hour.patient_id, options=[joinedload(Patient.clinic)])
        note_patient(request, db, patient, web_session)
        request.state.hour = hour
        return True
    return False


def hour_of(request: Request) -> SessionHour:
    """The hour that `let_in` noted."""
    hour: SessionHour = request.state.hour
    return hour
