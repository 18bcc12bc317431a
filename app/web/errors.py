"""Every error is a page that a patient can read.

What happened stays in the log, by its kind alone.
"""

import structlog
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import i18n
from app.refusal import Refusal
from app.web.fhir.outcome import outcome
from app.web.guards import accepted_language
from app.web.pages import LANGUAGE_COOKIE, page

log = structlog.get_logger("error")


def _said(request: Request, status: int, message: str = "") -> Response:
    if request.url.path.startswith("/fhir/"):
        return outcome(status, message)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"status": status, "message": message}, status)
    language = (
        i18n.known(request.cookies.get(LANGUAGE_COOKIE)) or accepted_language(request) or "en"
    )
    with i18n.using(language):
        try:
            return page(request, "public/error.html", status, code=status, message=message)
        except exc.SQLAlchemyError:
            # Who it is was forgotten as the transaction was taken back, and cannot be read anew.
            for name in ("patient", "practitioner", "clinic"):
                setattr(request.state, name, None)
            return page(request, "public/error.html", status, code=status, message=message)


def on_http_exception(request: Request, error: Exception) -> Response:
    """404, 403, 413 … as a kind page."""
    assert isinstance(error, HTTPException)
    said = _said(request, error.status_code)
    said.headers.update(error.headers or {})  # a 405 says what is allowed
    return said


def on_refusal(request: Request, error: Exception) -> Response:
    """A refusal that no form took: its sentence on a page."""
    assert isinstance(error, Refusal)
    return _said(request, 422, error.message)


def on_unavailable(request: Request, error: Exception) -> Response:
    """503: the database is gone, locked or full. Nothing of this request was kept.

    What a phone holds it keeps, and asks again when told to.
    """
    log.error("database", kind=type(getattr(error, "orig", None) or error).__name__)
    said = _said(request, 503)
    said.headers["Retry-After"] = "5"
    return said


def on_crash(request: Request, error: Exception) -> Response:
    """500.

    The log gets the kind and the place of the error, not its words: they may hold somebody's.
    """
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame else ""
    log.error("crash", kind=type(error).__name__, place=place)
    return _said(request, 500)


def on_database_error(request: Request, error: Exception) -> Response:
    """503 for a file that the disk gave back torn (SQLite has no kind of its own for that).

    What breaks a rule of ours stays a crash.
    """
    if type(error) is not exc.DatabaseError:
        raise error
    return on_unavailable(request, error)


HANDLERS = {
    HTTPException: on_http_exception,
    Refusal: on_refusal,
    exc.OperationalError: on_unavailable,
    exc.InterfaceError: on_unavailable,
    exc.DatabaseError: on_database_error,
    exc.InternalError: on_unavailable,  # PostgreSQL could not write a file
    exc.PendingRollbackError: on_unavailable,  # the line broke, and only the commit noticed
    exc.TimeoutError: on_unavailable,
    Exception: on_crash,
}
