"""Subscription as FHIR: reading what is asked for, writing what stands.

Criteria name a resource type alone. What is sent is never the resource: by default it is its id.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app import clock
from app.subscriptions.keeping import RESOURCE_TYPES, Wish
from app.subscriptions.models import Subscription, SubscriptionStatus
from app.web.fhir.outcome import Fault
from app.web.fhir.reading import element, elements, text, texts
from app.web.fhir.versions import instant

SIGNING_KEY = "urn:afterglow:webhook-secret"
CONTENT = (
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content"
)
_HIDDEN = "***"
_PAYLOADS = ("", "application/fhir+json", "application/json")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*)")
_OURS = ("host", "connection", "transfer-encoding", "expect", "upgrade", "te", "trailer")
_OUR_BEGINNINGS = ("content-", "webhook-", "proxy-")
_MOST_HEADERS = 10
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def read(resource: dict[str, Any], former: Subscription | None = None) -> Wish:
    """What is asked for. Header values that were hidden in an answer stay as they are, but only for
    the host that they were given for: whoever may name another is not to be sent them.
    """
    channel = element(resource, "channel", "Subscription")
    if text(channel, "type", "Subscription.channel") != "rest-hook":
        raise _fault("channel.type", "There are channels of the type rest-hook, and no others.")
    status = text(resource, "status", "Subscription")
    if status not in ("", "requested", "active", "error", "off"):
        raise _fault("status", "Ask for it as requested, or as off.")
    endpoint = text(channel, "endpoint", "Subscription.channel", limit=1000)
    return Wish(
        resource_type=_criteria(resource),
        endpoint=endpoint,
        reason=_reason(resource),
        headers=_headers(channel, _hidden(former, endpoint)),
        with_ids=_with_ids(channel),
        ends_at=_ends_at(resource),
        is_off=status == "off",
    )


def written(subscription: Subscription) -> dict[str, Any]:
    """One subscription. The values of its headers, and what signs, stay with us."""
    channel: dict[str, Any] = {
        "type": "rest-hook",
        "endpoint": subscription.endpoint,
        "payload": "application/fhir+json",
        "_payload": {
            "extension": [
                {"url": CONTENT, "valueCode": "id-only" if subscription.with_ids else "empty"}
            ]
        },
    }
    names = [line.partition(":")[0] for line in subscription.headers or []]
    if names:
        channel["header"] = [f"{name}: {_HIDDEN}" for name in names]
    resource: dict[str, Any] = {
        "resourceType": "Subscription",
        "id": str(subscription.id),
        "meta": {"lastUpdated": instant(subscription.changed_at)},
        "status": subscription.status.value,
        "reason": subscription.reason,
        "criteria": subscription.resource_type,
        "channel": channel,
    }
    if subscription.ends_at is not None:
        resource["end"] = instant(subscription.ends_at)
    if subscription.status is SubscriptionStatus.ERROR:
        said = f"answered {subscription.last_answer}" if subscription.last_answer else "no answer"
        resource["error"] = f"Nothing was taken for a day: {said}. It is still tried."
    return resource


def _fault(where: str, words: str, status: int = 422) -> Fault:
    return Fault(status, words, expression=f"Subscription.{where}")


def _criteria(resource: dict[str, Any]) -> str:
    said = text(resource, "criteria", "Subscription").removesuffix("?")
    if not said:
        raise _fault("criteria", "Subscription.criteria is missing.")
    if said not in RESOURCE_TYPES:
        words = f"Criteria name one type and nothing else: {', '.join(RESOURCE_TYPES)}."
        raise _fault("criteria", words)
    return said


def _reason(resource: dict[str, Any]) -> str:
    said = text(resource, "reason", "Subscription")
    if not said:
        raise _fault("reason", "Say in Subscription.reason what it is for: staff read it.")
    return said


def _hidden(former: Subscription | None, endpoint: str) -> dict[str, str]:
    """The header lines that may stay hidden, by their names."""
    if former is None or _place(former.endpoint) != _place(endpoint):
        return {}
    return {line.partition(":")[0].lower(): line for line in former.headers or []}


def _place(endpoint: str) -> str:
    """Scheme, host and port, as they were written."""
    return endpoint.partition("//")[0] + re.split(r"[/?#\\]", endpoint.partition("//")[2])[0]


def _headers(channel: dict[str, Any], hidden: dict[str, str]) -> list[str]:
    lines = texts(channel, "header", "Subscription.channel")
    if len(lines) > _MOST_HEADERS or any(len(line) > 1000 for line in lines):
        raise _fault("channel.header", f"At most {_MOST_HEADERS} headers of 1000 signs each.")
    found = []
    for line in lines:
        parts = _HEADER.fullmatch(line)
        if parts is None:
            raise _fault("channel.header", "A header is `Name: value`, in one line.", 400)
        name = parts[1].lower()
        if name in _OURS or name.startswith(_OUR_BEGINNINGS):
            raise _fault("channel.header", f"{parts[1]} is for us to write.")
        if parts[2].strip() == _HIDDEN and name not in hidden:
            raise _fault("channel.header", f"Say {parts[1]} anew: it was for another address.")
        found.append(hidden[name] if parts[2].strip() == _HIDDEN else line)
    return found


def _with_ids(channel: dict[str, Any]) -> bool:
    if text(channel, "payload", "Subscription.channel") not in _PAYLOADS:
        raise _fault("channel.payload", "What is told is application/fhir+json.")
    beside = element(channel, "_payload", "Subscription.channel")
    for extension in elements(beside, "extension", "Subscription.channel.payload"):
        if extension.get("url") != CONTENT:
            continue
        said = text(extension, "valueCode", "Subscription.channel.payload.extension")
        if said not in ("id-only", "empty"):
            raise _fault("channel.payload", "Resources are not sent: id-only, or empty.")
        return said == "id-only"
    return True


def _ends_at(resource: dict[str, Any]) -> datetime | None:
    said = text(resource, "end", "Subscription")
    if not said:
        return None
    ends_at = None
    if _INSTANT.fullmatch(said):
        with suppress(ValueError, OverflowError):  # a month 13, a year 0
            ends_at = datetime.fromisoformat(said).astimezone(UTC)
    if ends_at is None:
        raise _fault("end", "Subscription.end must be an instant with its offset.", 400)
    if ends_at <= clock.machine_now():
        raise _fault("end", "It would have ended already.")
    return ends_at
