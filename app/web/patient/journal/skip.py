"""Not tonight: an answer like any other. It stops the text, and if wanted all that would follow."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.journal import prompts
from app.journal.models import JournalPrompt
from app.safety import noticing
from app.web import quiet_minute, safety_screen
from app.web.forms import read_form, text
from app.web.guards import journal_only

_LARGEST = 256 * 1024
_EVERYTHING = "all"


@journal_only
def skip(request: Request, db: Session) -> Response:
    """Skip the prompt; `more=all`: and every other one after this session.

    What was typed and not kept is looked at for danger all the same.
    """
    form = read_form(request)
    patient = request.state.patient
    prompt = _prompt(db, request, text(form, "prompt"))
    no_more = text(form, "more") == _EVERYTHING
    if prompt is not None:
        (prompts.no_more if no_more else prompts.skip)(db, prompt)
    typed = f"{form.get('words', '')}\n{form.get('word', '')}"
    is_danger = noticing.private_entry(db, patient, typed)
    if request.headers.get("accept") == "application/json":
        told = {"state": "skipped", "danger": is_danger}
        if is_danger:
            told["html"] = safety_screen.told_here(request, db, patient, back=quiet_minute.PATH)
        return JSONResponse(told)
    if is_danger:
        return safety_screen.told(request, db, patient, on=f"{quiet_minute.PATH}/on")
    # The one skipped is asked no more; but that it was the last can still be said.
    asked = str(prompt.id) if prompt is not None and not no_more else ""
    minute = replace(quiet_minute.of(request, db), prompt=asked)
    return quiet_minute.shown(request, minute, screen="skipped")


def _prompt(db: Session, request: Request, id_: str) -> JournalPrompt | None:
    try:
        prompt = db.get(JournalPrompt, UUID(id_))
    except ValueError:
        return None
    is_theirs = prompt is not None and prompt.patient_id == request.state.patient.id
    return prompt if is_theirs else None


routes = [
    Route("/journal/skip", skip, methods=["POST"], name="journal:skip", max_body_size=_LARGEST)
]
