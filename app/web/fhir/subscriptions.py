"""Asking to be told of changes, and what became of that."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.access import api_keys, scopes
from app.subscriptions import keeping
from app.subscriptions.models import EventStatus, Subscription
from app.web.fhir import paging, searching, versions
from app.web.fhir import subscription as mapping
from app.web.fhir.door import bearer_only, read_resource
from app.web.fhir.outcome import Fault, respond
from app.web.fhir.reading import elements, text
from app.web.pages import find_or_404


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201 with what signs, shown this once. It takes the right to read what it would tell of."""
    wish = mapping.read(read_resource(request, "Subscription"))
    _refuse_unreadable(request, wish.resource_type)
    state = request.app.state
    subscription, secret = keeping.create(
        db, request.state.clinic, wish, state.settings, by=request.state.api_key
    )
    resource = versions.stamp(mapping.written(subscription))
    resource["extension"] = [{"url": mapping.SIGNING_KEY, "valueString": secret}]
    location = {"Location": f"/fhir/R4/Subscription/{subscription.id}"}
    return versions.answer(request, resource, 201, location)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One subscription."""
    return versions.answer(request, mapping.written(_found(request, db)))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """The clinic's subscriptions, oldest first."""
    asked = searching.read(request, "Subscription")
    everything = [mapping.written(each) for each in keeping.of(db, request.state.clinic)]
    resources = searching.among(asked, everything)
    if "criteria" in asked.values:
        said = asked.values["criteria"].removesuffix("?")
        resources = [each for each in resources if each["criteria"] == said]
    return paging.listed(request, asked, resources)


@bearer_only
def change(request: Request, db: Session) -> Response:
    """Another address, other headers, off or on again. What is left out is as if never said."""
    subscription = _found(request, db)
    resource = read_resource(request, "Subscription")
    if resource.get("id", str(subscription.id)) != str(subscription.id):
        raise Fault(400, "The id differs from the address.", expression="Subscription.id")
    versions.refuse_stale(request, mapping.written(subscription))
    wish = mapping.read(resource, subscription)
    _refuse_unreadable(request, wish.resource_type)
    settings = request.app.state.settings
    keeping.change(db, subscription, wish, settings, by=request.state.api_key)
    return versions.answer(request, mapping.written(subscription))


@bearer_only
def end(request: Request, db: Session) -> Response:
    """204: nothing is told any more. Again is 410."""
    subscription = _found(request, db)
    versions.refuse_stale(request, mapping.written(subscription))
    keeping.end(db, subscription, by=request.state.api_key)
    return Response(status_code=204)


@bearer_only
def status(request: Request, db: Session) -> Response:
    """How far it has come: how much was told, how much waits, how much was given up."""
    subscription = _found(request, db)
    counts = keeping.counts(db, [subscription.id])
    base = f"{request.app.state.settings.base_url}/fhir/R4"
    about = f"{base}/Subscription/{subscription.id}"
    told: list[dict[str, Any]] = [
        {"name": "subscription", "valueReference": {"reference": about}},
        {"name": "status", "valueCode": subscription.status.value},
        {"name": "type", "valueCode": "query-status"},
        {
            "name": "events-since-subscription-start",
            "valueString": str(subscription.last_number),
        },
    ]
    for name, kind in (("waiting", EventStatus.WAITING), ("given-up", EventStatus.DEAD)):
        told.append({"name": name, "valueInteger": counts.get((subscription.id, kind), 0)})
    return respond({"resourceType": "Parameters", "parameter": told})


@bearer_only
def replay(request: Request, db: Session) -> Response:
    """Send again what was given up; with `since`, everything from then on. Answers how many."""
    subscription = _found(request, db)
    since = _since(request) if request.state.body.strip() else None
    count = keeping.replay(db, subscription, by=request.state.api_key, since=since)
    parameter = [{"name": "events", "valueInteger": count}]
    return respond({"resourceType": "Parameters", "parameter": parameter})


def _since(request: Request) -> datetime | None:
    for parameter in elements(read_resource(request, "Parameters"), "parameter", "Parameters"):
        name = text(parameter, "name", "Parameters.parameter")
        said = text(parameter, "valueInstant", "Parameters.parameter")
        if name != "since" or not said:
            raise Fault(400, "There is one parameter here: since, a valueInstant.")
        try:
            since = datetime.fromisoformat(said)
        except ValueError:
            raise Fault(400, "since is a moment with its offset.") from None
        if since.tzinfo is None:
            raise Fault(400, "since is a moment with its offset.")
        return since.astimezone(UTC)
    return None


def _found(request: Request, db: Session) -> Subscription:
    subscription = find_or_404(db, Subscription, request, clinic_id=request.state.clinic.id)
    if subscription.ended_at is not None:
        raise Fault(410, "That subscription has ended.")
    return subscription


def _refuse_unreadable(request: Request, resource_type: str) -> None:
    scope = scopes.named(resource_type, writes=False)
    if not api_keys.may(request.state.api_key, scope):
        raise Fault(403, f"This key may not be told of that: it lacks {scope}.")
