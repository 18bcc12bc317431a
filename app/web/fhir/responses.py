"""Answers that patients sent in, read from another system."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

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
from app.web.fhir import paging, searching
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.outcome import Fault, respond
from app.web.fhir.reading import referenced
from app.web.fhir.searching import PAGE, Asked
from app.web.pages import find_or_404

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PREFIXES = ("ge", "gt", "le", "lt", "eq", "")
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
    asked = searching.read(request, "QuestionnaireResponse")
    wanted, found_by = paging.count(asked), _conditions(request, db, asked)
    after = paging.after(asked, _changed_at, QuestionnaireResponse.id)
    query = _responses().where(*found_by)
    total = db.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    found = list(db.scalars(query.where(*after).limit(wanted + 1))) if wanted else []
    shown = found[:wanted]
    _note_views(request, db, shown, asked)
    return searching.bundle(
        request,
        asked,
        [written(request, db, response) for response in shown],
        total=total or 0,
        next_page=_mark(shown[-1]) if len(found) > wanted else None,
    )


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One sheet, with the content of its files."""
    response = find_or_404(db, QuestionnaireResponse, request, clinic_id=request.state.clinic.id)
    note_view(request, db.get_one(Patient, response.patient_id))
    return respond(forms.exported(db, response))


@bearer_only
def show_file(request: Request, db: Session) -> Response:
    """The content of a file that somebody answered with, as a Binary."""
    attachment = find_or_404(db, Attachment, request, clinic_id=request.state.clinic.id)
    response = db.get_one(QuestionnaireResponse, attachment.response_id)
    if response.status is not ResponseStatus.COMPLETED:
        raise Fault(404, "There is no such Binary.")
    note_view(request, db.get_one(Patient, response.patient_id))
    return respond(exporting.binary(attachment))


def of_patient(request: Request, db: Session, patient: Patient) -> list[dict[str, Any]]:
    """All of a patient's sheets as FHIR."""
    query = _responses().where(QuestionnaireResponse.patient_id == patient.id)
    return [written(request, db, response) for response in db.scalars(query)]


def written(request: Request, db: Session, response: QuestionnaireResponse) -> dict[str, Any]:
    """One sheet among others: its files are named, not put in."""
    base = f"{request.app.state.settings.base_url}/fhir/R4"
    return forms.exported(db, response, address=lambda file_id: f"{base}/Binary/{file_id}")


def _responses() -> Select[QuestionnaireResponse]:
    return (
        select(QuestionnaireResponse)
        .options(joinedload(QuestionnaireResponse.questionnaire))
        .order_by(_changed_at, QuestionnaireResponse.id)
    )


def _mark(response: QuestionnaireResponse) -> str:
    return paging.mark(exporting.changed_at(response), response.id)


def _conditions(request: Request, db: Session, asked: Asked) -> list[ColumnElement[bool]]:
    clinic = request.state.clinic
    found = [QuestionnaireResponse.clinic_id == clinic.id]
    if {"subject", "patient"} & asked.values.keys():
        patient = searching.patient_of(request, db, asked, "subject", "patient")
        found.append(QuestionnaireResponse.patient_id == patient.id)
    elif "_lastUpdated" not in asked.spans:
        raise Fault(400, "Search by subject, or by _lastUpdated.")
    if "status" in asked.values:
        found.append(QuestionnaireResponse.status.in_(_statuses(asked.values["status"])))
    if "questionnaire" in asked.values:
        found.append(_is_of_form(asked.values["questionnaire"]))
    for said in asked.spans.get("_lastUpdated", ()):
        found.extend(_within(said, clinic.zone))
    return found


def _statuses(said: str) -> list[ResponseStatus]:
    """Those of ours among them: of any other status there is none."""
    return [ResponseStatus(each) for each in said.split(",") if each in list(ResponseStatus)]


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


def _within(said: str, zone: str) -> list[ColumnElement[bool]]:
    """A span of time: a day without a time is that whole day on the clinic's clock."""
    prefix, moment = (said[:2], said[2:]) if said[:2].isalpha() else ("", said)
    if prefix not in _PREFIXES:
        raise Fault(400, f"_lastUpdated takes no prefix {prefix}.")
    try:
        begins, ends = _span(moment, zone)
    except (ValueError, OverflowError):
        raise Fault(400, "_lastUpdated is a day, or a moment with its offset.") from None
    return {
        "ge": [_changed_at >= begins],
        "gt": [_changed_at >= ends],
        "le": [_changed_at < ends],
        "lt": [_changed_at < begins],
    }.get(prefix, [_changed_at >= begins, _changed_at < ends])


def _span(said: str, zone: str) -> tuple[datetime, datetime]:
    if _DAY.fullmatch(said):
        day, clock = date.fromisoformat(said), ZoneInfo(zone)
        begins = datetime.combine(day, time(), clock)
        return begins, datetime.combine(day + timedelta(days=1), time(), clock)
    moment = datetime.fromisoformat(said.replace(" ", "+"))  # a plus sign left unescaped
    if moment.tzinfo is None:
        raise ValueError
    begins = moment.astimezone(UTC)
    return begins, begins + timedelta(seconds=0 if moment.microsecond else 1)


def _note_views(
    request: Request, db: Session, shown: list[QuestionnaireResponse], asked: Asked
) -> None:
    """One note for each patient whose answers were told; for a thread of pages the first time."""
    one_patient = {"subject", "patient"} & asked.values.keys()
    if one_patient and PAGE in asked.values:
        return
    patients: set[UUID] = {response.patient_id for response in shown}
    for patient_id in sorted(patients):
        note_view(request, db.get_one(Patient, patient_id))
