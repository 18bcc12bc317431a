"""Check your answers, and send them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.audit import trail
from app.candidates import telling
from app.intake import attachments, consents, drafts, following, reviewing, sheets, signals
from app.intake.conflicts import AlreadySent, ChangedMeanwhile
from app.intake.doors import Doorway
from app.intake.drafts import Draft
from app.intake.models import IntakeTask, PacketCode, TaskState
from app.questionnaires import spoken
from app.questionnaires.engine import journey
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.journey import Kind, Part, Step
from app.questionnaires.engine.standing import rows_of
from app.questionnaires.engine.values import File, Slot
from app.web import safety_screen
from app.web.asking import questions
from app.web.guards import intake_only
from app.web.patient.intake import clash, pages
from app.web.patient.intake.pages import (
    check_path,
    elsewhere_path,
    go,
    open_task,
    packet_path,
    step_path,
    task_of,
)

Row = tuple[str, str, str]  # the question, what was answered, where it can be changed


@dataclass(frozen=True)
class Chapter:
    """One part of the form as it was answered."""

    title: str
    rows: list[Row]


@intake_only
@open_task
def check(request: Request, db: Session) -> Response:
    """All that was answered, each with its way to change it and back here."""
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    if away := _not_here(doorway, task):
        return go(request, away)
    assert task.response is not None, "without a sheet one is sent away"
    draft = drafts.read(task.response, zone=request.state.patient.zone)
    if waits := pages.can_wait(request, db, draft.form):
        return waits
    step = draft.next_open()
    if step is not None:
        return go(request, step_path(task, step))
    return _drawn(request, task, draft)


@intake_only
@open_task
def send(request: Request, db: Session) -> Response:
    """The clinic has it from now on. Twice is once."""
    doorway: Doorway = request.state.doorway
    task = task_of(doorway)
    if task.state is TaskState.COMPLETED:
        return clash.sent_already(request, task)
    if away := _not_here(doorway, task):
        return go(request, away)
    assert task.response is not None, "without a sheet one is sent away"
    draft = drafts.read(task.response, zone=request.state.patient.zone)
    if waits := pages.can_wait(request, db, draft.form):
        return waits
    faults = drafts.unfinished(draft)
    if faults or draft.next_open() is not None:
        return _drawn(request, task, draft, faults=faults, status=422)
    try:
        drafts.close(db, draft, language=i18n.language())
    except AlreadySent:
        return clash.sent_already(request, task)
    except ChangedMeanwhile as changed:
        db.refresh(task)
        if away := _not_here(doorway, task):
            return go(request, away)
        fresh = drafts.read(task.response, zone=request.state.patient.zone)
        return _drawn(request, task, fresh, said=changed.message, status=422)
    return _sent(request, db, doorway, task, draft)


def _sent(
    request: Request, db: Session, doorway: Doorway, task: IntakeTask, draft: Draft
) -> Response:
    response, patient = draft.response, doorway.packet.patient
    trail.record(db, "submit-form", agent=patient, entity=response)
    _drop_loose_files(db, draft)
    reviewing.raise_flags(db, response, draft.state)
    consents.record(db, response, draft.state, language=response.language, device=response.device)
    following.completed(db, task)
    if doorway.packet.code is PacketCode.ASSESSMENT:
        telling.learn(patient, draft.state.sheet)
    if help_ := signals.notice(db, response, draft.state):
        return safety_screen.told(
            request,
            db,
            patient,
            help_=help_,
            on=f"/intake/{task.id}/on",
            knows_them=doorway.knows_them,
        )
    return go(request, packet_path(task.packet_id))


def _drop_loose_files(db: Session, draft: Draft) -> None:
    """Pictures that were taken back, or replaced by others, are kept no longer."""
    if any(item.type is ItemType.ATTACHMENT for item in draft.form.in_order):
        answers = draft.state.sheet.values.values()
        kept = {value.id for values in answers for value in values if isinstance(value, File)}
        attachments.forget_others(db, draft.response, kept)


def _not_here(doorway: Doorway, task: IntakeTask) -> str | None:
    """Where to go instead: nothing is begun, all is sent, or another browser typed it."""
    response = task.response
    if response is None or task.state is TaskState.COMPLETED:
        return packet_path(doorway.packet.id)
    if sheets.has_answers(response) and not doorway.may_read(response):
        return elsewhere_path(task)
    return None


def _drawn(
    request: Request,
    task: IntakeTask,
    draft: Draft,
    *,
    faults: Mapping[Slot, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    at, zone = check_path(task), request.state.patient.zone
    steps = draft.steps
    return pages.shown(
        request,
        "patient/intake/check.html",
        at=at,
        status=status,
        refusal=bool(faults or said),
        faults=_links(task, draft, faults or {}),
        said=said,
        chapters=[
            _chapter(task, draft, part, zone) for part in journey.parts(draft.form, draft.state)
        ],
        saved_at=draft.response.saved_at,
        action=at,
        back_path=step_path(task, steps[-1]) if steps else packet_path(task.packet_id),
    )


def _links(task: IntakeTask, draft: Draft, faults: Mapping[Slot, str]) -> list[tuple[str, str]]:
    """The pages on which something is to be put right, with the sentences."""
    links: list[tuple[str, str]] = []
    for slot, words in faults.items():
        step = journey.step_of(draft.form, draft.state, slot)
        question = draft.form.by_link_id[slot.link_id].words.within(i18n.language())
        told = questions.named(question, words) if question else words
        links.append((step_path(task, step, change=True) if step else check_path(task), told))
    return links


def _chapter(task: IntakeTask, draft: Draft, part: Part, zone: str) -> Chapter:
    rows = [row for step in part.steps for row in _rows(task, draft, step, zone)]
    return Chapter(part.words.within(i18n.language()), rows)


def _rows(task: IntakeTask, draft: Draft, step: Step, zone: str) -> list[Row]:
    language, path = i18n.language(), step_path(task, step, change=True)
    items = draft.form.by_link_id
    if step.kind is Kind.ROWS:
        group = items[step.anchor.link_id]
        heads = [
            _head(draft, group, step.anchor, row, zone) for row in rows_of(draft.state, step.anchor)
        ]
        return [(group.words.within(language), ", ".join(filter(None, heads)), path)]
    return [
        (
            items[slot.link_id].words.within(language),
            spoken.spoken(items[slot.link_id], draft.state.values(slot), zone=zone),
            path,
        )
        for slot in step.slots
    ]


def _head(draft: Draft, group: Item, place: Slot, row: int, zone: str) -> str:
    """What a row is called in one line: its first answer."""
    for item in group.walk():
        values = draft.state.values(Slot(item.link_id, (*place.rows, row)))
        if values:
            return spoken.spoken(item, values, zone=zone)
    return ""


routes = [
    Route("/intake/{task}/check", check, name="intake:check"),
    Route("/intake/{task}/check", send, methods=["POST"], name="intake:send"),
]
