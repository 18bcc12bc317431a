"""What our own scripts and other systems post when nothing is wrong: where a fuzz starts from."""

from collections.abc import Callable
from typing import Any

from app.web.fhir.subscription import CONTENT
from bench.reliability.payloads import Words
from tests.house.world import World

_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
_CREDENTIAL = {
    "credential": {
        "id": "AAAA",
        "rawId": "AAAA",
        "type": "public-key",
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": "oA",
            "authenticatorData": "AAAA",
            "signature": "AAAA",
            "userHandle": "AAAA",
        },
        "clientExtensionResults": {},
        "authenticatorAttachment": "platform",
    },
    "t": "1" * 22,
    "label": "A phone",
}
_SIGNAL = {"type": "offer", "peer": "p", "page": "page", "sdp": _SDP, "to": "clinician", "n": 0}


def _entry(world: World) -> dict[str, Any]:
    return {
        "owner": world.own.ids["owner"],
        "revision": 2,
        "written_at": "2026-11-20T12:00:00-05:00",
        "words": "The light came first.",
        "kind": "words",
        "question": "What stayed?",
        "prompt": None,
        "lines": ["The light"],
        "shared": True,
        "apart_from": None,
    }


# By the route's name: what is posted as JSON.
JSON: dict[str, Callable[[World], dict[str, Any]]] = {
    "exchange": lambda world: {"t": world.own.tokens["join"], "kind": "join", "device_key": "a"},
    "exchange-claim": lambda world: {"visit": world.own.ids["visit"], "page": "page"},
    "invitation-challenge": lambda _: {"t": "1" * 22},
    "invitation-passkey": lambda _: _CREDENTIAL,
    "invitation-known-challenge": lambda _: {"t": "1" * 22},
    "invitation-known": lambda _: _CREDENTIAL,
    "passkey-sign-in": lambda _: _CREDENTIAL,
    "console:passkey-sign-in": lambda _: _CREDENTIAL,
    "new-passkey": lambda _: _CREDENTIAL,
    "console:add-passkey-for-me": lambda _: _CREDENTIAL,
    "safety-alert": lambda world: {
        "owner": world.own.ids["owner"],
        "signal": "words",
        "urgent": True,
        "at": "2026-11-20T12:00:00-05:00",
    },
    "journal:deliver": _entry,
    "journal:complete": lambda _: {"slices": 1, "media_type": "audio/webm", "seconds": 3.5},
    "push-subscribe": lambda _: {
        "endpoint": "https://fcm.googleapis.com/fcm/send/a",
        "keys": {"p256dh": "BAAA", "auth": "AAAA"},
    },
    "session-begin": lambda _: {"at": "2026-11-20T12:00:00-05:00"},
    "visit:signals": lambda _: _SIGNAL,
    "visit:guest-signals": lambda _: _SIGNAL,
}


def forms(world: World) -> list[tuple[str, list[tuple[str, str]]]]:
    """Forms that no page has: what Twilio posts."""
    said = {
        "MessageSid": "SM" + "0" * 32,
        "From": "+13125550142",
        "To": "+13125550100",
        "Body": "LATER",
        "NumMedia": "0",
        "OptOutType": "",
    }
    became = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered", "ErrorCode": "30003"}
    status = f"/hooks/twilio/status/{world.own.ids['text']}"
    return [("/hooks/twilio/message", list(said.items())), (status, list(became.items()))]


