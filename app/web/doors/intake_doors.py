"""Lets a browser in to the packet or task that an address names."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.access import web_sessions
from app.access.models import SessionKind, WebSession
from app.intake import doors
from app.web.visitors import COOKIES, note_patient, session_of

_KINDS = (SessionKind.PATIENT, SessionKind.WRITE)


def let_in(request: Request, db: Session) -> bool:
    """Whether this is its signed-in patient, or a browser in which its link was opened.

    Notes the patient, and how the browser stands to the packet as `state.doorway`.
    """
    request.state.has_rested = False
    for kind in _KINDS:
        web_session = session_of(request, db, kind)
        doorway = _doorway(request, db, web_session) if web_session else None
        if doorway is not None:
            note_patient(request, db, doorway.packet.patient, web_session)
            request.state.doorway = doorway
            return True
    return False


def let_in_rested(request: Request, db: Session) -> bool:
    """The same for what was posted from a page that lay open too long; no page is shown by it.

    It is taken in, so that nothing typed is lost; nothing may be read back (`has_rested`).
    """
    token = request.cookies.get(COOKIES[SessionKind.WRITE])
    web_session = web_sessions.find_rested(db, SessionKind.WRITE, token)
    doorway = _doorway(request, db, web_session) if web_session else None
    if doorway is None:
        return False
    # Without the session: what came in does not wake it.
    note_patient(request, db, doorway.packet.patient, None)
    request.state.doorway, request.state.has_rested = doorway, True
    return True


def _doorway(request: Request, db: Session, web_session: WebSession) -> doors.Doorway | None:
    path = request.path_params
    try:
        if "task" in path:
            return doors.to_task(db, UUID(path["task"]), web_session)
        return doors.to_packet(db, UUID(path["packet"]), web_session)
    except ValueError:
        return None
