"""The inbox: one thread per patient or unknown number, and what staff do in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.audit import trail
from app.messaging import threads, writing
from app.messaging.models import Message, Thread
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling import offered
from app.scheduling.models import Appointment
from app.web.console import inbox_list, inbox_reply, inbox_thread, text_words
from app.web.console.desk import Desk, desk_of, desk_page, is_nobodys_doing
from app.web.console.faults import Faults
from app.web.console.inbox_reply import Draft
from app.web.console.inbox_thread import Talk
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect

_TALK = "console/inbox/_talk.html"


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everybody who texts with the clinic, who waits for an answer first."""
    return _page(request, db, "console/inbox/list.html", desk_of(db, request.state.clinic))


@staff_only
def part(request: Request, db: Session) -> Response:
    """The list by itself, for a page that keeps itself true."""
    response = _page(request, db, "console/inbox/_list.html", desk_of(db, request.state.clinic))
    is_nobodys_doing(request)
    return response


@staff_only
def read(request: Request, db: Session) -> Response:
    """The thread with a patient. Looking is written into the audit trail."""
    return _read(request, db, _patient(request, db))


@staff_only
def read_now(request: Request, db: Session) -> Response:
    """Its changing part by itself."""
    return _now(request, db, _patient(request, db))


@staff_only
def send(request: Request, db: Session) -> Response:
    """Text the patient, or take back what is held. Refused, what was typed stays; posted twice, it
    is one text.
    """
    patient, form = _patient(request, db), read_form(request)
    if held := text(form, "take-back"):
        return _take_back(request, db, patient, held)
    draft = inbox_reply.posted(form)
    if pressed := text(form, "quick"):
        return _talk_page(
            request, db, patient, draft=inbox_reply.with_quick_reply(draft, patient, pressed)
        )
    try:
        body = writing.read(draft.body, patient, in_any_words=bool(text(form, "anyway")))
        seen = inbox_reply.seen(form)
        writing.send(db, patient, body, by=request.state.practitioner, form=draft.form, seen=seen)
    except Refusal as refusal:
        draft.faults.take(refusal, "body")
        says_why = isinstance(refusal, writing.SaysWhy)
        draft = Draft(draft.body, draft.form, draft.faults, says_why)
        return _talk_page(request, db, patient, draft=draft)
    return redirect(request, "console:inbox-thread", id=patient.id)


@staff_only
def move(request: Request, db: Session) -> Response:
    """Move the visit that the patient cannot make to one of the free times."""
    patient, form = _patient(request, db), read_form(request)
    visit = _visit(db, patient, text(form, "visit"))
    try:
        starts_at = datetime.fromisoformat(text(form, "starts_at"))
    except ValueError:
        raise HTTPException(400) from None
    if starts_at.tzinfo is None:
        raise HTTPException(400)
    try:
        offered.pick(db, visit, starts_at, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, "starts_at")
        return _talk_page(request, db, patient, faults=faults)
    return redirect(request, "console:inbox-thread", id=patient.id)


@staff_only
def need_no_answer(request: Request, db: Session) -> Response:
    """Nothing has to be answered. Twice changes nothing."""
    return _answered(request, db, inbox_thread.of_patient(db, _patient(request, db)))


@staff_only
def take(request: Request, db: Session) -> Response:
    """Take the thread on, or give it back to all."""
    patient = _patient(request, db)
    _own(request, db, threads.of(db, patient))
    return redirect(request, "console:inbox-thread", id=patient.id)


@staff_only
def read_stranger(request: Request, db: Session) -> Response:
    """The thread with a number that nobody has. Looking is written into the audit trail."""
    return _read(request, db, _stranger(request, db))


@staff_only
def read_stranger_now(request: Request, db: Session) -> Response:
    """Its changing part by itself."""
    return _now(request, db, _stranger(request, db))


@staff_only
def be_done_with_stranger(request: Request, db: Session) -> Response:
    """Somebody has seen to it. Twice changes nothing."""
    return _answered(request, db, _stranger(request, db))


@staff_only
def take_stranger(request: Request, db: Session) -> Response:
    """Take a stranger's thread on, or give it back to all."""
    thread = _stranger(request, db)
    _own(request, db, thread)
    return redirect(request, "console:inbox-number", id=thread.id)


def _patient(request: Request, db: Session) -> Patient:
    return find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)


def _stranger(request: Request, db: Session) -> Thread:
    thread = find_or_404(db, Thread, request, clinic_id=request.state.clinic.id)
    return thread if thread.patient_id is None else not_found()


