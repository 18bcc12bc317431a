"""Takes in spoken notes and drawings, piece by piece, in whatever order the signal allows."""

from uuid import UUID

import anyio.from_thread
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.intake import pictures
from app.journal import entries, files
from app.journal.models import FileKind, JournalEntry
from app.refusal import Refusal
from app.web.doors.journal_doors import OWNER_HEADER
from app.web.forms import read_json
from app.web.guards import journal_only
from app.web.patient.journal.drawings_first import drawings_first

_STATUSES = {files.Gone: 410, files.TooLarge: 413}
_LONGEST_TYPE = 100
_LONGEST_NOTE = 24 * 3600


@journal_only
def take_piece(request: Request, db: Session) -> Response:
    """Store one piece. The same one again changes nothing."""
    entry = _entry(request, db)
    if entry is None:
        return _not_here(request)
    kind, uuid, number = (
        _kind(request.headers.get("x-kind")),
        _uuid(request, "file"),
        _number(request),
    )
    body = anyio.from_thread.run(request.body)
    try:
        files.take_slice(db, entry, uuid, kind, number, body)
    except Refusal as refusal:
        return _refused(refusal)
    return JSONResponse({"state": "delivered"})


@drawings_first
@journal_only
def complete(request: Request, db: Session) -> Response:
    """That was all of it. 409 names the pieces that are still to come; all of them at first."""
    entry = _entry(request, db)
    if entry is None:
        return _not_here(request)
    given = read_json(request)
    try:
        slices = _count(given["slices"], files.MOST_SLICES)
        media_type = str(given.get("media_type") or "")[:_LONGEST_TYPE]
        seconds = _count(round(given.get("seconds") or 0), _LONGEST_NOTE)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise HTTPException(422) from None
    anew = getattr(request.state, "anew", pictures.made_anew)
    uuid = _uuid(request, "file")
    try:
        files.complete(
            db,
            entry,
            uuid,
            media_type=media_type,
            slices=slices,
            seconds=seconds or None,
            anew=anew,
        )
    except files.Missing as missing:
        return JSONResponse({"state": "missing", "missing": missing.numbers}, 409)
    except Refusal as refusal:
        return _refused(refusal)
    return JSONResponse({"state": "delivered"})


def _entry(request: Request, db: Session) -> JournalEntry | None:
    """The entry it belongs to, once that is here. None for another person's device."""
    if request.headers.get(OWNER_HEADER) != request.state.owner:
        return None
    return entries.find(db, request.state.patient, _uuid(request, "uuid"))


def _not_here(request: Request) -> Response:
    is_theirs = request.headers.get(OWNER_HEADER) == request.state.owner
    if is_theirs:
        return JSONResponse({"state": "unknown"}, 404)
    return JSONResponse({"state": "rested"}, 403)


def _refused(refusal: Refusal) -> Response:
    status = _STATUSES.get(type(refusal), 422)
    return JSONResponse({"state": "refused", "words": refusal.message}, status)


def _kind(given: object) -> FileKind:
    try:
        return FileKind(str(given))
    except ValueError:
        raise HTTPException(422) from None


def _uuid(request: Request, name: str) -> UUID:
    try:
        return UUID(request.path_params[name])
    except ValueError:
        raise HTTPException(404) from None


def _number(request: Request) -> int:
    given = request.path_params["number"]
    if not (given.isascii() and given.isdigit() and len(given) < 6):
        raise HTTPException(404)
    return int(given)


def _count(given: object, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= most:
        raise ValueError
    return given


routes = [
    Route(
        "/journal/entries/{uuid}/files/{file}",
        complete,
        methods=["PUT"],
        name="journal:complete",
    ),
    Route(
        "/journal/entries/{uuid}/files/{file}/{number}",
        take_piece,
        methods=["PUT"],
        name="journal:piece",
        max_body_size=files.LARGEST_SLICE + 1,
    ),
]
