"""What somebody said or drew, heard and seen again: by whoever showed that it is theirs."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.journal import files, reading
from app.web.files import byte_ranges
from app.web.guards import reading_only
from app.web.pages import not_found


@reading_only
def play(request: Request, db: Session) -> Response:
    """A note or a drawing of an entry within reach. Unknown to every other browser."""
    try:
        uuid = UUID(request.path_params["uuid"])
    except ValueError:
        not_found()
    file = reading.find_file(db, request.state.patient, uuid, request.state.reach)
    if file is None:
        not_found()
    return byte_ranges.sent(
        request,
        size=file.size,
        media_type=file.media_type,
        read=lambda start, end: files.span(db, file, start, end),
    )


routes = [Route("/journal/files/{uuid}", play, name="journal:file")]
