"""A patient's account of who saw and took out what: to be handed to them, as a table or a file."""

import csv
import io
import json
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import wall_time
from app.audit import reading
from app.audit.reading import Wanted
from app.intake.tables import safe
from app.people.models import Clinic, Patient
from app.web import papers
from app.web.console import looking
from app.web.console.trail import trail, trail_lines, trail_words
from app.web.console.trail.trail_lines import Line
from app.web.console.trail.trail_words import Kind
from app.web.guards import staff_only
from app.web.pages import find_or_404

_COLUMNS = ("number", "at", "who", "role", "what", "hash")


@staff_only
def as_table(request: Request, db: Session) -> Response:
    """CSV, one row for each time. Taking it out is recorded as well."""
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS)
    writer.writeheader()
    writer.writerows(_rows(request, db))
    return papers.table(request, written.getvalue(), "account")


@staff_only
def as_data(request: Request, db: Session) -> Response:
    """The same as JSON, with the clinic and its zone."""
    clinic: Clinic = request.state.clinic
    whole = {"clinic": clinic.name, "zone": clinic.zone, "events": _rows(request, db)}
    return papers.data(request, json.dumps(whole, ensure_ascii=False, indent=1), "account")


def _rows(request: Request, db: Session) -> list[dict[str, Any]]:
    clinic: Clinic = request.state.clinic
    patient = find_or_404(db, Patient, request, clinic_id=clinic.id)
    wanted = Wanted(
        clinic_id=clinic.id,
        about=trail.about(db, patient),
        actions=trail_words.of_kind(Kind.LOOKED) | trail_words.of_kind(Kind.OUT),
    )
    lines = trail_lines.lines_of(db, clinic, list(reading.everything(db, wanted)))
    looking.note(request, "export-accounting", patient)  # stands in the next one
    return [_row(line, clinic) for line in lines]


def _row(line: Line, clinic: Clinic) -> dict[str, Any]:
    return {
        "number": line.number,
        "at": wall_time.written(line.at, clinic.zone),
        "who": safe(line.who),
        "role": line.role,
        "what": line.what,
        "hash": line.link,
    }


_OF = "/trail/patients/{id}"
routes = [
    Route(f"{_OF}/account.csv", as_table, methods=["GET"], name="disclosures-csv"),
    Route(f"{_OF}/account.json", as_data, methods=["GET"], name="disclosures-json"),
]
