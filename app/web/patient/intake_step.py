"""One page of a form: shown, saved, and on to the next. Every Continue is a save."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.intake import drafts, sheets, signals
from app.intake.conflicts import AlreadySent, Conflict
from app.intake.doors import Doorway
from app.intake.drafts import Draft
from app.intake.models import IntakeTask, TaskState
from app.questionnaires.engine import fields, journey
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import QuestionnaireResponse
from app.web import safety_screen
from app.web.guards import intake_even_rested, intake_only
from app.web.pages import is_part
from app.web.patient import intake_clash, intake_page, intake_posted
from app.web.patient.intake_drawing import draw
from app.web.patient.intake_page import (
    check_path,
    elsewhere_path,
    go,
    open_task,
    packet_path,
    step_path,
    task_of,
)
from app.web.patient.intake_posted import Answers, Posted

LARGEST = 25 * 1024 * 1024  # with pictures


@dataclass(frozen=True)
class Visit:
    """A page being saved: by whom, on which sheet, and whether it came from the check page."""

    request: Request
    db: Session
    task: IntakeTask
    draft: Draft
    step: Step
    posted: Posted
    is_change: bool

    @property
    def doorway(self) -> Doorway:
        """How this browser stands to the packet."""
        doorway: Doorway = self.request.state.doorway
        return doorway


@intake_only
@open_task
def show(request: Request, db: Session) -> Response:
    """One page with what stands on it, to a browser that may read that."""
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    response = task.response
    if response is None or task.state is TaskState.COMPLETED:
        return go(request, packet_path(doorway.packet.id))
    if sheets.has_answers(response) and not doorway.may_read(response):
        return go(request, elsewhere_path(task))
    draft = drafts.read(response)
    if waits := intake_page.can_wait(request, db, draft.form):
        return waits
    step = journey.step_named(draft.form, draft.state, request.path_params["step"])
    if step is None:
        return go(request, _on(task, draft))
    return draw(request, db, task, draft, step, is_change=_is_change(request))


@intake_even_rested
@open_task
def save(request: Request, db: Session) -> Response:
    """Keep what was typed, then the next page; or this one again with what is wrong."""
    doorway: Doorway = request.state.doorway
    task, posted = task_of(doorway), intake_posted.read(request)
    response = _sheet(db, doorway, task, posted)
    if response is None:
        return go(request, packet_path(doorway.packet.id))
    if task.state is TaskState.COMPLETED:
        return intake_clash.sent_already(request, task)
    draft = drafts.read(response)
    if waits := intake_page.can_wait(request, db, draft.form):
        return waits
    step = journey.step_named(draft.form, draft.state, request.path_params["step"])
    if step is None:  # what was answered elsewhere closed this question
        return go(request, _on(task, draft))
    visit = Visit(request, db, task, draft, step, posted, _is_change(request))
    try:
        return _pressed(visit)
    except AlreadySent:
        return intake_clash.sent_already(request, task)
    except Conflict as conflict:
        return intake_clash.shown(request, task, draft, step, posted, conflict)


def _pressed(visit: Visit) -> Response:
    request, posted, draft, step = visit.request, visit.posted, visit.draft, visit.step
    if posted.keeps_theirs:
        return _next(visit, draft)
    if posted.button == "go" and posted.value == "skip":
        return _saved(visit, intake_posted.skipped(draft, step))
    answers = intake_posted.answers(visit.db, posted, draft, step, _zone(request))
    if posted.button in ("more", "add", "remove"):
        return _rearranged(visit, answers)
    return _saved(visit, answers)


def _saved(visit: Visit, answers: Answers) -> Response:
    """Keep whatever can be kept; a danger in it comes before everything else."""
    draft, faults = drafts.judged(
        visit.draft, visit.step, answers.values, answers.faults, zone=_zone(visit.request)
    )
    clean = {slot: values for slot, values in answers.values.items() if slot not in faults}
    kept = drafts.save(
        visit.db,
        visit.draft,
        clean,
        based_on=_based_on(visit),
        browser_hash=visit.doorway.browser_hash,
        passed=() if faults else visit.step.marks,
        worked_out=None if faults else draft.state,
    )
    # Also what is not kept yet, for want of something else, was told just now.
    told = draft if faults else kept
    if signals.notice(visit.db, kept.response, told.state, saved=visit.step.slots):
        return _safety(visit)
    if visit.request.state.has_rested:
        return intake_clash.rested(visit.request, kept.response)
    if faults:
        return _again(visit, kept, faults)
    return _next(visit, kept)


def _rearranged(visit: Visit, answers: Answers) -> Response:
    """One more row or input, or one less. What was typed beside it is kept as far as it goes."""
    button, value = visit.posted.button, visit.posted.value
    if button == "more":
        return _again(visit, visit.draft, {}, more=frozenset({value}))
    clean = {slot: values for slot, values in answers.values.items() if slot not in answers.faults}
    who = visit.doorway.browser_hash
    draft = drafts.save(visit.db, visit.draft, clean, based_on=_based_on(visit), browser_hash=who)
    if signals.notice(visit.db, draft.response, draft.state, saved=visit.step.slots):
        return _safety(visit)
    group = fields.slot_of(draft.form, value) if button == "add" else None
    if (
        group is not None
        and _takes_rows(draft, group)
        and journey.may_add_row(draft.form, draft.state, group)
    ):
        draft, row = drafts.add(visit.db, draft, group, browser_hash=who)
        fresh = Slot(group.link_id, (*group.rows, row))
        return _at(visit, draft, journey.step_of(draft.form, draft.state, fresh))
    if button == "remove" and (found := _row_named(draft, value)):
        group, row = found
        draft = drafts.remove(
            visit.db, draft, group, row, based_on=visit.posted.based_on, browser_hash=who
        )
        return _at(visit, draft, _overview(draft, group) or visit.step)
    return _at(visit, draft, visit.step)


def _row_named(draft: Draft, value: str) -> tuple[Slot, int] | None:
    """The row that a button's value names: its group's field name and, last, its number."""
    name, _, number = value.rpartition("-")
    if not (number.isascii() and number.isdigit() and name):
        return None
    group = fields.slot_of(draft.form, name)
    if group is None or not _takes_rows(draft, group):
        return None
    if int(number[:9]) not in draft.state.sheet.groups.get(group, (0,)):
        return None
    return group, int(number[:9])


def _takes_rows(draft: Draft, group: Slot) -> bool:
    item = draft.form.by_link_id[group.link_id]
    return item.type is ItemType.GROUP and item.is_repeating


def _overview(draft: Draft, group: Slot) -> Step | None:
    return next(
        (step for step in draft.steps if step.kind is Kind.ROWS and step.anchor == group), None
    )


def _next(visit: Visit, draft: Draft) -> Response:
    """On in order. From the check page: over what has newly opened, and back there."""
    if not visit.doorway.may_read(draft.response):
        return go(visit.request, elsewhere_path(visit.task))
    steps = list(draft.steps)
    place = next((at for at, step in enumerate(steps) if step.id == visit.step.id), None)
    here = visit.step
    if place is not None and not draft.is_done(steps[place]):
        following: Step | None = steps[place]  # something has opened on this very page
    elif draft.form.by_link_id[here.anchor.link_id].is_repeating and here.kind is not Kind.ROWS:
        following = _overview(draft, Slot(here.anchor.link_id, here.anchor.rows[:-1]))
    elif visit.is_change or place is None:
        following = draft.next_open(after=here.id)
    else:
        following = next(iter(steps[place + 1 :]), None) or draft.next_open()
    return _at(visit, draft, following)


def _at(visit: Visit, draft: Draft, step: Step | None) -> Response:
    request, task = visit.request, visit.task
    if step is None:
        return go(request, check_path(task))
    if not visit.doorway.may_read(draft.response):
        return go(request, elsewhere_path(task))
    if is_part(request):  # no second round trip
        return draw(request, visit.db, task, draft, step, is_change=visit.is_change)
    return go(request, step_path(task, step, change=visit.is_change))


def _again(
    visit: Visit,
    draft: Draft,
    faults: Mapping[Slot, str],
    *,
    more: frozenset[str] = frozenset(),
) -> Response:
    step = journey.step_named(draft.form, draft.state, visit.step.id) or visit.step
    return draw(
        visit.request,
        visit.db,
        visit.task,
        draft,
        step,
        is_change=visit.is_change,
        status=422 if faults else 200,
        posted=visit.posted,
        faults=faults,
        more=more,
    )


def _safety(visit: Visit) -> Response:
    patient = visit.doorway.packet.patient
    on = f"/intake/{visit.task.id}/on"
    return safety_screen.told(
        visit.request, visit.db, patient, on=on, knows_them=visit.doorway.knows_them
    )


def _sheet(
    db: Session, doorway: Doorway, task: IntakeTask, posted: Posted
) -> QuestionnaireResponse | None:
    """The sheet the page was drawn from: the task's, or the one this browser had to leave."""
    current = task.response
    if current is None or posted.sheet in ("", str(current.id)):
        return current
    former = sheets.left_by(db, doorway, task)
    return former if former is not None and str(former.id) == posted.sheet else current


def _based_on(visit: Visit) -> int:
    """Who may not read a sheet writes nothing over either, whatever the page says."""
    may_read = visit.doorway.may_read(visit.draft.response)
    return visit.posted.based_on if may_read else 0


def _on(task: IntakeTask, draft: Draft) -> str:
    step = draft.next_open()
    return step_path(task, step) if step else check_path(task)


def _is_change(request: Request) -> bool:
    return request.url.path.endswith("/change")


def _zone(request: Request) -> str:
    zone: str = request.state.patient.zone
    return zone


routes = [
    Route("/intake/{task}/{step}", show, name="intake:step"),
    Route(
        "/intake/{task}/{step}", save, methods=["POST"], name="intake:save", max_body_size=LARGEST
    ),
    Route("/intake/{task}/{step}/change", show, name="intake:change"),
    Route(
        "/intake/{task}/{step}/change",
        save,
        methods=["POST"],
        name="intake:save-change",
        max_body_size=LARGEST,
    ),
]
