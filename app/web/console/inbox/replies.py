"""The replies that a clinic keeps ready in its own words."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.messaging import own_replies, quick_replies, segments
from app.messaging.models import ReplyTemplate
from app.messaging.own_replies import Worded
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.inbox import inbox_reply
from app.web.forms import read_form
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """Those of the clinic, and those that come with Afterglow."""
    clinic = request.state.clinic
    begins = f"{clinic.short_name}: "
    return _page(request, db, None, Worded("", begins, begins), Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Keep a new one. Refused, what was typed stays."""
    return _keep(request, db, None)


@staff_only
def open_one(request: Request, db: Session) -> Response:
    """One of them, to be changed or taken away."""
    reply = _found(request, db)
    worded = Worded(reply.title, reply.body_en, reply.body_es)
    return _page(request, db, reply, worded, Faults())


@staff_only
def change(request: Request, db: Session) -> Response:
    """Give one other words."""
    return _keep(request, db, _found(request, db))


@staff_only
def retire(request: Request, db: Session) -> Response:
    """One stands beside the box no more."""
    own_replies.retire(db, _found(request, db), by=request.state.practitioner)
    return redirect(request, "console:replies")


def _found(request: Request, db: Session) -> ReplyTemplate:
    reply = find_or_404(db, ReplyTemplate, request, clinic_id=request.state.clinic.id)
    return reply if reply.retired_at is None else not_found()


def _keep(request: Request, db: Session, there: ReplyTemplate | None) -> Response:
    clinic, form = request.state.clinic, read_form(request)
    typed = {name: str(form.get(name, "")) for name in ("title", "body_en", "body_es")}
    # The clinic's name alone, as the empty form begins, is nothing said.
    bare = f"{clinic.short_name}:"
    said = {name: "" if body.strip() == bare else body for name, body in typed.items()}
    faults = Faults()
    try:
        own_replies.keep(db, clinic, Worded(**said), by=request.state.practitioner, there=there)
    except Refusal as refusal:
        faults.take(refusal, "title")
        return _page(request, db, there, Worded(**typed), faults)
    return redirect(request, "console:replies")


def _page(
    request: Request, db: Session, there: ReplyTemplate | None, worded: Worded, faults: Faults
) -> Response:
    clinic = request.state.clinic
    shipped = [(each, quick_replies.all_of(clinic, each)) for each in i18n.LANGUAGES]
    return desk_page(
        request,
        db,
        "console/inbox/replies.html",
        422 if faults else 200,
        section="inbox",
        replies=own_replies.of_clinic(db, clinic),
        there=there,
        typed=worded,
        refusal=faults,
        shipped=shipped,
        cost=_cost,
    )


def _cost(body: str) -> str:
    """What a reply takes: `60 of 160, one text`."""
    return inbox_reply.Draft(segments.plain(body)).counted


routes = [
    Route("/replies", show, methods=["GET"], name="replies"),
    Route("/replies", add, methods=["POST"], name="add-reply"),
    Route("/replies/{id}", open_one, methods=["GET"], name="reply"),
    Route("/replies/{id}", change, methods=["POST"], name="change-reply"),
    Route("/replies/{id}/end", retire, methods=["POST"], name="retire-reply"),
]
