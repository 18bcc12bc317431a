"""What a patient says to the clinic from the room: where they are, phone me, I am leaving."""

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.links import magic_links
from app.links.models import MagicLink
from app.refusal import Refusal
from app.telehealth import calling_back, ease, seats, whereabouts
from app.telehealth.models import Ease, Seat, Whereabouts
from app.web.forms import read_form, text
from app.web.guards import visit_only
from app.web.pages import page, redirect


@visit_only
def say_whereabouts(request: Request, db: Session) -> Response:
    """One tap: at home, elsewhere, rather tell, driving; or that one has stopped."""
    seat, form = _seat(request), read_form(request)
    kind = text(form, "kind")
    try:
        seats.refuse_beside(db, seat)
        if kind == "stopped":
            whereabouts.stopped(db, seat.visit)
        else:
            place = ", ".join(filter(None, (text(form, "place"), text(form, "region", limit=60))))
            whereabouts.say(
                db, seat, _kind(kind), place=place, callback=text(form, "callback", limit=40)
            )
    except Refusal as refusal:
        return _refused(request, refusal)
    return _done(request, kind=kind, ending=whereabouts.number_ending(seat.visit))


@visit_only
def ask_for_call(request: Request, db: Session) -> Response:
    """Phone me instead, on the number said or another one."""
    seat = _seat(request)
    try:
        seats.refuse_beside(db, seat)
        calling_back.ask(db, seat, number=text(read_form(request), "number", limit=40))
    except Refusal as refusal:
        return _refused(request, refusal)
    return _done(request, ending=whereabouts.number_ending(seat.visit))


@visit_only
def leave(request: Request, db: Session) -> Response:
    """The patient ends the talk for themselves."""
    seats.leave(db, _seat(request))
    return _done(request)


@visit_only
def say_ease(request: Request, db: Session) -> Response:
    """Whether it was easy, in one tap. Before a talk began it is heard and not kept."""
    try:
        said = Ease(text(read_form(request), "said"))
    except ValueError:
        raise HTTPException(400) from None
    ease.say(db, request.state.appointment, said)
    if wants_json(request):
        return JSONResponse({"ok": True})
    return redirect(request, "visit:chosen", id=request.state.appointment.id)


@visit_only
def give_link(request: Request, db: Session) -> Response:
    """The link this browser came by, to be opened in another browser of the same phone."""
    seat = _seat(request)
    link = db.get(MagicLink, seat.link_id) if seat.link_id else None
    base_url = request.app.state.settings.base_url
    if link is None:
        return JSONResponse({"address": f"{base_url}/"})
    return JSONResponse({"address": magic_links.address_of(link, base_url)})


def _seat(request: Request) -> Seat:
    seat: Seat | None = request.state.seat
    if seat is None:
        raise HTTPException(403)
    return seat


def _kind(value: str) -> Whereabouts:
    try:
        return Whereabouts(value)
    except ValueError:
        raise HTTPException(400) from None


def wants_json(request: Request) -> bool:
    """Whether a page's script asks, which must not be led away."""
    return "application/json" in request.headers.get("accept", "")


def _done(request: Request, **said: str) -> Response:
    if wants_json(request):
        return JSONResponse({"ok": True, **said})
    return redirect(request, "visit:room", id=request.state.appointment.id)


def _refused(request: Request, refusal: Refusal) -> Response:
    if wants_json(request):
        return JSONResponse({"ok": False, "message": refusal.message}, 422)
    return page(
        request,
        "visit/refused.html",
        422,
        refusal=refusal,
        appointment=request.state.appointment,
    )


routes = [
    Route("/visits/{id}/whereabouts", say_whereabouts, methods=["POST"], name="visit:whereabouts"),
    Route("/visits/{id}/phone-me", ask_for_call, methods=["POST"], name="visit:phone-me"),
    Route("/visits/{id}/link", give_link, methods=["POST"], name="visit:link"),
    Route("/visits/{id}/ease", say_ease, methods=["POST"], name="visit:ease"),
    Route("/visits/{id}/leaving", leave, methods=["POST"], name="visit:leaving"),
]
