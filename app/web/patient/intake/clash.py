"""What a save says when the sheet is not as the page believed: changed, sent, or too long idle."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from app import i18n
from app.intake.conflicts import Conflict
from app.intake.doors import Doorway
from app.intake.drafts import Draft
from app.intake.models import IntakeTask
from app.questionnaires import spoken
from app.questionnaires.engine import fields
from app.questionnaires.engine.journey import Step
from app.questionnaires.engine.values import File, Slot
from app.questionnaires.models import QuestionnaireResponse
from app.web.pages import is_part, page
from app.web.patient.intake import pages
from app.web.patient.intake.pages import elsewhere_path, go, packet_path, step_path
from app.web.patient.intake.posting import Posted


@dataclass(frozen=True)
class Clash:
    """One question with two answers, in words. Empty: none."""

    words: str
    mine: str
    theirs: str


def shown(
    request: Request,
    task: IntakeTask,
    draft: Draft,
    step: Step,
    posted: Posted,
    conflict: Conflict,
) -> Response:
    """Both answers, to choose from. A browser that may not read them is told where they are."""
    doorway: Doorway = request.state.doorway
    if request.state.has_rested:
        return rested(request, None)
    if not doorway.may_read(draft.response):
        return go(request, elsewhere_path(task))
    # "Use mine" posts the page again, drawn from the sheet as it is now.
    typed = [*posted.typed, *_files(draft, conflict)]
    if posted.button == "remove":
        typed.append(("remove", posted.value))
    at = request.url.path
    return pages.shown(
        request,
        "patient/intake/conflict.html",
        at=at,
        status=422,
        clashes=[_clash(request, draft, conflict, slot) for slot in conflict.mine],
        conflict=conflict,
        typed=typed + [("theirs", fields.name(draft.form, slot)) for slot in conflict.mine],
        action=at,
        sheet=draft.response.id,
        back_path=step_path(task, step, change=at.endswith("/change")),
    )


def _files(draft: Draft, conflict: Conflict) -> list[tuple[str, str]]:
    """Pictures that came with the page: they are stored, and named from now on."""
    return [
        (f"{fields.name(draft.form, slot)}-keep", value.id)
        for slot, values in conflict.mine.items()
        for value in values
        if isinstance(value, File)
    ]


def _clash(request: Request, draft: Draft, conflict: Conflict, slot: Slot) -> Clash:
    item, zone = draft.form.by_link_id[slot.link_id], request.state.patient.zone
    return Clash(
        item.words.within(i18n.language()),
        spoken.spoken(item, conflict.mine[slot], zone=zone),
        spoken.spoken(item, conflict.theirs[slot], zone=zone),
    )


def sent_already(request: Request, task: IntakeTask) -> Response:
    """Sent from another phone or tab: what was typed on this page was not sent with it."""
    sent_at = task.completed_at
    packet = packet_path(task.packet_id)
    return pages.shown(
        request, "patient/intake/sent_already.html", at=packet, sent_at=sent_at, packet_path=packet
    )


def rested(request: Request, response: QuestionnaireResponse | None) -> Response:
    """The page lay open too long to show anything for what it brought. Kept, if on a sheet."""
    # For htmx this is news to be put in place, not a failure.
    status = 200 if is_part(request) else 403
    return page(
        request, "patient/intake/cover.html", status, saved_at=response and response.saved_at
    )
