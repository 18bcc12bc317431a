"""Answers that patients sent in, read from another system."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app.db.base import UTCDateTime
from app.people.models import Patient
from app.questionnaires import exporting, forms
from app.questionnaires.models import (
    Attachment,
    Questionnaire,
    QuestionnaireResponse,
    ResponseStatus,
)
from app.web.fhir import finding, versions
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.outcome import Fault
from app.web.fhir.reading import referenced
from app.web.fhir.searching import Asked
from app.web.pages import find_or_404

_changed_at = func.coalesce(
    QuestionnaireResponse.completed_at,
    QuestionnaireResponse.saved_at,
    QuestionnaireResponse.made_at,
    type_=UTCDateTime(),
)


@bearer_only
def search(request: Request, db: Session) -> Response:
    """A patient's answers, or everybody's since a moment, in the order in which they changed.

    Looking is written into the audit trail, once for all pages.
    """
    return finding.search(request, db, KIND)


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One sheet, with the content of its files. Its version is that of a search's answer."""
    response = find_or_404(db, QuestionnaireResponse, request, clinic_id=request.state.clinic.id)
    note_view(request, db.get_one(Patient, response.patient_id))
    whole = forms.exported(db, response)
    version = versions.stamp(written(request, db, response))["meta"]["versionId"]
    whole["meta"]["versionId"] = version
    return versions.answer(request, whole)


@bearer_only
def show_file(request: Request, db: Session) -> Response:
    """The content of a file that somebody answered with, as a Binary."""
    attachment = find_or_404(db, Attachment, request, clinic_id=request.state.clinic.id)
    response = db.get_one(QuestionnaireResponse, attachment.response_id)
    if response.status is not ResponseStatus.COMPLETED:
        raise Fault(404, "There is no such Binary.")
    note_view(request, db.get_one(Patient, response.patient_id))
    return versions.answer(request, exporting.binary(attachment))


def written(request: Request, db: Session, response: QuestionnaireResponse) -> dict[str, Any]:
    """One sheet among others: its files are named, not put in."""
    base = f"{request.app.state.settings.base_url}/fhir/R4"
    return forms.exported(db, response, address=lambda file_id: f"{base}/Binary/{file_id}")


def _query() -> Select[QuestionnaireResponse]:
    return select(QuestionnaireResponse).options(joinedload(QuestionnaireResponse.questionnaire))


def _told(
    request: Request, db: Session, found: Sequence[QuestionnaireResponse]
) -> list[dict[str, Any]]:
    return [written(request, db, response) for response in found]


def _conditions(_request: Request, _db: Session, asked: Asked) -> Conditions:
    found: Conditions = []
    if "status" in asked.values:
        known = finding.values(asked.tokens("status"), ResponseStatus)
        found.append(QuestionnaireResponse.status.in_(map(ResponseStatus, known)))
    if "questionnaire" in asked.values:
        found.append(_is_of_form(asked.values["questionnaire"]))
    return found


def _is_of_form(said: str) -> ColumnElement[bool]:
    forms_asked = select(Questionnaire.id)
    questionnaire_id = referenced(said, "Questionnaire")
    if questionnaire_id is not None and "|" not in said and not said.startswith("urn:"):
        forms_asked = forms_asked.where(Questionnaire.id == questionnaire_id)
    else:
        url, _, version = said.partition("|")
        forms_asked = forms_asked.where(Questionnaire.url == url)
        if version:
            forms_asked = forms_asked.where(Questionnaire.version == version)
    return QuestionnaireResponse.questionnaire_id.in_(forms_asked)


KIND = Kind(
    name="QuestionnaireResponse",
    model=QuestionnaireResponse,
    query=_query,
    moment=_changed_at,
    moment_of=exporting.changed_at,
    changed=_changed_at,
    told=_told,
    conditions=_conditions,
    patient_id=QuestionnaireResponse.patient_id.expression,
    patients_of=lambda _db, found: {response.patient_id for response in found},
    needs=("subject", "patient"),
)
