"""Creating only what is not there: `If-None-Exist` names a search, as FHIR has it."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.access import api_keys, scopes
from app.web.fhir import finding, searching
from app.web.fhir.finding import Kind
from app.web.fhir.outcome import Fault
from app.web.fhir.parameters import PARAMETERS


def existing(request: Request, db: Session, kind: Kind) -> Any | None:
    """The one row that the search finds; None to create it.

    412 for several. 400 for a search that is not understood whole: a part left out would find
    something else. 403 for a key that may not read what it would be answered.
    """
    said = request.headers.get("if-none-exist")
    if said is None:
        return None
    scope = scopes.named(kind.name, writes=False)
    if not api_keys.may(request.state.api_key, scope):
        raise Fault(403, f"If-None-Exist reads: this key lacks {scope}.")
    pairs = parse_qsl(said.strip().rpartition("?")[2])
    asked = searching.understood(pairs, PARAMETERS[kind.name], kind.name)
    unknown = [*asked.left_out, *asked.includes]
    if unknown or not (asked.values or asked.spans):
        raise Fault(400, f"If-None-Exist names no search of ours: {', '.join(unknown) or said!r}.")
    two = replace(asked, values={**asked.values, "_count": "2"})
    rows, total, _mark = finding.page(request, db, kind, two)
    if total > 1:
        raise Fault(412, f"If-None-Exist finds {total} of them.")
    return rows[0] if rows else None
