"""The inbox: one thread per patient or unknown number, and what staff do in it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.messaging import own_replies, threads, writing
from app.messaging.models import Message
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling import offered
from app.scheduling.models import Appointment
from app.web.console import live_list
from app.web.console.desk import desk_of, is_nobodys_doing
from app.web.console.faults import Faults
from app.web.console.inbox import inbox_page, inbox_reply, inbox_thread, ready_texts
from app.web.console.inbox.inbox_reply import Draft
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, for_scripts_only, not_found, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everybody who texts with the clinic, who waits for an answer first."""
    return inbox_page.inbox_page(
        request, db, "console/inbox/list.html", desk_of(db, request.state.clinic)
    )


@staff_only
def part(request: Request, db: Session) -> Response:
    """What changed in the list, or all of it: a page keeps itself true."""
    for_scripts_only(request)
    have = live_list.asked(request)
    name = "_list" if have is None else "_changes"
    desk = desk_of(db, request.state.clinic)
    response = inbox_page.inbox_page(request, db, f"console/inbox/{name}.html", desk, have=have)
    is_nobodys_doing(request)
    return response


@staff_only
def read(request: Request, db: Session) -> Response:
    """The thread with a patient. Looking is written into the audit trail."""
    patient = _patient(request, db)
    ready = ready_texts.named(db, patient, request.query_params.get("ready", ""))
    return inbox_page.read(
        request, db, patient, Draft(ready.body, about=ready.about) if ready else None
    )


@staff_only
def read_now(request: Request, db: Session) -> Response:
    """Its changing part by itself."""
    return inbox_page.read_now(request, db, _patient(request, db))


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
        own = own_replies.of_clinic(db, request.state.clinic)
        draft = inbox_reply.with_quick_reply(draft, patient, pressed, own)
        return inbox_page.talk_page(request, db, patient, draft=draft)
    about = _visit(db, patient, draft.about).id if draft.about else None
    try:
        body = writing.read(draft.body, patient, in_any_words=bool(text(form, "anyway")))
        seen, by = inbox_reply.seen(form), request.state.practitioner
        writing.send(db, patient, body, by=by, form=draft.form, seen=seen, about=about)
    except Refusal as refusal:
        draft.faults.take(refusal, "body")
        says_why = isinstance(refusal, writing.SaysWhy)
        draft = replace(draft, says_why=says_why)
        return inbox_page.talk_page(request, db, patient, draft=draft)
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
        return inbox_page.talk_page(request, db, patient, faults=faults)
    return redirect(request, "console:inbox-thread", id=patient.id)


@staff_only
def need_no_answer(request: Request, db: Session) -> Response:
    """Nothing has to be answered. Twice changes nothing."""
    return inbox_page.answered(request, db, inbox_thread.of_patient(db, _patient(request, db)))


@staff_only
def take(request: Request, db: Session) -> Response:
    """Take the thread on, or give it back to all."""
    patient = _patient(request, db)
    inbox_page.own(request, db, threads.of(db, patient))
    return redirect(request, "console:inbox-thread", id=patient.id)


def _patient(request: Request, db: Session) -> Patient:
    return find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)


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
        return inbox_page.talk_page(request, db, patient, faults=faults)
    return inbox_page.talk_page(
        request, db, patient, draft=Draft(message.body, was_taken_back=True)
    )


def _written(db: Session, patient: Patient, posted: str) -> Message:
    try:
        message = db.get(Message, UUID(posted))
    except ValueError:
        message = None
    if message is None or message.patient_id != patient.id or message.written_by_id is None:
        not_found()
    return message


routes = [
    Route("/inbox", show, methods=["GET"], name="inbox"),
    Route("/inbox/list", part, methods=["GET"], name="inbox-list"),
    Route("/inbox/{id}", read, methods=["GET"], name="inbox-thread"),
    Route("/inbox/{id}", send, methods=["POST"], name="send-text"),
    Route("/inbox/{id}/now", read_now, methods=["GET"], name="inbox-thread-now"),
    Route("/inbox/{id}/answer", need_no_answer, methods=["POST"], name="need-no-answer"),
    Route("/inbox/{id}/owner", take, methods=["POST"], name="own-thread"),
    Route("/inbox/{id}/rescheduling", move, methods=["POST"], name="move-visit"),
]
