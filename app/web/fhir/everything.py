"""All there is about a patient, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.access import api_keys, scopes
from app.people.models import Patient
from app.web.fhir import (
    appointment_search,
    communications,
    consents,
    encounters,
    finding,
    paging,
    responses,
    searching,
    spans,
    tasks,
)
from app.web.fhir import patient as patients
from app.web.fhir.door import bearer_only, note_page_view
from app.web.fhir.finding import Kind
from app.web.fhir.outcome import Fault
from app.web.fhir.parameters import EVERYTHING
from app.web.fhir.searching import PAGE, Asked
from app.web.pages import find_or_404

_KINDS = (
    appointment_search.KIND,
    encounters.KIND,
    consents.KIND,
    tasks.KIND,
    responses.KIND,
    communications.KIND,
)
_USUAL = 500


@dataclass
class _Page:
    """What stands on this page, and how much room is left."""

    room: int
    resources: list[dict[str, Any]] = field(default_factory=list)
    mark: str | None = None


@bearer_only
def show(request: Request, db: Session) -> Response:
    """The patient, and whatever of theirs the key may read; the scopes it lacks are named."""
    asked = searching.understood(request.query_params.multi_items(), EVERYTHING)
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    key, types = request.state.api_key, asked.tokens("_type")
    wanted = [kind for kind in _KINDS if not types or kind.name in types]
    kinds = [kind for kind in wanted if api_keys.may(key, _scope(kind))]
    first = _first(request, db, patient, types)
    page = _Page(paging.count(asked, _USUAL))
    wants_none = page.room == 0  # it asks how many there are
    is_first = PAGE not in asked.values
    if not wants_none:
        note_page_view(request, db, patient, is_first=is_first)
    if is_first and not wants_none:
        page.resources, page.room = first, max(page.room - len(first), 0)
    total = len(first)
    for kind in kinds:
        total += _counted(request, db, kind, patient, asked)
    if not wants_none:
        _fill(page, request, db, patient, asked, kinds)
    closed = [_scope(kind) for kind in wanted if kind not in kinds]
    return searching.bundle(
        request, asked, page.resources, total=total, next_page=page.mark, closed=closed
    )


def _scope(kind: Kind) -> str:
    return scopes.named(kind.name, writes=False)


def _first(
    request: Request, db: Session, patient: Patient, types: Sequence[str]
) -> list[dict[str, Any]]:
    """What stands before all rows: the patient, and what they agreed to without a form."""
    found = [patients.written(patient)] if not types or "Patient" in types else []
    if (not types or "Consent" in types) and api_keys.may(
        request.state.api_key, _scope(consents.KIND)
    ):
        spoken = consents.spoken(db, patient)
        found += [spoken] if spoken else []
    return found


def _fill(
    page: _Page, request: Request, db: Session, patient: Patient, asked: Asked, kinds: list[Kind]
) -> None:
    """Kind after kind, from the mark of the page before, until there is no room."""
    name, _, mark = asked.values.get(PAGE, "").partition("~")
    names = [kind.name for kind in kinds]
    if name and name not in names:
        raise Fault(400, "There is no such page. Begin anew.")
    for kind in kinds[names.index(name) if name else 0 :]:
        query = finding.all_of(request, db, kind, patient).where(*_since(request, kind, asked))
        if kind.name == name and mark:
            from_there = replace(asked, values={PAGE: mark})
            query = query.where(*paging.after(from_there, kind.moment, kind.model.id))
        rows = list(db.scalars(query.limit(page.room + 1)))
        shown = rows[: page.room]
        page.resources += kind.told(request, db, shown)
        page.room -= len(shown)
        if len(rows) > len(shown):
            last = paging.mark(kind.moment_of(shown[-1]), shown[-1].id) if shown else ""
            page.mark = f"{kind.name}~{last}"
            return


def _counted(request: Request, db: Session, kind: Kind, patient: Patient, asked: Asked) -> int:
    query = finding.all_of(request, db, kind, patient).where(*_since(request, kind, asked))
    rows = query.with_only_columns(kind.model.id).order_by(None).subquery()
    return db.scalar(select(func.count()).select_from(rows)) or 0


def _since(request: Request, kind: Kind, asked: Asked) -> list[Any]:
    if "_since" not in asked.values:
        return []
    said = f"ge{asked.values['_since']}"
    return list(spans.within("_since", said, kind.changed, request.state.clinic.zone))
