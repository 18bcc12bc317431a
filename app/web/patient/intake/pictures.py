"""Makes the pictures that a page brings anew before its transaction begins.

Each takes a third of a second, and SQLite has one writer, who must not wait for it.
"""

from collections.abc import Callable, Iterator
from functools import wraps

import anyio.from_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.intake import attachments, drafts, pictures
from app.intake.models import TaskState
from app.questionnaires.engine import journey
from app.questionnaires.engine.items import ItemType
from app.refusal import Refusal
from app.web.doors import intake_doors
from app.web.patient.intake import posting
from app.web.patient.intake.pages import task_of

Guarded = Callable[[Request], Response]


def pictures_first(guarded: Guarded) -> Guarded:
    """Around the guard of a page with files, which lets nobody in and keeps nothing itself.

    What was not foreseen here, the page makes anew as it keeps it.
    """

    @wraps(guarded)
    def run(request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/"):
            anyio.from_thread.run(request.body)
            with request.app.state.database.session(write=False) as db:
                brought = list(_brought(request, db))
            made = {content: _made_anew(content) for content in brought}
            request.state.anew = lambda content: _found(made, content)
        return guarded(request)

    return run


def _brought(request: Request, db: Session) -> Iterator[bytes]:
    """The pictures that would be taken from this browser on this page."""
    if not (intake_doors.let_in(request, db) or intake_doors.let_in_rested(request, db)):
        return
    task = task_of(request.state.doorway)
    response = task.response
    if response is None or task.state is TaskState.COMPLETED or request.state.doorway.is_closed:
        return
    draft = drafts.read(response, zone=request.state.patient.zone)
    step = journey.step_named(draft.form, draft.state, request.path_params["step"])
    posted = posting.read(request)
    for slot in step.slots if step else ():
        item = draft.form.by_link_id[slot.link_id]
        if item.type is not ItemType.ATTACHMENT:
            continue
        for upload in posting.uploads(posted, draft.form, slot):
            content = posting.content_of(upload)
            try:
                kind = attachments.wanted(db, response, item, content)
            except Refusal:
                continue  # the page says so
            if kind != attachments.PDF:
                yield content


def _made_anew(content: bytes) -> bytes | None:
    try:
        return pictures.made_anew(content)
    except pictures.NotAPicture:
        return None


def _found(made: dict[bytes, bytes | None], content: bytes) -> bytes:
    anew = made[content] if content in made else pictures.made_anew(content)
    if anew is None:
        raise pictures.NotAPicture
    return anew
