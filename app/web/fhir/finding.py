"""Finding rows of one kind, a page at a time, with what they refer to.

Pages begin after a mark, never at a count: rows that are added meanwhile move nobody from one page
to the next.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Patient
from app.web.fhir import including, paging, searching, spans
from app.web.fhir.door import note_page_view, note_views
from app.web.fhir.outcome import Fault
from app.web.fhir.searching import PAGE, Asked

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Kind:
    """How rows of one resource type are found, put in order and told."""

    name: str
    model: Any
    query: Callable[[], Select[Any]]  # with all that telling them needs
    moment: ColumnElement[Any]  # they stand in its order
    moment_of: Callable[[Any], datetime]
    changed: ColumnElement[Any]
    told: Callable[[Request, Session, Sequence[Any]], list[dict[str, Any]]]
    conditions: Callable[[Request, Session, Asked], Conditions]
    patient_id: ColumnElement[Any] | None = None
    patients_of: Callable[[Session, Sequence[Any]], set[UUID]] = lambda _db, _rows: set()
    needs: tuple[str, ...] = ()  # one of these has to be asked for
    usual: int = 50


def search(request: Request, db: Session, kind: Kind) -> Response:
    """One page of what was asked for. Looking is written into the audit trail."""
    asked = searching.read(request, kind.name)
    rows, total, mark = page(request, db, kind, asked)
    _note_views(request, db, kind, rows, asked)
    resources = kind.told(request, db, rows)
    beside, closed = including.beside(request, db, asked, resources)
    return searching.bundle(
        request, asked, resources, total=total, next_page=mark, beside=beside, closed=closed
    )


def page(
    request: Request, db: Session, kind: Kind, asked: Asked
) -> tuple[Sequence[Any], int, str | None]:
    """The rows of a page, how many there are in all, and the mark of the page after."""
    wanted, found_by = paging.count(asked, kind.usual), conditions(request, db, kind, asked)
    after = paging.after(asked, kind.moment, kind.model.id)
    counted = select(func.count()).select_from(
        kind.query().where(*found_by).with_only_columns(kind.model.id).order_by(None).subquery()
    )
    total = db.scalar(counted) or 0
    if not wanted:
        return [], total, None
    query = kind.query().where(*found_by, *after).order_by(kind.moment, kind.model.id)
    found = list(db.scalars(query.limit(wanted + 1)))
    shown = found[:wanted]
    more = len(found) > wanted
    return shown, total, paging.mark(kind.moment_of(shown[-1]), shown[-1].id) if more else None


def conditions(request: Request, db: Session, kind: Kind, asked: Asked) -> Conditions:
    """What a row has to meet. 400 for a search that would be for everything."""
    said = asked.values.keys() | asked.spans.keys()
    if kind.needs and not said & {*kind.needs, "_id", "_lastUpdated"}:
        raise Fault(400, f"Search by {', '.join(kind.needs)}, _id or _lastUpdated.")
    clinic = request.state.clinic
    found: Conditions = [kind.model.clinic_id == clinic.id, *kind.conditions(request, db, asked)]
    if kind.patient_id is not None and {"patient", "subject"} & said:
        patient = searching.patient_of(request, db, asked, "patient", "subject")
        found.append(kind.patient_id == patient.id)
    ids = searching.ids_of(asked)
    if ids is not None:
        found.append(kind.model.id.in_(ids))
    for each in asked.spans.get("_lastUpdated", ()):
        found += spans.within("_lastUpdated", each, kind.changed, clinic.zone)
    return found


def all_of(request: Request, db: Session, kind: Kind, patient: Patient) -> Select[Any]:
    """Everything of this kind about a patient, in order."""
    is_theirs: Conditions = [kind.model.clinic_id == request.state.clinic.id]
    if kind.patient_id is not None:
        is_theirs.append(kind.patient_id == patient.id)
    is_theirs += kind.conditions(request, db, Asked({}, ()))
    return kind.query().where(*is_theirs).order_by(kind.moment, kind.model.id)


def values(found: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those of ours among the words asked for: of any other there is none."""
    ours = set(known)
    return [each for each in found if each in ours]


def _note_views(
    request: Request, db: Session, kind: Kind, rows: Sequence[Any], asked: Asked
) -> None:
    """One note for each patient who was told of; for a thread of pages the first time."""
    if {"patient", "subject"} & asked.values.keys() and kind.patient_id is not None:
        patient = searching.patient_of(request, db, asked, "patient", "subject")
        note_page_view(request, db, patient, is_first=PAGE not in asked.values)
        return
    ids = kind.patients_of(db, rows)
    if ids:
        theirs = select(Patient).where(Patient.id.in_(ids)).order_by(Patient.id)
        note_views(request, db.scalars(theirs).all())
