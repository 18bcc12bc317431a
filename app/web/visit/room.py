"""The patient's room: the page, and the part of it that a link's page swaps in."""

import json
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import i18n
from app.companion import hours
from app.i18n import gettext as _
from app.refusal import Refusal
from app.scheduling.models import Appointment
from app.telehealth import offers, provider, seats, whereabouts
from app.telehealth.models import ProviderName, Seat, SeatState
from app.web.filled_in import FilledIn, mark
from app.web.guards import visit_only
from app.web.pages import mood, page, redirect, render
from app.web.visit import quiet_hour


@visit_only
def show(request: Request, db: Session) -> Response:
    """The room of a browser that sits in it; one button to sit down for a signed-in patient.

    In a session with a clinician beside it, the session's clock stands in the room.
    """
    seat: Seat | None = request.state.seat
    if seat is None:
        return page(request, "visit/door.html", appointment=request.state.appointment)
    hour = hours.beside(db, request.state.appointment.id)
    clock = quiet_hour.context_of(hour) if hour is not None else {}
    return page(request, "visit/room.html", **_context(request, seat, offer=None), **clock)


@visit_only
def sit(request: Request, db: Session) -> Response:
    """A signed-in patient sits down, without a link. The press shows that somebody is there."""
    appointment: Appointment = request.state.appointment
    seat = seats.take(db, appointment, request.state.web_session, None)
    try:
        seats.claim(db, seat)
    except Refusal as refusal:
        return page(request, "visit/door.html", 422, appointment=appointment, refusal=refusal)
    return redirect(request, "visit:room", id=appointment.id)


def fragment(request: Request, db: Session, seat: Seat) -> str:
    """The room's markup for a page that is already open.

    In a transaction that writes: a browser that was here before finds its offer in it and answers
    at once. A ghost's holds no offer and no relay.
    """
    context = _context(request, seat, offer=offers.take(db, seat))
    return _filled_in(request, seat, context) or render(request, "visit/_room.html", **context)


def _filled_in(request: Request, seat: Seat, context: dict[str, Any]) -> str | None:
    """The room of a ghost, which knows no more than the visit; None for any other.

    At ten o'clock everybody's first room is drawn: but for its addresses it is one.
    """
    if seat.state is not SeatState.GHOST or context["is_external"]:
        return None
    visit, clinic = seat.visit, request.state.clinic
    its: dict[str, Any] = {"provider": visit.provider, "whereabouts": visit.whereabouts}
    its["started_at"] = visit.started_at is not None
    known = {"name": clinic.name, "phone": clinic.phone}
    more = {"clinician": context["clinician"], "lang": i18n.language(), "mood": mood(request)}
    said = {"start": context["start"], "is_external": False, "room_url": None}
    values = {"id": str(visit.appointment_id)}
    values |= {"ending": context["ending"]} if context["ending"] else {}
    seen: dict[str, Any] = {
        "path_for": request.app.state.addresses,
        "appointment": SimpleNamespace(id=mark("id")),
        "visit": SimpleNamespace(**its),
        "clinic": SimpleNamespace(**known),
        "ending": mark("ending") if context["ending"] else "",
    }
    facts = json.dumps([its, known, more, said], sort_keys=True)
    copies: FilledIn = request.app.state.filled_in
    return copies.render("visit/_room.html", facts, lambda: seen | more | said, values)


def title(appointment: Appointment) -> str:
    """What the tab says while one waits."""
    return _("%(clinician)s is coming") % {"clinician": clinician_name(appointment)}


def clinician_name(appointment: Appointment) -> str:
    """How pages call the visit's clinician."""
    clinician = appointment.practitioner
    return clinician.display_name if clinician else _("Your clinician")


def start_of(request: Request, seat: Seat, offer: offers.Taken | None) -> dict[str, Any]:
    """What the room's script begins with."""
    visit = seat.visit
    servers = provider.named(visit.provider).servers
    return {
        "state": "ended" if visit.ended_at else seat.state.value,
        "peer": offer.peer if offer else None,
        "sdp": offer.sdp if offer else None,
        "ice": (servers(request.app.state.settings, str(seat.id)) if seat.state.is_live else []),
    }


def _context(request: Request, seat: Seat, *, offer: offers.Taken | None) -> dict[str, Any]:
    visit = seat.visit
    appointment = visit.appointment
    carrier = provider.named(visit.provider)
    return {
        "visit": visit,
        "seat": seat,
        "appointment": appointment,
        "clinician": clinician_name(appointment),
        "ending": whereabouts.number_ending(visit),
        "room_url": carrier.room_for(appointment),
        "is_external": visit.provider is ProviderName.EXTERNAL,
        "start": start_of(request, seat, offer),
    }


routes = [
    Route("/visits/{id}", show, name="visit:room"),
    Route("/visits/{id}/seat", sit, methods=["POST"], name="visit:sit"),
]
