"""Draws one page of a form."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import i18n
from app.intake import facts
from app.intake.drafts import Draft
from app.intake.models import IntakeTask
from app.journal.owners import owner_of
from app.questionnaires import spoken
from app.questionnaires.engine import journey
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.values import Slot
from app.questionnaires.forms import key_of
from app.web.asking import questions
from app.web.pages import is_part, mood, rest_of
from app.web.patient.intake import kept
from app.web.patient.intake.at_once import task_forms
from app.web.patient.intake.pages import check_path, packet_path, sent, shown, step_path
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
    task_forms.note(task.id, key_of(draft.response.questionnaire))
    back = _back(task, draft, step, is_change=is_change)
    is_as_kept = posted is None and not faults and not more
    if is_as_kept and (copy := _from_copy(request, task, draft, step, at=at, back=back)):
        return copy
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
        saved=_saved(draft),
        back_path=back,
    )


def _from_copy(
    request: Request, task: IntakeTask, draft: Draft, step: Step, *, at: str, back: str
) -> Response | None:
    """The same page, filled into the copy that is kept of it. None where none may be kept."""
    page = kept.page_of(draft.form, step.id)
    if page is None or not (request.method == "GET" or is_part(request)):
        return None
    state, response, saved = request.state, draft.response, _saved(draft)
    text = kept.text(
        request,
        page,
        kept.Kept(
            form=key_of(response.questionnaire),
            step=step.id,
            mood=mood(request),
            is_part=is_part(request),
            rest=rest_of(state.web_session.kind),
            is_opened=state.doorway.packet.opened_at is not None,
            is_saved=bool(saved),
            has_phone=bool(state.clinic.phone),
        ),
        kept.Places(
            at=at,
            back=back,
            packet=str(task.packet_id),
            sheet=str(response.id),
            revision=str(response.revision),
            saved=saved,
            owner=owner_of(state.patient),
            clinic=state.clinic.name,
            phone=state.clinic.phone,
        ),
        {slot: draft.state.values(slot) for slot in step.slots},
    )
    return sent(request, text, at=at) if text is not None else None


def _saved(draft: Draft) -> str:
    saved_at = draft.response.saved_at
    return i18n.local_clock(saved_at, draft.zone) if saved_at else ""


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
