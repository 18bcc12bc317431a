"""Makes the picture of a drawing anew before its transaction begins.

It takes a third of a second, and SQLite has one writer, who must not wait for it.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.intake import pictures
from app.journal import entries, files
from app.journal.models import FileKind, JournalFile
from app.web.doors import journal_doors

Guarded = Callable[[Request], Response]


def drawings_first(guarded: Guarded) -> Guarded:
    """Around the guard that completes a file, which lets nobody in and keeps nothing itself."""

    @wraps(guarded)
    def run(request: Request) -> Response:
        with request.app.state.database.session(write=False) as db:
            brought = _brought(request, db)
        if brought is not None:
            anew = _made_anew(brought)
            request.state.anew = lambda content: _found(brought, anew, content)
        return guarded(request)

    return run


def _brought(request: Request, db: Session) -> bytes | None:
    """The picture as it came, if it has come from somebody who may bring it."""
    if not journal_doors.let_in(request, db):
        return None
    try:
        uuid, file_uuid = (UUID(request.path_params[name]) for name in ("uuid", "file"))
    except ValueError:
        return None
    entry = entries.find(db, request.state.patient, uuid)
    if entry is None:
        return None
    file = db.scalar(
        select(JournalFile).where(
            JournalFile.entry_id == entry.id,
            JournalFile.uuid == file_uuid,
            JournalFile.kind == FileKind.DRAWING,
            JournalFile.completed_at.is_(None),
        )
    )
    return b"".join(files.span(db, file, 0, files.LARGEST)) if file is not None else None


def _made_anew(content: bytes) -> bytes | None:
    try:
        return pictures.made_anew(content)
    except pictures.NotAPicture:
        return None


def _found(brought: bytes, anew: bytes | None, content: bytes) -> bytes:
    made = anew if content == brought else pictures.made_anew(content)
    if made is None:
        raise pictures.NotAPicture
    return made
