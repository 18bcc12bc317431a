"""Protocols that another system reads, brings and changes. Whoever is booked follows at once."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Clinic
from app.plans import keeping, kept, reading
from app.plans.kept import Kept
from app.plans.kinds import ProtocolKind
from app.plans.order import PlanRefusal
from app.plans.plan import Plan
from app.protocols import changing
from app.web.fhir import paging, searching, versions
from app.web.fhir import plan_definition as mapping
from app.web.fhir.door import bearer_only, read_resource
from app.web.fhir.outcome import Fault
from app.web.fhir.plan_definition import Wanted
from app.web.pages import not_found


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201 with a protocol of the clinic's own; it is followed by what is booked under it."""
    clinic: Clinic = request.state.clinic
    wanted = mapping.read(read_resource(request, "PlanDefinition"))
    plan = _plan(wanted, clinic) or Plan()
    by = request.state.api_key
    protocol = keeping.make(
        db, clinic, wanted.title, like=plan, kind=wanted.kind or _kind(plan), by=by
    )
    _offer(request, db, protocol, wanted)
    location = {"Location": f"/fhir/R4/PlanDefinition/{protocol.id}"}
    return versions.answer(request, _now(db, clinic, protocol), 201, location)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One protocol with its newest plan."""
    return versions.answer(request, mapping.written(found(request, db)))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """All of the clinic's: those that are shipped first; also those that are not offered."""
    asked = searching.read(request, "PlanDefinition")
    everything = [mapping.written(each) for each in kept.of_clinic(db, request.state.clinic)]
    resources = searching.among(asked, everything)
    if "name" in asked.values:
        resources = [each for each in resources if each["name"] == asked.values["name"]]
    return paging.listed(request, asked, resources)


@bearer_only
def change(request: Request, db: Session) -> Response:
    """Another plan, another name, offered or not. What was not sent yet moves along at once."""
    clinic: Clinic = request.state.clinic
    protocol = found(request, db)
    resource = read_resource(request, "PlanDefinition")
    if resource.get("id", str(protocol.id)) != str(protocol.id):
        raise Fault(400, "The id differs from the address.", expression="PlanDefinition.id")
    versions.refuse_stale(request, mapping.written(protocol))
    wanted, by = mapping.read(resource), request.state.api_key
    if wanted.kind not in (None, protocol.kind):
        raise Fault(422, "The kind of a protocol stays.", expression="PlanDefinition.extension")
    plan = _plan(wanted, clinic)
    if wanted.title and wanted.title != protocol.title:
        keeping.rename(db, clinic, protocol.id, wanted.title, by=by)
    if plan is not None:
        changing.apply(db, clinic, protocol.id, plan, by=by)
    _offer(request, db, protocol, wanted)
    return versions.answer(request, _now(db, clinic, protocol))


def found(request: Request, db: Session) -> Kept:
    """The protocol that the address names, else 404."""
    try:
        protocol = kept.find(db, request.state.clinic, UUID(request.path_params["id"]))
    except ValueError:
        protocol = None
    return protocol or not_found()


def _plan(wanted: Wanted, clinic: Clinic) -> Plan | None:
    if wanted.steps is None:
        return None
    try:
        return reading.read(wanted.steps, kept.own_window(clinic))
    except PlanRefusal as refusal:
        place = f"{refusal.step} {refusal.field or ''}".strip() if refusal.step else "action"
        words = f"{place}: {refusal.message}"
        raise Fault(422, words, expression="PlanDefinition.action") from None


def _kind(plan: Plan) -> ProtocolKind:
    return ProtocolKind.COURSE if plan.course.sessions > 1 else ProtocolKind.SINGLE


def _offer(request: Request, db: Session, protocol: Kept, wanted: Wanted) -> None:
    clinic, by = request.state.clinic, request.state.api_key
    if wanted.is_usual and not protocol.is_default:
        changing.make_default(db, clinic, protocol.id, by=by)
    now = kept.find(db, clinic, protocol.id) or protocol
    if wanted.is_on is True and not now.is_on:
        changing.turn_on(db, clinic, protocol.id, by=by)
    if wanted.is_on is False and now.is_on:
        changing.turn_off(db, clinic, protocol.id, by=by)


def _now(db: Session, clinic: Clinic, protocol: Kept) -> dict[str, object]:
    return mapping.written(kept.find(db, clinic, protocol.id) or protocol)
