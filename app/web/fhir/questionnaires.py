"""Forms that another system brings, and reads back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Clinic
from app.questionnaires import importing, library
from app.questionnaires.models import Questionnaire
from app.web.fhir import paging, searching, spans, versions
from app.web.fhir import questionnaire as mapping
from app.web.fhir.door import bearer_only, read_body, read_resource
from app.web.fhir.outcome import Fault, respond
from app.web.fhir.reading import referenced
from app.web.fhir.searching import Asked
from app.web.pages import not_found

# What is no resource at all, before anybody asks what it says.
_MALFORMED = ("not-utf-8", "not-json", "same-name-twice", "unreadable-signs", "not-an-object")


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201 with the form and what was odd about it; the same form again is 200.

    409 for the same form when the clinic asks with it no more: it stays retired. 422 with every
    reason when it is refused: nothing is kept then. A version of a form that comes with Afterglow
    is for staff to bring: patients are asked with it at once, and consents, alerts and scores rest
    on what its questions are.
    """
    clinic: Clinic = request.state.clinic
    imported = importing.import_questionnaire(
        db, clinic, read_body(request), by=request.state.api_key, resumes=False
    )
    if imported.questionnaire is None:
        codes = {each.code for each in imported.refusals}
        status = 400 if codes & {*_MALFORMED, "not-a-questionnaire"} else 422
        issues = mapping.issues(imported.findings)
        return respond({"resourceType": "OperationOutcome", "issue": issues}, status)
    if imported.is_new:
        _refuse_shipped(imported.questionnaire)
    _refuse_retired(imported.questionnaire)
    location = {"Location": f"/fhir/R4/Questionnaire/{imported.questionnaire.id}"}
    status = 201 if imported.is_new else 200
    return versions.answer(request, mapping.written(imported.questionnaire), status, location)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One form: the clinic's own or a shipped one."""
    return versions.answer(request, mapping.written(found(request, db)))


@bearer_only
def change(request: Request, db: Session) -> Response:
    """Ask with a form no more (`retired`), or again (`active`); what it asks stays.

    400 without `If-Match`: whoever says so has to know what stands.
    """
    form = found(request, db)
    resource = read_resource(request, "Questionnaire")
    if resource.get("id", str(form.id)) != str(form.id):
        raise Fault(400, "The id differs from the address.", expression="Questionnaire.id")
    if "if-match" not in request.headers:
        raise Fault(400, "Send If-Match with the version that you read.")
    _refuse_shipped(form)
    versions.refuse_stale(request, mapping.written(form))
    if not mapping.says_the_same(form, resource):
        words = "A form stays as it came, since answers refer to it. Post another version."
        raise Fault(422, words, expression="Questionnaire.version")
    acts = {"active": importing.resume, "retired": importing.retire}
    act = acts.get(str(resource.get("status")))
    if act is None:
        raise Fault(422, "The status is active or retired.", expression="Questionnaire.status")
    act(db, form, by=request.state.api_key)
    return versions.answer(request, mapping.written(form))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """Forms, each url's newest version first; retired ones too, and they say so."""
    asked = searching.read(request, "Questionnaire")
    url, _, version = asked.values.get("url", "").partition("|")
    version = asked.values.get("version", version)
    rows = [
        each
        for each in library.all_of(db, request.state.clinic)
        if (not url or each.url == url) and (not version or each.version == version)
    ]
    if url and version and not rows:  # one that was shipped earlier: answers may name it
        former = library.find(db, request.state.clinic, f"{url}|{version}")
        rows = [former] if former else []
    resources = [mapping.written(each) for each in rows]
    if "status" in asked.values:
        statuses = asked.tokens("status")
        resources = [each for each in resources if each["status"] in statuses]
    return paging.listed(request, asked, _among(resources, request, asked))


def _among(resources: list[dict[str, Any]], request: Request, asked: Asked) -> list[dict[str, Any]]:
    """Those of the ids asked for, changed in the span asked for."""
    ids = searching.ids_of(asked)
    if ids is not None:
        resources = [each for each in resources if UUID(each["id"]) in ids]
    zone = request.state.clinic.zone
    for said in asked.spans.get("_lastUpdated", ()):
        resources = [
            each
            for each in resources
            if spans.holds(
                "_lastUpdated", said, datetime.fromisoformat(each["meta"]["lastUpdated"]), zone
            )
        ]
    return resources


def _refuse_shipped(form: Questionnaire) -> None:
    if library.slug_of(form):
        words = (
            "This form comes with Afterglow. Give yours a url of its own, or have staff bring it."
        )
        raise Fault(422, words, expression="Questionnaire.url")


def _refuse_retired(form: Questionnaire) -> None:
    if form.retired_at is not None:
        words = (
            f"The clinic asks with this version no more, and it stays so. To ask with it again, "
            f"PUT Questionnaire/{form.id} as active with If-Match, or have staff take it up."
        )
        raise Fault(409, words, expression="Questionnaire.version")


def found(request: Request, db: Session) -> Questionnaire:
    """The form that the address names, else 404."""
    try:
        row = library.of_clinic(db, request.state.clinic, UUID(request.path_params["id"]))
    except ValueError:
        row = None
    return row or not_found()


def referred_to(db: Session, clinic: Clinic, reference: str) -> Questionnaire:
    """The form behind `Questionnaire/{id}` or a canonical. Else 404."""
    questionnaire_id = referenced(reference, "Questionnaire")
    row = library.of_clinic(db, clinic, questionnaire_id) if questionnaire_id else None
    row = row or library.find(db, clinic, reference)
    if row is None:
        raise Fault(404, "There is no such Questionnaire.", expression="Task.focus")
    return row
