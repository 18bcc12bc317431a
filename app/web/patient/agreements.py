"""What a patient agreed to: to read, to keep a copy of, to take back."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.audit import trail
from app.intake import consents
from app.intake.models import Consent
from app.intake.papers import copies
from app.people.models import Patient
from app.questionnaires.models import QuestionnaireResponse
from app.refusal import Refusal
from app.web import papers
from app.web.guards import reading_only
from app.web.pages import find_or_404, not_found, page, redirect


@reading_only
def show(request: Request, db: Session) -> Response:
    """Each with how it stands today."""
    return _page(request, db)


@reading_only
def withdraw(request: Request, db: Session) -> Response:
    """They take it back. Twice changes nothing."""
    consent = _found(request, db)
    try:
        consents.withdraw(db, consent, by=request.state.patient)
    except Refusal as refusal:
        return _page(request, db, 422, refusal)
    return redirect(request, "agreements")


@reading_only
def copy(request: Request, db: Session) -> Response:
    """The words, the name and the time, as PDF."""
    consent = _found(request, db)
    response = db.get(QuestionnaireResponse, consent.response_id) if consent.response_id else None
    content = copies.pdf(db, response) if response else None
    if response is None or content is None:
        not_found()
    with request.app.state.database.session() as other:  # GET reads only
        trail.record(other, "print-copy", agent=request.state.patient, entity=response)
    return papers.pdf(request, content, "copy")


def _found(request: Request, db: Session) -> Consent:
    patient: Patient = request.state.patient
    consent = find_or_404(db, Consent, request, clinic_id=patient.clinic_id)
    if consent.patient_id != patient.id:
        not_found()
    return consent


def _page(
    request: Request, db: Session, status: int = 200, refusal: Refusal | None = None
) -> Response:
    patient: Patient = request.state.patient
    kept = consents.current(db, patient)
    return page(
        request,
        "patient/agreements.html",
        status,
        refusal=refusal,
        agreements=[
            (consents.words(row.code), row, consents.stands(row, patient)) for row in kept.values()
        ],
    )


routes = [
    Route("/agreements", show, name="agreements"),
    Route("/agreements/{id}/copy", copy, name="agreement-copy"),
    Route("/agreements/{id}/withdrawal", withdraw, methods=["POST"], name="take-back-agreement"),
]
