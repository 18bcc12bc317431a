"""One page of what was found, in order of time, and the mark at which the next one begins."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from starlette.requests import Request
from starlette.responses import Response

from app.web.fhir import searching
from app.web.fhir.outcome import Fault
from app.web.fhir.searching import PAGE, Asked

_USUAL, MOST = 50, 200


def count(asked: Asked, usual: int = _USUAL) -> int:
    """How many on a page. None at all asks for the total alone."""
    said = asked.values.get("_count", str(usual))
    if not (said.isascii() and said.isdecimal()):
        raise Fault(400, "_count is a number.")
    return min(int(said[:9]), max(usual, MOST))


def listed(request: Request, asked: Asked, resources: list[dict[str, Any]]) -> Response:
    """A page of what is few enough to stand in memory; the next begins after the last one here."""
    wanted, begins = count(asked, MOST), 0
    if PAGE in asked.values:
        ids = [each["id"] for each in resources]
        if asked.values[PAGE] not in ids:
            raise Fault(400, "There is no such page. Begin anew.")
        begins = ids.index(asked.values[PAGE]) + 1
    shown = resources[begins : begins + wanted]
    more = bool(shown) and begins + wanted < len(resources)
    mark = shown[-1]["id"] if more else None
    return searching.bundle(request, asked, shown, total=len(resources), next_page=mark)


def mark(moment: datetime, row_id: UUID) -> str:
    """Where the next page begins, whatever comes or goes until it is asked for."""
    return f"{moment.isoformat()}_{row_id}"


def after(asked: Asked, moment_of: ColumnElement[Any], id_of: Any) -> list[ColumnElement[bool]]:
    """What comes after the mark of the page before."""
    if PAGE not in asked.values:
        return []
    said_at, _, last = asked.values[PAGE].partition("_")
    try:
        moment, last_id = datetime.fromisoformat(said_at).astimezone(UTC), UUID(last)
    except (ValueError, OverflowError):
        raise Fault(400, "There is no such page. Begin anew.") from None
    return [or_(moment_of > moment, and_(moment_of == moment, id_of > last_id))]
