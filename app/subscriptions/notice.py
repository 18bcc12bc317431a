"""What another system is told: which resource has changed, never what stands in it.

A Bundle of type `history`, as the Subscriptions R5 Backport writes it for R4: first what is being
told, then one entry without a resource.
"""

import json
from datetime import UTC
from typing import Any

from app.subscriptions.models import Subscription, SubscriptionEvent

MEDIA_TYPE = "application/fhir+json"


def body(subscription: Subscription, event: SubscriptionEvent, base: str) -> bytes:
    """The bytes to send. `base`: the door's own address."""
    focus = f"{base}/{event.resource_type}/{event.resource_id}"
    about = f"Subscription/{subscription.id}"
    at = event.made_at.astimezone(UTC).isoformat(timespec="milliseconds")
    parts: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": at},
    ]
    if subscription.with_ids:
        parts.append({"name": "focus", "valueReference": {"reference": focus}})
    told = {
        "resourceType": "Parameters",
        "id": str(event.id),
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": f"{base}/{about}"}},
            {"name": "status", "valueCode": "active"},
            {"name": "type", "valueCode": "event-notification"},
            {
                "name": "events-since-subscription-start",
                "valueString": str(subscription.last_number),
            },
            {"name": "notification-event", "part": parts},
        ],
    }
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": f"urn:uuid:{event.id}",
            "resource": told,
            "request": {"method": "GET", "url": f"{about}/$status"},
            "response": {"status": "200"},
        }
    ]
    if subscription.with_ids:
        entries.append(_entry(event, focus))
    bundle = {
        "resourceType": "Bundle",
        "id": str(event.id),
        "type": "history",
        "timestamp": at,
        "entry": entries,
    }
    return json.dumps(bundle).encode()


def _entry(event: SubscriptionEvent, focus: str) -> dict[str, Any]:
    if event.is_new:
        request = {"method": "POST", "url": event.resource_type}
        return {"fullUrl": focus, "request": request, "response": {"status": "201"}}
    request = {"method": "PUT", "url": f"{event.resource_type}/{event.resource_id}"}
    return {"fullUrl": focus, "request": request, "response": {"status": "200"}}
