"""A form's pages as a patient sees them, one after the other. Nothing typed there goes anywhere."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.questionnaires import forms as stored
from app.questionnaires.engine import journey
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.sheets import begin
from app.web.asking.questions import shown
from app.web.console.forms import forms
from app.web.guards import staff_only
from app.web.pages import not_found, page


@staff_only
def show(request: Request, db: Session) -> Response:
    """One page; the first unless the address names another."""
    row = forms.found(request, db)
    form = stored.form_of(row)
    state = evaluate(form, begin(form))
    steps = journey.steps(form, state)
    wanted = request.query_params.get("page", "")
    places = [place for place, step in enumerate(steps) if step.id == wanted or not wanted]
    if not places:
        not_found()
    place = places[0]
    view = shown(
        form, state, steps[place], language=i18n.language(), zone=request.state.clinic.zone
    )
    return page(
        request,
        "console/forms/page.html",
        row=row,
        view=view,
        place=place + 1,
        of=len(steps),
        before=steps[place - 1].id if place else "",
        after=steps[place + 1].id if place + 1 < len(steps) else "",
    )


routes = [Route("/forms/{id}/pages", show, methods=["GET"], name="form-pages")]
