"""The clinic's forms: those that are shipped, those it brought, and their versions."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people.models import Practitioner
from app.questionnaires import finding_words, importing, library
from app.questionnaires import forms as stored
from app.questionnaires.models import Questionnaire
from app.web.console.desk import desk_page
from app.web.console.forms import form_words
from app.web.guards import staff_only
from app.web.pages import not_found, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """Every form, the clinic's own first, retired ones last."""
    everything = library.all_of(db, request.state.clinic)
    own = [form for form in everything if form.clinic_id is not None]
    return desk_page(
        request,
        db,
        "console/forms/list.html",
        section="forms",
        own=[form for form in own if form.retired_at is None],
        shipped=[form for form in everything if form.clinic_id is None],
        retired=[form for form in own if form.retired_at is not None],
        result_of=result_of,
    )


@staff_only
def show_one(request: Request, db: Session) -> Response:
    """One version of a form: the report of its import, its rules, and the other versions."""
    row = found(request, db)
    form = stored.form_of(row)
    everything = library.all_of(db, request.state.clinic)
    same = [each for each in everything if each.url == row.url and each.id != row.id]
    importer = db.get(Practitioner, row.imported_by_id) if row.imported_by_id else None
    return desk_page(
        request,
        db,
        "console/forms/show.html",
        section="forms",
        row=row,
        form=form,
        importer=importer,
        others=same,
        findings=[(each.link_id, finding_words.said(each)) for each in importing.findings_of(row)],
        questions=sum(item.is_question for item in form.in_order),
        rules=sum(len(item.rules) for item in form.in_order),
        is_shipped=bool(library.slug_of(row)),
        result_of=result_of,
    )


@staff_only
def preview(request: Request, db: Session) -> Response:
    """Every question, as it is asked, with when and how."""
    row = found(request, db)
    return desk_page(
        request,
        db,
        "console/forms/preview.html",
        section="forms",
        row=row,
        form=stored.form_of(row),
        form_words=form_words,
    )


@staff_only
def download(request: Request, db: Session) -> Response:
    """The form as it came, as a file."""
    row = found(request, db)
    headers = {"Content-Disposition": f'attachment; filename="questionnaire-{row.id}.json"'}
    return Response(row.definition, 200, headers, media_type="application/fhir+json")


@staff_only
def retire(request: Request, db: Session) -> Response:
    """No longer ask with it. What was answered stays."""
    row = own(request, db)
    importing.retire(db, row, by=request.state.practitioner)
    return redirect(request, "console:form", id=row.id)


@staff_only
def resume(request: Request, db: Session) -> Response:
    """Ask with it again."""
    row = own(request, db)
    importing.resume(db, row, by=request.state.practitioner)
    return redirect(request, "console:form", id=row.id)


def found(request: Request, db: Session) -> Questionnaire:
    """The form of the address: the clinic's own or a shipped one. Another clinic's is unknown."""
    try:
        row = library.of_clinic(db, request.state.clinic, UUID(request.path_params["id"]))
    except ValueError:
        row = None
    return row or not_found()


def own(request: Request, db: Session) -> Questionnaire:
    """The clinic's own form of the address. A shipped one is nobody's to change."""
    row = found(request, db)
    return row if row.clinic_id is not None else not_found()


def result_of(row: Questionnaire) -> int:
    """How many warnings its import gave."""
    return len(importing.findings_of(row))


routes = [
    Route("/forms", show, methods=["GET"], name="forms"),
    Route("/forms/{id}", show_one, methods=["GET"], name="form"),
    Route("/forms/{id}/preview", preview, methods=["GET"], name="form-preview"),
    Route("/forms/{id}/file", download, methods=["GET"], name="form-file"),
    Route("/forms/{id}/retirement", retire, methods=["POST"], name="retire-form"),
    Route("/forms/{id}/return", resume, methods=["POST"], name="resume-form"),
]