def _visit(db: Session, patient: Patient, posted: str) -> Appointment:
    try:
        visit = db.get(Appointment, UUID(posted))
    except ValueError:
        visit = None
    if visit is None or visit.patient_id != patient.id or not visit.service.is_visit:
        not_found()
    return visit


def _take_back(request: Request, db: Session, patient: Patient, posted: str) -> Response:
    """A text that waits for the morning does not leave; its words stand in the box again."""
    message = _written(db, patient, posted)
    try:
        writing.take_back(db, message, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal)
        return _talk_page(request, db, patient, faults=faults)
    return _talk_page(request, db, patient, draft=Draft(message.body, was_taken_back=True))


def _written(db: Session, patient: Patient, posted: str) -> Message:
    try:
        message = db.get(Message, UUID(posted))
    except ValueError:
        message = None
    if message is None or message.patient_id != patient.id or message.written_by_id is None:
        not_found()
    return message


def _answered(request: Request, db: Session, thread: Thread | None) -> Response:
    if thread is not None and thread.opened_at is not None:
        seen = inbox_reply.seen(read_form(request))
        threads.answered(db, thread, by=request.state.practitioner, seen=seen)
    return redirect(request, "console:inbox")


def _own(request: Request, db: Session, thread: Thread) -> None:
    wanted = text(read_form(request), "take") == "1"
    threads.own(db, thread, request.state.practitioner if wanted else None)


def _read(request: Request, db: Session, entity: Patient | Thread) -> Response:
    # GET reads only: the note, and that it was read, go into a transaction of their own.
    with request.app.state.database.session() as other:
        trail.record(other, "view", agent=request.state.practitioner, entity=entity)
        thread = inbox_thread.of_patient(other, entity) if isinstance(entity, Patient) else entity
        if thread is not None and thread.unread:
            threads.mark_read(other, other.get_one(Thread, thread.id))
    return _talk_page(request, db, entity)


def _now(request: Request, db: Session, entity: Patient | Thread) -> Response:
    response = _talk_page(request, db, entity, _TALK)
    is_nobodys_doing(request)
    return response


def _talk_page(
    request: Request,
    db: Session,
    entity: Patient | Thread,
    template: str = "console/inbox/thread.html",
    *,
    draft: Draft | None = None,
    faults: Faults | None = None,
) -> Response:
    desk, draft, faults = desk_of(db, request.state.clinic), draft or Draft(), faults or Faults()
    talk = _talk(request, db, entity, desk)
    return _page(
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
    )


def _talk(request: Request, db: Session, entity: Patient | Thread, desk: Desk) -> Talk:
    clinic = request.state.clinic
    if isinstance(entity, Patient):
        others = [task for task in desk.tasks if task not in desk.calls]
        return inbox_thread.with_patient(db, clinic, entity, others)
    return inbox_thread.with_stranger(db, clinic, entity)


def _page(
    request: Request,
    db: Session,
    template: str,
    desk: Desk,
    status: int = 200,
    *,
    current: Thread | None = None,
    **context: Any,
) -> Response:
    clinic = request.state.clinic
    return desk_page(
        request,
        db,
        template,
        status,
        section="inbox",
        desk=desk,
        # A part that shows no list asks for none.
        inbox=inbox_list.listed(db, clinic, desk.alerted, desk.tasks)
        if template != _TALK
        else None,
        current=str(current.id) if current else request.query_params.get("current", ""),
        text_words=text_words,
        **context,
    )


routes = [
    Route("/inbox", show, methods=["GET"], name="inbox"),
    Route("/inbox/list", part, methods=["GET"], name="inbox-list"),
    Route("/inbox/numbers/{id}", read_stranger, methods=["GET"], name="inbox-number"),
    Route("/inbox/numbers/{id}/now", read_stranger_now, methods=["GET"], name="inbox-number-now"),
    Route(
        "/inbox/numbers/{id}/answer", be_done_with_stranger, methods=["POST"], name="number-done"
    ),
    Route("/inbox/numbers/{id}/owner", take_stranger, methods=["POST"], name="own-number"),
    Route("/inbox/{id}", read, methods=["GET"], name="inbox-thread"),
    Route("/inbox/{id}", send, methods=["POST"], name="send-text"),
    Route("/inbox/{id}/now", read_now, methods=["GET"], name="inbox-thread-now"),
    Route("/inbox/{id}/answer", need_no_answer, methods=["POST"], name="need-no-answer"),
    Route("/inbox/{id}/owner", take, methods=["POST"], name="own-thread"),
    Route("/inbox/{id}/rescheduling", move, methods=["POST"], name="move-visit"),
]
