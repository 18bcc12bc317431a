"""The clinic's protocols: which there are, which is the usual one, which are offered at booking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.people.models import Clinic
from app.plans import kept
from app.plans.kept import Kept
from app.protocols import changing
from app.refusal import Refusal
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.protocols import plan_words
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import not_found, redirect

_OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


@dataclass(frozen=True)
class Line:
    """A protocol in the list. `ahead`: sessions to come that follow it."""

    protocol: Kept
    sessions: str
    route: str
    ahead: int


@staff_only
def show(request: Request, db: Session) -> Response:
    """All of them; everybody may look."""
    return _page(request, db, None, {})


@staff_only
def make(request: Request, db: Session) -> Response:
    """Make another one like one that is there, under a name of its own."""
    form, clinic = read_form(request), request.state.clinic
    like = _named(db, clinic, text(form, "like"))
    try:
        made = changing.copy(db, clinic, like.id, text(form, "name"), by=request.state.practitioner)
    except Refusal as refusal:
        typed = {name: str(form.get(name, "")) for name in ("like", "name")}
        return _page(request, db, refusal, typed)
    return redirect(request, "console:protocol", id=made.id)


@staff_only
def offer(request: Request, db: Session) -> Response:
    """Offer one at booking, or no more. Refused for the usual one."""
    is_on = text(read_form(request), "on") == "1"
    return _change(request, db, changing.turn_on if is_on else changing.turn_off)


@staff_only
def make_usual(request: Request, db: Session) -> Response:
    """Follow this one where nobody chooses. What is booked stays as it is."""
    return _change(request, db, changing.make_default)


def found(request: Request, db: Session) -> Kept:
    """The clinic's protocol that the address names, else 404."""
    return _named(db, request.state.clinic, request.path_params["id"])


def ahead(db: Session, clinic: Clinic) -> Mapping[UUID, int]:
    """How many sessions that lie ahead follow each protocol."""
    usual = kept.default_of(db, clinic).id
    followed = func.coalesce(Appointment.protocol_id, usual)
    rows = db.execute(
        select(followed.label("followed"), func.count().label("sessions"))
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(_OPEN),
            Appointment.ends_at > clock.now(),
        )
        .group_by(followed)
    )
    return {row.followed: row.sessions for row in rows}


def _change(request: Request, db: Session, change: Callable[..., Kept]) -> Response:
    its = found(request, db)
    try:
        change(db, request.state.clinic, its.id, by=request.state.practitioner)
    except Refusal as refusal:
        return _page(request, db, refusal, {})
    return redirect(request, "console:protocols")


def _named(db: Session, clinic: Clinic, value: str) -> Kept:
    try:
        protocol_id = UUID(value)
    except ValueError:
        not_found()
    return kept.find(db, clinic, protocol_id) or not_found()


def _page(
    request: Request, db: Session, refusal: Refusal | None, typed: Mapping[str, str]
) -> Response:
    clinic, faults = request.state.clinic, Faults()
    if refusal is not None:
        faults.take(refusal)
    counts = ahead(db, clinic)
    lines = [
        Line(
            each,
            plan_words.sessions(each.plan.course),
            plan_words.route(each.plan.route),
            counts.get(each.id, 0),
        )
        for each in kept.of_clinic(db, clinic)
    ]
    return desk_page(
        request,
        db,
        "console/protocols/list.html",
        422 if faults else 200,
        section="hours",
        lines=lines,
        typed=typed,
        refusal=faults,
    )


routes = [
    Route("/protocols", show, methods=["GET"], name="protocols"),
    Route("/protocols", make, methods=["POST"], name="make-protocol"),
    Route("/protocols/{id}/offer", offer, methods=["POST"], name="offer-protocol"),
    Route("/protocols/{id}/usual", make_usual, methods=["POST"], name="usual-protocol"),
]