def resources(world: World) -> list[dict[str, Any]]:
    """What another system sends to the FHIR door."""
    own = world.own.ids
    patient = {"reference": f"Patient/{own['patient']}"}
    return [
        {
            "resourceType": "Patient",
            "identifier": [{"system": "urn:ehr", "value": "1"}],
            "name": [{"use": "official", "family": "Lind", "given": ["Noa", "B."]}],
            "telecom": [{"system": "phone", "value": "+13125550188", "use": "mobile"}],
            "birthDate": "1990-04-12",
            "gender": "female",
            "address": [{"line": ["1 Main St"], "city": "Troy", "postalCode": "12180"}],
            "communication": [{"language": {"coding": [{"code": "es"}]}, "preferred": True}],
        },
        {
            "resourceType": "Appointment",
            "status": "booked",
            "serviceType": [{"coding": [{"code": "infusion"}]}],
            "start": "2026-11-30T15:00:00Z",
            "end": "2026-11-30T17:00:00Z",
            "minutesDuration": 120,
            "participant": [
                {"actor": patient, "status": "accepted"},
                {"actor": {"reference": f"Practitioner/{own['staff']}"}, "status": "accepted"},
            ],
        },
        {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "code": {
                "coding": [{"system": "urn:afterglow:task", "code": "complete-questionnaire"}]
            },
            "focus": {"reference": f"Questionnaire/{own['form']}"},
            "for": patient,
            "restriction": {"period": {"end": "2026-11-30T15:00:00Z"}},
        },
        {
            "resourceType": "Subscription",
            "status": "requested",
            "reason": "to know",
            "criteria": "Appointment",
            "end": "2026-12-30T15:00:00Z",
            "channel": {
                "type": "rest-hook",
                "endpoint": "https://ehr.example/told",
                "payload": "application/fhir+json",
                "_payload": {"extension": [{"url": CONTENT, "valueCode": "id-only"}]},
                "header": ["Authorization: Bearer a"],
            },
        },
        {
            "resourceType": "Questionnaire",
            "status": "active",
            "title": "A form",
            "item": [
                {"linkId": "1", "type": "string", "text": "How are you?", "maxLength": 5},
                {
                    "linkId": "2",
                    "type": "choice",
                    "text": "Which?",
                    "answerOption": [{"valueCoding": {"code": "a", "display": "A"}}],
                    "enableWhen": [{"question": "1", "operator": "exists", "answerBoolean": True}],
                },
            ],
        },
    ]


def searches(world: World) -> list[tuple[str, str]]:
    """What other systems look for, with values that there are."""
    own = world.own.ids
    return [
        ("patient", f"Patient/{own['patient']}"),
        ("patient", own["patient"]),
        ("subject", f"Patient/{own['patient']}"),
        ("actor", f"Practitioner/{own['staff']}"),
        ("_id", own["visit"]),
        ("phone", "+13125550142"),
        ("name", "Maya"),
        ("birthdate", "1990-04-12"),
        ("status", "booked,requested"),
        ("status", "completed"),
        ("date", "ge2026-11-01"),
        ("date", "le2026-12-01T00:00:00Z"),
        ("_lastUpdated", "gt2026-01-01"),
        ("_count", "2"),
        ("_sort", "-_lastUpdated"),
        ("_include", "Appointment:patient"),
        ("_summary", "count"),
        ("_elements", "id"),
    ]


def hostile_form(words: Words) -> dict[str, Any]:
    """A form of another clinic's making, with hostile words wherever a form has words."""
    core = "http://hl7.org/fhir/StructureDefinition/rendering-"
    marked = {"extension": [{"url": core + "markdown", "valueMarkdown": words.fill(3000, "\n\n")}]}
    xhtml = f"<div xmlns='http://www.w3.org/1999/xhtml'>{words.fill(3000)}</div>"
    hidden = {"extension": [{"url": core + "xhtml", "valueString": xhtml}]}
    options = [{"valueCoding": {"code": str(n), "display": words.fill(120)}} for n in range(4)]
    return {
        "resourceType": "Questionnaire",
        "status": "active",
        "title": words.fill(200),
        "description": words.fill(500),
        "item": [
            {"linkId": "1", "type": "display", "text": words.fill(400), "_text": marked},
            {"linkId": "2", "type": "display", "text": words.fill(400), "_text": hidden},
            {"linkId": "3", "type": "text", "text": words.fill(400), "prefix": words.fill(60)},
            {"linkId": "4", "type": "choice", "text": words.fill(300), "answerOption": options},
            {"linkId": "5", "type": "string", "text": words.fill(300)},
        ],
    }
