"""What the door says when it says no: an OperationOutcome with the status that tells the truth."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from app.refusal import Refusal
from app.scheduling.already_there import AlreadyThere
from app.scheduling.rules import SlotTaken

MEDIA_TYPE = "application/fhir+json"
_CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
    500: "exception",
    503: "transient",
}
_WORDS = {
    400: "This is not a resource that can be read.",
    403: "This key may not do that.",
    404: "There is no such resource.",
    405: "This is not possible here.",
    413: "The resource is too large.",
    415: "Send application/fhir+json.",
    500: "Something went wrong on our side.",
    503: "This cannot be done just now. Try again in a moment.",
}


class Fault(Exception):
    """A request that cannot be met, with its HTTP status and where in the resource it lies."""

    def __init__(
        self,
        status: int,
        words: str,
        *,
        expression: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}")  # the words may quote the request: keep them out of logs
        self.status = status
        self.words = words
        self.expression = expression
        self.headers = headers


def respond(
    resource: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A resource as an answer."""
    return JSONResponse(resource, status, headers, media_type=MEDIA_TYPE)


def outcome(
    status: int,
    words: str = "",
    *,
    expression: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An OperationOutcome with one error."""
    found = issue("error", _CODES.get(status, "processing"), words or _WORDS.get(status, ""))
    if expression:
        found["expression"] = [expression]
    return respond({"resourceType": "OperationOutcome", "issue": [found]}, status, headers)


def of_fault(fault: Fault) -> Response:
    """A fault as the answer it asks for."""
    return outcome(fault.status, fault.words, expression=fault.expression, headers=fault.headers)


def of_refusal(refusal: Refusal) -> Response:
    """A rule said no: 409 when that time is taken, else 422."""
    is_taken = isinstance(refusal, SlotTaken | AlreadyThere)
    return outcome(409 if is_taken else 422, refusal.message)


def issue(severity: str, code: str, words: str, diagnostics: str = "") -> dict[str, Any]:
    """One issue. `words` are for people, `diagnostics` for whoever integrates."""
    found: dict[str, Any] = {"severity": severity, "code": code, "details": {"text": words}}
    found["diagnostics"] = diagnostics or words
    return found
