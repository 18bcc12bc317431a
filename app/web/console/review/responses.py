"""One sheet of answers as staff read it: answers, scores, flags; as PDF and as a table."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.intake import (
    attachments,
    consents,
    drafts,
    reading_back,
    reviewing,
    scored,
    signals,
    tables,
)
from app.intake.papers import answers, copies
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.models import (
    Questionnaire,
    QuestionnaireResponse,
    ResponseStatus,
)
from app.safety.models import SafetyAlert
from app.web import papers
from app.web.console import looking
from app.web.console.desk import desk_page
from app.web.files import sent_files
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found


@staff_only
def show(request: Request, db: Session) -> Response:
    """What was asked and answered. Of a sheet that was not sent in, only what raised an alert."""
    patient, response = _found(request, db)
    looking.note(request, "read-answers", response)
    clinic = request.state.clinic
    draft = drafts.read(response, zone=patient.zone)
    is_sent = response.status is ResponseStatus.COMPLETED
    only = None if is_sent else signals.causing(_alerts(db, response), draft.form, draft.state)
    lines = reading_back.lines(draft.form, draft.state, zone=patient.zone, only=only)
    earlier = scored.earlier_results(db, response, clinic) if is_sent else {}
    flags = reviewing.in_order(draft.form, reviewing.of_response(db, response))
    return desk_page(
        request,
        db,
        "console/responses/show.html",
        section="patients",
        person=patient,
        response=response,
        title=draft.form.title.within(i18n.language()),
        is_sent=is_sent,
        parts=reading_back.parts(lines),
        scores=scored.scores(draft.form, draft.state, clinic, earlier) if is_sent else (),
        flags=flags,
        may_clear=reviewing.may_clear(request.state.practitioner),
        has_consents=bool(consents.of_response(db, response)),
        part_2=_notice(draft) if is_sent else "",
        language_name=answers.language_name,
    )


@staff_only
def paper(request: Request, db: Session) -> Response:
    """The sheet as PDF."""
    _patient, response = _sent(request, db)
    looking.note(request, "print-answers", response)
    return papers.pdf(request, answers.pdf(db, response), "answers")


@staff_only
def copy(request: Request, db: Session) -> Response:
    """The patient's own copy of what they signed, for whoever hands it out."""
    _patient, response = _sent(request, db)
    content = copies.pdf(db, response)
    if content is None:
        not_found()
    looking.note(request, "print-copy", response)
    return papers.pdf(request, content, "copy")


@staff_only
def table(request: Request, db: Session) -> Response:
    """The sheet as a table of one row."""
    _patient, response = _sent(request, db)
    looking.note(request, "export-answers", response)
    return papers.table(request, tables.of_response(db, request.state.clinic, response), "answers")


@staff_only
def form_table(request: Request, db: Session) -> Response:
    """Every sheet of a form as a table. Whoever is on it finds it in their account."""
    form = _form(request, db)
    theirs = tables.patients_of(db, request.state.clinic, form)
    looking.note(request, "export-answers", form, *theirs)
    return papers.table(request, tables.of_form(db, request.state.clinic, form), "answers")


@staff_only
def file(request: Request, db: Session) -> Response:
    """A picture or paper that answers a question."""
    _patient, response = _sent(request, db)
    attachment = attachments.find(db, response, request.path_params["file"])
    if attachment is None:
        not_found()
    looking.note(request, "read-file", attachment)
    return sent_files.sent(attachment)


def _found(request: Request, db: Session) -> tuple[Patient, QuestionnaireResponse]:
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    try:
        response_id = UUID(request.path_params["response"])
    except ValueError:
        not_found()
    response = db.scalar(
        select(QuestionnaireResponse)
        .options(joinedload(QuestionnaireResponse.questionnaire))
        .where(
            QuestionnaireResponse.id == response_id,
            QuestionnaireResponse.patient_id == patient.id,
        )
    )
    if response is None:
        not_found()
    return patient, response


def _form(request: Request, db: Session) -> Questionnaire:
    try:
        form = library.of_clinic(db, request.state.clinic, UUID(request.path_params["id"]))
    except ValueError:
        form = None
    return form or not_found()


def _sent(request: Request, db: Session) -> tuple[Patient, QuestionnaireResponse]:
    patient, response = _found(request, db)
    if response.status is not ResponseStatus.COMPLETED:
        not_found()
    return patient, response


def _alerts(db: Session, response: QuestionnaireResponse) -> list[SafetyAlert]:
    return list(db.scalars(select(SafetyAlert).where(SafetyAlert.response_id == response.id)))


def _notice(draft: drafts.Draft) -> str:
    protected = reading_back.is_about_substances(draft.form, draft.state)
    return answers.part_2_notice() if protected else ""


_ONE = "/patients/{id}/responses/{response}"
routes = [
    Route(_ONE, show, name="response"),
    Route(f"{_ONE}/paper", paper, name="response-paper"),
    Route(f"{_ONE}/copy", copy, name="response-copy"),
    Route(f"{_ONE}/table", table, name="response-table"),
    Route(f"{_ONE}/files/{{file}}", file, name="response-file"),
    Route("/forms/{id}/answers", form_table, name="form-answers"),
]
