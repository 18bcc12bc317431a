"""One protocol: its steps in words, a picture of its days, and who changed it when."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people.models import Clinic, Practitioner
from app.plans import keeping, kept
from app.plans.kept import Kept
from app.plans.models import ProtocolVersion
from app.plans.steps import StepKind, is_on
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.protocols import (
    plan_sentences,
    plan_words,
    protocols,
    sample_session,
    timeline,
)
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect


@dataclass(frozen=True)
class Told:
    """A step as the page tells it."""

    kind: StepKind
    title: str
    said: str
    is_on: bool


@dataclass(frozen=True)
class Part:
    """Steps that belong together."""

    place: str
    title: str
    steps: tuple[Told, ...]


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everything it says; everybody may look."""
    return _page(request, db, protocols.found(request, db), Faults(), None)


@staff_only
def rename(request: Request, db: Session) -> Response:
    """Call it otherwise."""
    its, faults = protocols.found(request, db), Faults()
    name = text(read_form(request), "name")
    clinic = db.get_one(Clinic, request.state.clinic.id)
    try:
        keeping.rename(db, clinic, its.id, name, by=request.state.practitioner)
    except Refusal as refusal:
        faults.take(refusal, "name")
        return _page(request, db, its, faults, name)
    return redirect(request, "console:protocol", id=its.id)


def told(its: Kept, clinic: Clinic) -> list[Part]:
    """Every step in its part."""
    return [
        Part(place, title, tuple(_told(its, kind, clinic) for kind in kinds))
        for place, title, kinds in plan_words.parts()
    ]


def _told(its: Kept, kind: StepKind, clinic: Clinic) -> Told:
    step = its.plan.step(kind)
    return Told(kind, plan_words.title(kind), plan_sentences.of(step, clinic), is_on(step))


def _page(request: Request, db: Session, its: Kept, faults: Faults, typed: str | None) -> Response:
    clinic = request.state.clinic
    versions = kept.versions_of(db, clinic, its.id)
    sample = sample_session.usual(clinic)
    return desk_page(
        request,
        db,
        "console/protocols/show.html",
        422 if faults else 200,
        section="hours",
        its=its,
        parts=told(its, clinic),
        sample=sample,
        lane=timeline.lane,
        drawn=timeline.of(db, clinic, its.plan, sample),
        versions=versions,
        makers=_makers(db, versions),
        ahead=protocols.ahead(db, clinic).get(its.id, 0),
        name=its.title if typed is None else typed,
        refusal=faults,
    )


def _makers(db: Session, versions: list[ProtocolVersion]) -> dict[object, str]:
    ids = {each.made_by_id for each in versions if each.made_by_id}
    rows = db.scalars(select(Practitioner).where(Practitioner.id.in_(ids))) if ids else ()
    return {row.id: row.display_name for row in rows}


routes = [
    Route("/protocols/{id}", show, methods=["GET"], name="protocol"),
    Route("/protocols/{id}/name", rename, methods=["POST"], name="rename-protocol"),
]
