"""The guard of the FHIR door: whose key, what it opens, in which format, and how it says no."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

import anyio.from_thread
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.access import api_keys, scopes
from app.audit import trail
from app.people.models import Patient
from app.refusal import Refusal
from app.security.tokens import hash_token
from app.web.fhir import outcome
from app.web.fhir.outcome import MEDIA_TYPE, Fault
from app.web.guards import api_key_only

_MEDIA_TYPES = (MEDIA_TYPE, "application/json")
_FORMATS = (*_MEDIA_TYPES, "json")
_ANY = ("*/*", "application/*")
_ONE_READING = timedelta(hours=1)  # pages that follow each other within it are one look
_OTHER_RELEASE = re.compile(r";\s*fhirVersion\s*=\s*\"?(?!4\.0\b)", re.IGNORECASE)

Endpoint = Callable[[Request, Session], Response]


def bearer_only(endpoint: Endpoint) -> Callable[[Request], Response]:
    """`api_key_only`, and only for a key whose scopes open this resource for this method."""

    @wraps(endpoint)
    def scoped(request: Request, db: Session) -> Response:
        request.app.state.key_limits.know(_presented(request))
        _refuse_unscoped(request)
        return endpoint(request, db)

    guarded = api_key_only(scoped)

    @wraps(guarded)
    def unhurried(request: Request) -> Response:
        _refuse_hurried(request)
        return guarded(request)

    return in_fhir(unhurried)


def in_fhir(guarded: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Answer every fault and refusal with an OperationOutcome. Those roll back.

    The body is read before the transaction opens: a slow sender must not keep writers waiting.
    """

    @wraps(guarded)
    def run(request: Request) -> Response:
        try:
            if request.method in ("POST", "PUT"):
                request.state.body = anyio.from_thread.run(request.body)
            _refuse_other_formats(request)
            return guarded(request)
        except Fault as fault:
            return outcome.of_fault(fault)
        except Refusal as refusal:
            return outcome.of_refusal(refusal)
        except HTTPException as error:
            return outcome.outcome(error.status_code)

    return run


def scope_of(request: Request) -> str:
    """The scope that this request takes: that of the resource its address begins with."""
    resource = request.url.path.removeprefix("/fhir/R4/").partition("/")[0]
    return scopes.named(resource, writes=request.method not in ("GET", "HEAD"))


def read_resource(request: Request, resource_type: str) -> dict[str, Any]:
    """The posted resource. 400 for anything that is none of this type, 415 for another format."""
    try:
        resource = json.loads(read_body(request))
    except (ValueError, RecursionError):
        raise Fault(400, "The body is not JSON.") from None
    if not isinstance(resource, dict):
        raise Fault(400, "The body is not a resource.")
    if resource.get("resourceType") != resource_type:
        raise Fault(400, f"The body is not a resource of type {resource_type}.")
    return resource


def read_body(request: Request) -> bytes:
    """What was posted, as it came. 415 for another format."""
    content_type = request.headers.get("content-type", "")
    if _media_type(content_type) not in _MEDIA_TYPES or _OTHER_RELEASE.search(content_type):
        raise Fault(415, f"Send {MEDIA_TYPE}, release 4.0.")
    body: bytes = request.state.body
    return body


def note_view(request: Request, patient: Patient) -> None:
    """Write into the trail which system looked at whom."""
    note_views(request, [patient])


def note_views(request: Request, patients: Iterable[Patient]) -> None:
    """The same for several at once. Whoever this request looked at already is not noted twice."""
    noted: set[UUID] = getattr(request.state, "noted", set())
    looked_at = [each for each in patients if each.id not in noted]
    if not looked_at:
        return
    # GET reads only: the note goes into a transaction of its own, before anything is told.
    with request.app.state.database.session() as other:
        for each in looked_at:
            trail.record(other, "view", agent=request.state.api_key, entity=each)
    request.state.noted = noted | {each.id for each in looked_at}


def note_page_view(request: Request, db: Session, patient: Patient, *, is_first: bool) -> None:
    """The same for a page of many: once for all of them, but whoever begins in the middle is noted.

    The mark of a page is the client's to write, so it proves nothing about the pages before.
    """
    since = clock.now() - _ONE_READING
    if is_first or not trail.has(
        db, "view", agent=request.state.api_key, entity=patient, since=since
    ):
        note_view(request, patient)


def _refuse_hurried(request: Request) -> None:
    """Before any transaction: a key that asks too often costs next to nothing."""
    seconds = request.app.state.key_limits.wait(_presented(request))
    if seconds:
        raise Fault(429, "This key asks too often.", headers={"Retry-After": str(seconds)})


def _presented(request: Request) -> str:
    return hash_token(request.headers.get("authorization", "")).hex()


def _refuse_unscoped(request: Request) -> None:
    scope = scope_of(request)
    if not api_keys.may(request.state.api_key, scope):
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        raise Fault(
            403,
            f"This key may not do that: it lacks {scope}.",
            headers={"WWW-Authenticate": challenge},
        )


def _refuse_other_formats(request: Request) -> None:
    """`_format` goes before `Accept`. Who asks for neither takes what there is."""
    asked = request.query_params.get("_format") or request.headers.get("accept", "")
    asked = asked.replace("application/fhir json", MEDIA_TYPE)  # a plus sign left unescaped
    wanted = [each for each in asked.split(",") if each.strip()]
    if wanted and not any(_is_ours(each) for each in wanted):
        raise Fault(406, f"There is {MEDIA_TYPE} here, release 4.0, and nothing else.")


def _is_ours(wanted: str) -> bool:
    return _media_type(wanted) in (*_FORMATS, *_ANY) and not _OTHER_RELEASE.search(wanted)


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()
