"""The trail: who did and saw what, of the clinic, of one patient, of one member of staff."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import wall_time
from app.audit import chain, reading
from app.audit.reading import Wanted
from app.people.models import Patient, Practitioner
from app.web.console.desk import desk_page
from app.web.console.trail import trail_lines, trail_words
from app.web.console.trail.trail_words import Kind
from app.web.guards import staff_only
from app.web.pages import find_or_404


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everything that was recorded at the clinic; with `check=1` whether the chain holds."""
    wants_check = request.query_params.get("check") == "1"
    verdict = chain.verify(db, request.state.clinic.id) if wants_check else None
    return _page(request, db, _asked(request), "/clinic/trail", verdict=verdict)


@staff_only
def of_patient(request: Request, db: Session) -> Response:
    """Who saw and did what about one patient."""
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    asked = _asked(request, about=about(db, patient))
    return _page(request, db, asked, f"/clinic/trail/patients/{patient.id}", person=patient)


@staff_only
def of_member(request: Request, db: Session) -> Response:
    """What one member of staff did and saw."""
    member = find_or_404(db, Practitioner, request, clinic_id=request.state.clinic.id)
    asked = _asked(request, agent_id=member.id)
    return _page(request, db, asked, f"/clinic/trail/staff/{member.id}", member=member)


def about(db: Session, patient: Patient) -> list[UUID]:
    """The patient, and the records that were joined into theirs: events keep the id of then."""
    joined = select(Patient.id).where(Patient.merged_into_id == patient.id)
    return [patient.id, *db.scalars(joined)]


def _asked(request: Request, **of: Any) -> Wanted:
    params, zone = request.query_params, request.state.clinic.zone
    kind = params.get("kind", "")
    since, until = _day(params.get("since", ""), zone), _day(params.get("until", ""), zone)
    before = params.get("before", "")
    return Wanted(
        clinic_id=request.state.clinic.id,
        actions=trail_words.of_kind(Kind(kind)) if kind in set(Kind) - {Kind.DONE} else (),
        but_actions=trail_words.NOT_DONE if kind == Kind.DONE else (),
        since=since,
        until=until + timedelta(days=1) if until else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
        **of,
    )


def _day(typed: str, zone: str) -> datetime | None:
    """The beginning of a day at the clinic. What is no day is not asked for."""
    try:
        return wall_time.instant(datetime.combine(date.fromisoformat(typed), time()), zone)
    except ValueError:
        return None


def _page(request: Request, db: Session, asked: Wanted, path: str, **context: Any) -> Response:
    found = reading.page(db, asked)
    params = request.query_params
    picked = {name: params.get(name, "") for name in ("kind", "since", "until")}
    return desk_page(
        request,
        db,
        "console/trail/list.html",
        section="team",
        path=path,
        picked=picked,
        kinds=trail_words.kinds(),
        lines=trail_lines.lines_of(db, request.state.clinic, found.events),
        older=found.older,
        is_older=asked.before is not None,
        **({"person": None, "member": None, "verdict": None} | context),
    )


routes = [
    Route("/trail", show, methods=["GET"], name="trail"),
    Route("/trail/patients/{id}", of_patient, methods=["GET"], name="trail-patient"),
    Route("/trail/staff/{id}", of_member, methods=["GET"], name="trail-member"),
]
