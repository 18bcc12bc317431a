"""What a patient hopes for, after each talk again: keep, change, let go; old beside new."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.journal import prompts
from app.outcomes import goals
from app.outcomes.goals import Change
from app.outcomes.models import Goal
from app.people.models import Patient
from app.refusal import Refusal
from app.web import safety_screen, step_up
from app.web.forms import read_form, text
from app.web.guards import journal_only, reading_only
from app.web.pages import page, redirect
from app.web.step_up import Reach

_LARGEST = 4 * goals.LONGEST  # read, to be refused in words
_KEEP, _CHANGE, _LET_GO = "keep", "change", "let-go"


@reading_only
def show(request: Request, db: Session) -> Response:
    """What stands, each with what it was before."""
    return _page(request, db, {})


@journal_only
def look_again(request: Request, db: Session) -> Response:
    """Keep it as they said, also from a page that lay open for long: it shows nothing earlier.

    Words that may mean danger are answered with help, and kept.
    """
    patient: Patient = request.state.patient
    form = read_form(request)
    standing = goals.standing(db, patient)
    try:
        changes = [_change(form, each) for each in standing]
        new = text(form, "new", limit=_LARGEST)
        _now, is_danger = goals.look_again(db, patient, changes, new)
    except Refusal as refusal:
        typed = _typed(form, standing)
        if goals.notice(db, patient, *typed.values()):
            return _help(request, db, "goals")
        return _page(request, db, typed, 422, refusal)
    prompts.goals_seen_to(db, patient)
    return _help(request, db, "course") if is_danger else redirect(request, "course")


def _help(request: Request, db: Session, back: str) -> Response:
    to = str(request.app.url_path_for(back))
    knows_them = step_up.reach_of(request) is not Reach.NONE
    return safety_screen.told(request, db, request.state.patient, back=to, knows_them=knows_them)


def _page(
    request: Request,
    db: Session,
    typed: Mapping[str, str],
    status: int = 200,
    refusal: Refusal | None = None,
) -> Response:
    patient: Patient = request.state.patient
    reach = step_up.reach_of(request)
    may_read = reach is not Reach.NONE
    return page(
        request,
        "patient/goals.html",
        status,
        refusal=refusal,
        typed=typed,
        standing=goals.standing(db, patient) if may_read else [],
        earlier=goals.earlier_words(db, patient) if may_read else {},
        let_go=goals.let_go(db, patient) if reach is Reach.ALL else [],
    )


def _change(form: FormData, goal: Goal) -> Change:
    wish = text(form, f"wish-{goal.id}")
    words = text(form, f"words-{goal.id}", limit=_LARGEST) if wish == _CHANGE else ""
    return Change(goal.id, words, lets_go=wish == _LET_GO)


def _typed(form: FormData, standing: Sequence[Goal]) -> dict[str, str]:
    """What was typed, to be shown again as it was."""
    names = [name for each in standing for name in _names(each.id)]
    return {name: str(form.get(name, "")) for name in [*names, "new"]}


def _names(goal_id: UUID) -> tuple[str, str]:
    return f"wish-{goal_id}", f"words-{goal_id}"


routes = [
    Route("/goals", show, methods=["GET"], name="goals"),
    Route("/goals", look_again, methods=["POST"], name="look-at-goals"),
]
