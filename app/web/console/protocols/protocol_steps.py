"""Changing a protocol one step at a time: the form, what it would move, and doing it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.plans import kept, reading
from app.plans.kept import Kept
from app.plans.plan import Plan
from app.plans.steps import StepKind, fields_of
from app.protocols import changing
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.protocols import plan_fields, plan_sentences, plan_words, protocols
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import not_found, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """The step as it stands, to be changed."""
    return _page(request, db, protocols.found(request, db), _kind(request), None, Faults())


@staff_only
def change(request: Request, db: Session) -> Response:
    """First what would move, then, once that was seen, the change itself.

    Refused when somebody else has changed the protocol since the page was opened.
    """
    its, kind, form = protocols.found(request, db), _kind(request), read_form(request)
    typed = {each.name: text(form, each.name) for each in fields_of(kind) if each.name in form}
    if text(form, "change"):
        return _page(request, db, its, kind, typed, Faults())
    clinic, faults = request.state.clinic, Faults()
    seen = _seen(text(form, "seen"))
    try:
        window = kept.own_window(clinic)
        plan = reading.changed(its.plan, kind, reading.typed(kind, typed), window)
        if plan != its.plan and not text(form, "confirmed"):
            return _preview(request, db, its, kind, typed, plan)
        changing.apply(db, clinic, its.id, plan, seen=seen, by=request.state.practitioner)
    except Refusal as refusal:
        faults.take(refusal)
        return _page(request, db, its, kind, typed, faults)
    return redirect(request, "console:protocol", id=its.id)


def _page(
    request: Request,
    db: Session,
    its: Kept,
    kind: StepKind,
    typed: Mapping[str, str] | None,
    faults: Faults,
) -> Response:
    return desk_page(
        request,
        db,
        "console/protocols/step.html",
        422 if faults else 200,
        section="hours",
        its=its,
        kind=kind,
        title=plan_words.title(kind),
        about=plan_words.about(kind),
        asked=plan_fields.of(kind, its.plan.step(kind), request.state.clinic, typed),
        refusal=faults,
    )


def _preview(
    request: Request,
    db: Session,
    its: Kept,
    kind: StepKind,
    typed: Mapping[str, str],
    plan: Plan,
) -> Response:
    clinic = request.state.clinic
    return desk_page(
        request,
        db,
        "console/protocols/preview.html",
        section="hours",
        its=its,
        kind=kind,
        title=plan_words.title(kind),
        typed=typed,
        before=plan_sentences.of(its.plan.step(kind), clinic),
        after=plan_sentences.of(plan.step(kind), clinic),
        changes=changing.preview(db, clinic, its.id, plan),
        step_title=plan_words.title,
    )


def _kind(request: Request) -> StepKind:
    named = request.path_params["step"]
    return StepKind(named) if named in [*StepKind] else not_found()


def _seen(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


routes = [
    Route("/protocols/{id}/steps/{step}", show, methods=["GET"], name="protocol-step"),
    Route("/protocols/{id}/steps/{step}", change, methods=["POST"], name="change-protocol"),
]
