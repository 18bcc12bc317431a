"""Draws one page of a form."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import i18n
from app.intake import facts
from app.intake.drafts import Draft
from app.intake.models import IntakeTask
from app.questionnaires import spoken
from app.questionnaires.engine import journey
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.values import Slot
from app.web import questions
from app.web.patient.intake.pages import check_path, packet_path, shown, step_path
from app.web.patient.intake.posting import Posted, drawn_with

_OF_THE_SESSION = {"fasting", "session-time", "ride-home"}


def draw(
    request: Request,
    db: Session,
    task: IntakeTask,
    draft: Draft,
    step: Step,
    *,
    is_change: bool,
    status: int = 200,
    posted: Posted | None = None,
    faults: Mapping[Slot, str] | None = None,
    more: frozenset[str] = frozenset(),
) -> Response:
    """A page with what stands on it, or, after a fault, with what was typed."""
    patient = request.state.patient
    at = step_path(task, step, change=is_change)
    view = questions.shown(
        draft.form,
        draft.state,
        step,
        language=i18n.language(),
        zone=patient.zone,
        posted=posted.texts if posted else None,
        faults=faults,
        facts=_facts(db, draft, step, task),
        more=more,
        address=lambda other: step_path(task, other, change=is_change),
        file_address=lambda file_id: f"/intake/{task.id}/files/{file_id}",
        done=_parts_done(draft),
    )
    return shown(
        request,
        "patient/intake/step.html",
        at=at,
        status=status,
        view=view,
        # The page's head tells of an error first.
        refusal=bool(faults),
        action=at,
        revision=draft.response.revision,
        sheet=draft.response.id,
        drawn=drawn_with(draft, step),
        saved_at=draft.response.saved_at,
        back_path=_back(task, draft, step, is_change=is_change),
    )


def _facts(db: Session, draft: Draft, step: Step, task: IntakeTask) -> Mapping[str, str]:
    """What the clinic fills in on this page, looked up only where something of it stands there."""
    items = [draft.form.by_link_id[slot.link_id] for slot in step.content]
    wanted = {item.fact for item in items if item.fact}
    if wanted & _OF_THE_SESSION:
        return facts.facts(db, task)
    if wanted or any(spoken.is_free_text(item) for item in items):
        patient = task.packet.patient
        return facts.of_clinic(db, patient.clinic, patient.zone)
    return {}


def _back(task: IntakeTask, draft: Draft, step: Step, *, is_change: bool) -> str:
    """The page before, in order; the check page for whoever came from there."""
    steps = list(draft.steps)
    place = next((at for at, each in enumerate(steps) if each.id == step.id), 0)
    if is_change:
        item = draft.form.by_link_id[step.anchor.link_id]
        if item.is_repeating and step.kind is not Kind.ROWS:
            overview = next((s for s in steps[place:] if s.kind is Kind.ROWS), None)
            if overview is not None and overview.anchor.link_id == step.anchor.link_id:
                return step_path(task, overview, change=True)
        return check_path(task)
    return step_path(task, steps[place - 1]) if place else packet_path(task.packet_id)


def _parts_done(draft: Draft) -> set[int]:
    parts = journey.parts(draft.form, draft.state)
    return {at for at, part in enumerate(parts) if all(draft.is_done(step) for step in part.steps)}
