"""A page that was posted: kept as far as it can be, then on to the next one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.intake import conflicts, drafts, signals
from app.intake.doors import Doorway
from app.intake.drafts import Draft
from app.intake.models import IntakeTask
from app.intake.signals import Help
from app.questionnaires.engine import fields, journey
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.sheets import is_within
from app.questionnaires.engine.values import Slot
from app.web import safety_screen
from app.web.pages import is_part
from app.web.patient.intake import clash, posting, unkept
from app.web.patient.intake.drawing import draw
from app.web.patient.intake.pages import check_path, elsewhere_path, go, step_path
from app.web.patient.intake.posting import Answers, Posted


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


def pressed(visit: Visit) -> Response:
    """What a button of the page does. Refuses Conflict and AlreadySent."""
    request, posted, draft, step = visit.request, visit.posted, visit.draft, visit.step
    visit.doorway.keep_proof()
    if posted.keeps_theirs and posted.button == "remove":
        return _at(visit, draft, step)
    if posted.button == "go" and posted.value == "skip":
        return _passed_over(visit)
    answers = posting.answers(visit.db, posted, draft, step, _zone(request))
    if posted.keeps_theirs:
        return _saved(visit, posting.without_theirs(answers, posted, draft))
    if posted.button in ("more", "add", "remove"):
        return _rearranged(visit, answers)
    return _saved(visit, answers)


def _saved(visit: Visit, answers: Answers) -> Response:
    """Keep whatever can be kept; a danger in it comes before everything else."""
    drawn = _drawn(visit)
    changes = conflicts.changed_here(visit.draft.state.sheet, answers.values, drawn)
    draft, faults = drafts.judged(visit.draft, visit.step, changes, answers.faults)
    clean = {slot: values for slot, values in changes.items() if slot not in faults}
    kept = drafts.save(
        visit.db,
        visit.draft,
        clean,
        based_on=_based_on(visit),
        drawn=drawn,
        browser_hash=visit.doorway.browser_hash,
        passed=() if faults else visit.step.marks,
        worked_out=None if faults else draft.state,
    )
    # Also what is not kept yet, for want of something else, was told just now.
    told = draft if faults else kept
    if help_ := signals.notice(visit.db, kept.response, told.state, saved=visit.step.slots):
        return safety(visit.request, visit.db, visit.task, help_)
    if faults:
        return _again(visit, kept, faults)
    return _next(visit, kept)


def _passed_over(visit: Visit) -> Response:
    """What was typed before they chose to skip the page is not kept, but was told."""
    answer = _saved(visit, posting.skipped(visit.draft, visit.step))
    if help_ := unkept.wants_help(visit.request, visit.db, visit.draft, visit.posted):
        return safety(visit.request, visit.db, visit.task, help_)
    return answer


def _rearranged(visit: Visit, answers: Answers) -> Response:
    """One more row or input, or one less. What was typed beside it is kept as far as it goes."""
    button, value = visit.posted.button, visit.posted.value
    drawn = _drawn(visit)
    changes = conflicts.changed_here(visit.draft.state.sheet, answers.values, drawn)
    told = drafts.with_changes(visit.draft, changes).state
    taken_away = _row_named(visit.draft, value) if button == "remove" else None
    draft = drafts.save(
        visit.db,
        visit.draft,
        {
            slot: values
            for slot, values in changes.items()
            if slot not in answers.faults and not _is_in(visit.draft, slot, taken_away)
        },
        based_on=_based_on(visit),
        drawn=drawn,
        browser_hash=visit.doorway.browser_hash,
    )
    if help_ := signals.notice(visit.db, draft.response, told, saved=visit.step.slots):
        return safety(visit.request, visit.db, visit.task, help_, visit.step)
    if button == "more":
        return _again(visit, draft, {}, more=frozenset({value}))
    if taken_away:
        return _one_row_less(visit, draft, *taken_away)
    group = fields.slot_of(draft.form, value) if button == "add" else None
    if (
        group is not None
        and _takes_rows(draft, group)
        and journey.may_add_row(draft.form, draft.state, group)
    ):
        draft, row = drafts.add(visit.db, draft, group, browser_hash=visit.doorway.browser_hash)
        fresh = Slot(group.link_id, (*group.rows, row))
        return _at(visit, draft, journey.step_of(draft.form, draft.state, fresh))
    return _at(visit, draft, visit.step)


def _one_row_less(visit: Visit, draft: Draft, group: Slot, row: int) -> Response:
    draft = drafts.remove(
        visit.db,
        draft,
        group,
        row,
        based_on=_based_on(visit),
        browser_hash=visit.doorway.browser_hash,
    )
    return _at(visit, draft, _overview(draft, group) or visit.step)


def _is_in(draft: Draft, slot: Slot, taken_away: tuple[Slot, int] | None) -> bool:
    return taken_away is not None and is_within(draft.form, slot, *taken_away)


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
    if request.state.has_rested:
        return clash.rested(request, draft.response)
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
    if visit.request.state.has_rested:
        return clash.rested(visit.request, draft.response)
    if not visit.doorway.may_read(draft.response):
        return go(visit.request, elsewhere_path(visit.task))
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


def safety(
    request: Request, db: Session, task: IntakeTask, help_: Help, step: Step | None = None
) -> Response:
    """The resources, before everything else. They lead on to `step`, or to what comes next."""
    doorway: Doorway = request.state.doorway
    on = f"/intake/{task.id}/on" + (f"?step={step.id}" if step else "")
    knows_them = doorway.knows_them and not request.state.has_rested
    return safety_screen.told(
        request, db, doorway.packet.patient, help_=help_, on=on, knows_them=knows_them
    )


def _based_on(visit: Visit) -> int:
    """Who may not read a sheet writes nothing over either, whatever the page says."""
    may_read = visit.doorway.may_read(visit.draft.response)
    return visit.posted.based_on if may_read else 0


def _drawn(visit: Visit) -> dict[Slot, str]:
    may_read = visit.doorway.may_read(visit.draft.response)
    return posting.drawn_of(visit.posted, visit.draft) if may_read else {}


def _zone(request: Request) -> str:
    zone: str = request.state.patient.zone
    return zone
