"""Takes in what a device sends, when it has a signal, any number of times."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.journal import entries
from app.journal.entries import Posted
from app.journal.models import EntryKind
from app.web import quiet_minute, safety_screen
from app.web.forms import read_json
from app.web.guards import journal_only

_LARGEST = 512 * 1024  # 64 KiB of words with every sign escaped
_LONGEST_LINE = 2000
_MOST_LINES = 3
_OLDEST_YEAR = 1900  # no phone's clock goes back so far


@journal_only
def deliver(request: Request, db: Session) -> Response:
    """Store an entry. The answer that says "delivered" leaves once it is on the disk.

    409: another version stands here. 410: the link takes nothing more. 413: too long. 403: it is
    another person's than who is let in here. Each of them leaves the words on the device.
    """
    posted = _read(request)
    if request.state.owner != _owner(request):
        return JSONResponse({"state": "rested"}, 403)
    told: dict[str, Any]
    try:
        accepted = entries.accept(db, request.state.patient, posted, link=request.state.link)
    except entries.NotTaken as refusal:
        status, told = _refused(refusal)
        danger = refusal.danger
    else:
        status = 201 if accepted.is_new else 200
        told = {"state": "delivered", "revision": accepted.entry.revision}
        danger = accepted.danger
    told["danger"] = danger
    if danger:
        told["html"] = safety_screen.told_here(
            request, db, request.state.patient, back=quiet_minute.PATH
        )
    return JSONResponse(told, status)


def _refused(refusal: entries.NotTaken) -> tuple[int, dict[str, Any]]:
    said = {"words": refusal.message}
    if isinstance(refusal, entries.Conflict):
        return 409, {"state": "conflict", "revision": refusal.revision, **said}
    if isinstance(refusal, entries.Closed):
        return 410, {"state": "closed", **said}
    if isinstance(refusal, entries.TooMuch):
        return 413, {"state": "too-much", **said}
    return 422, {"state": "refused", **said}


def _owner(request: Request) -> str:
    return str(read_json(request, limit=_LARGEST).get("owner", ""))


def _read(request: Request) -> Posted:
    """The entry of the body. What no device of ours would send is 422."""
    given = read_json(request, limit=_LARGEST)
    try:
        return Posted(
            uuid=UUID(request.path_params["uuid"]),
            revision=_count(given["revision"]),
            base=_count(int(request.headers.get("if-match", "0").strip().strip('"'))),
            written_at=_moment(given["written_at"]),
            words=_text(given.get("words")),
            kind=EntryKind(given.get("kind", "words")),
            question=_text(given.get("question")),
            prompt_id=_uuid(given.get("prompt")),
            lines=_lines(given.get("lines")),
            shared=given.get("shared") is True,
            apart_from=_uuid(given.get("apart_from")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise HTTPException(422) from None


def _count(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**31:
        raise ValueError
    return given


def _moment(given: object) -> datetime:
    moment = datetime.fromisoformat(_text(given))
    if moment.tzinfo is None or moment.year < _OLDEST_YEAR:
        raise ValueError
    return moment


def _lines(given: object) -> tuple[str, ...]:
    if given is not None and not isinstance(given, list):
        raise TypeError
    return tuple(_text(line)[:_LONGEST_LINE] for line in (given or [])[:_MOST_LINES])


def _text(given: object) -> str:
    if given is not None and not isinstance(given, str):
        raise TypeError
    # Half a sign, as a broken keyboard may leave one, must not keep the rest from being stored.
    return (given or "").encode(errors="replace").decode()


def _uuid(given: object) -> UUID | None:
    return UUID(_text(given)) if given else None


routes = [
    Route(
        "/journal/entries/{uuid}",
        deliver,
        methods=["PUT"],
        name="journal:deliver",
        max_body_size=_LARGEST,
    )
]
