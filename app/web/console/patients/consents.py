"""A patient takes back a consent through staff."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.intake import consents
from app.intake.models import Consent
from app.people.models import Patient
from app.refusal import Refusal
from app.web.console.faults import Faults
from app.web.console.patients.patient_page import patient_page
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


@staff_only
def withdraw(request: Request, db: Session) -> Response:
    """They said so in person or by phone. Twice changes nothing."""
    clinic_id = request.state.clinic.id
    patient = find_or_404(db, Patient, request, clinic_id=clinic_id)
    consent = find_or_404(db, Consent, request, name="consent", clinic_id=clinic_id)
    if consent.patient_id != patient.id:
        not_found()
    try:
        consents.withdraw(db, consent, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, "consents")
        return patient_page(request, db, patient, faults=faults)
    return redirect(request, "console:patient", id=patient.id)


routes = [
    Route(
        "/patients/{id}/consents/{consent}/withdrawal",
        withdraw,
        methods=["POST"],
        name="withdraw-consent",
    ),
]
