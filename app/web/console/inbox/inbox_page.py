"""The pages of the inbox: the list, one thread beside it, and the changing part of each."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.audit import trail
from app.messaging import claims, own_replies, threads
from app.messaging.models import Thread
from app.people.models import Patient
from app.web.console import live_list
from app.web.console.desk import Desk, desk_of, desk_page, is_nobodys_doing
from app.web.console.faults import Faults
from app.web.console.inbox import inbox_list, inbox_reply, inbox_thread, text_words
from app.web.console.inbox.inbox_reply import Draft
from app.web.console.inbox.inbox_thread import Talk
from app.web.forms import read_form, text
from app.web.pages import for_scripts_only, redirect

_TALK = "console/inbox/_talk.html"


def answered(request: Request, db: Session, thread: Thread | None) -> Response:
    """Nothing has to be answered any more, of what the posted page showed."""
    if thread is not None and thread.opened_at is not None:
        seen = inbox_reply.seen(read_form(request))
        claims.hold_patient(db, thread.patient_id)  # a reply may be taken in at this moment
        threads.answered(db, thread, by=request.state.practitioner, seen=seen)
    return redirect(request, "console:inbox")


def own(request: Request, db: Session, thread: Thread) -> None:
    """Take the thread on, or give it back to all, as was posted."""
    wanted = text(read_form(request), "take") == "1"
    threads.own(db, thread, request.state.practitioner if wanted else None)


def read(
    request: Request, db: Session, entity: Patient | Thread, draft: Draft | None = None
) -> Response:
    """One thread's page. Looking is written down, and what was unread is read."""
    # GET reads only: the note, and that it was read, go into a transaction of their own.
    with request.app.state.database.session() as other:
        trail.record(other, "view", agent=request.state.practitioner, entity=entity)
        thread = inbox_thread.of_patient(other, entity) if isinstance(entity, Patient) else entity
        if thread is not None and thread.unread:
            threads.mark_read(other, other.get_one(Thread, thread.id))
    return talk_page(request, db, entity, draft=draft)


def read_now(request: Request, db: Session, entity: Patient | Thread) -> Response:
    """Its changing part by itself."""
    for_scripts_only(request)
    response = talk_page(request, db, entity, _TALK)
    is_nobodys_doing(request)
    return response


def talk_page(
    request: Request,
    db: Session,
    entity: Patient | Thread,
    template: str = "console/inbox/thread.html",
    *,
    draft: Draft | None = None,
    faults: Faults | None = None,
    **context: Any,
) -> Response:
    """The page of one thread. `template`: that, or its changing part."""
    desk, draft, faults = desk_of(db, request.state.clinic), draft or Draft(), faults or Faults()
    talk = _talk(request, db, entity, desk)
    return inbox_page(
        request,
        db,
        template,
        desk,
        422 if draft.faults or faults else 200,
        current=talk.thread,
        talk=talk,
        draft=draft,
        faults=faults,
        refusal=faults if draft.says_why else draft.faults or faults,
        reply=inbox_reply,
        own_replies=own_replies.of_clinic(db, request.state.clinic) if talk.patient else [],
        is_older=_before(request) is not None,
        **context,
    )


def _before(request: Request) -> datetime | None:
    """Until when the page of earlier texts goes. None for the newest."""
    try:
        moment = datetime.fromisoformat(request.query_params.get("before", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _talk(request: Request, db: Session, entity: Patient | Thread, desk: Desk) -> Talk:
    clinic = request.state.clinic
    if isinstance(entity, Patient):
        others = [task for task in desk.tasks if task not in desk.calls]
        return inbox_thread.with_patient(db, clinic, entity, others, _before(request))
    return inbox_thread.with_stranger(db, clinic, entity, _before(request))


def inbox_page(
    request: Request,
    db: Session,
    template: str,
    desk: Desk,
    status: int = 200,
    *,
    current: Thread | None = None,
    have: set[str] | None = None,
    **context: Any,
) -> Response:
    """A page with the list on it, or a part of one. `have`: the marks that the list shows."""
    clinic = request.state.clinic
    shown = str(current.id) if current else request.query_params.get("current", "")
    if template != _TALK:  # which shows no list
        inbox = inbox_list.listed(db, clinic, desk, page=_number(request), current=shown)
        context["inbox"] = inbox
        if have is not None:
            context["changes"] = live_list.changes({"threads": inbox.rows}, inbox.pieces, have)
            context["minute"] = live_list.minute(clock.now())
    return desk_page(
        request,
        db,
        template,
        status,
        section="inbox",
        desk=desk,
        current=shown,
        text_words=text_words,
        **context,
    )


def _number(request: Request) -> int:
    """Which page of the list; the first when it is none."""
    asked = request.query_params.get("page", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 4 else 1
