"""Which browser it is: its cookies, the live session behind one, and whom pages are for."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption
from starlette.requests import HTTPConnection

from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.people.models import Patient
from app.scheduling import aftercare

COOKIES = {
    SessionKind.JOIN: "__Host-ag_j",
    SessionKind.WRITE: "__Host-ag_w",
    SessionKind.PATIENT: "__Host-ag_p",
    SessionKind.STAFF: "__Host-ag_c",
    SessionKind.ESCORT: "__Host-ag_e",
    SessionKind.GUEST: "__Host-ag_g",
}


def session_of(
    connection: HTTPConnection, db: Session, kind: SessionKind, *loading: ExecutableOption
) -> WebSession | None:
    """The live session of one kind that this browser's cookie names."""
    token = connection.cookies.get(COOKIES[kind])
    return web_sessions.find(db, kind, token, *loading) if token else None


def note_patient(
    connection: HTTPConnection, db: Session, patient: Patient, web_session: WebSession | None
) -> None:
    """Let pages know whom they are for, in which language, and until when a dose is felt."""
    note(connection, patient, web_session, aftercare.gentle_until(db, patient))


def note(
    connection: HTTPConnection,
    patient: Patient,
    web_session: WebSession | None,
    gentle_until: datetime | None,
) -> None:
    """The same where the end of the gentle hours is known."""
    state = connection.state
    state.patient, state.web_session = patient, web_session
    state.clinic = patient.clinic
    state.after_dose = gentle_until
