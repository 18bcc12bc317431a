"""The one page of whoever takes a patient home: when, where, what helps, whom to call."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.scheduling import escorts, locations
from app.scheduling.models import AppointmentStatus
from app.web.doors.escort_doors import ADDRESS, escort_of
from app.web.guards import escort_only
from app.web.pages import page

_OFF = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


@escort_only
def show(request: Request, db: Session) -> Response:
    """As it stands now. No word of what the visit is for, and of the patient a first name alone."""
    escort = escort_of(request)
    session = escort.appointment
    return page(
        request,
        "escort/pick_up.html",
        name=session.patient.given_name,
        is_off=session.status in _OFF,
        pick_up_at=escorts.pick_up_at(escort),
        zone=escorts.zone_of(db, session),
        place=locations.where(db, session),
    )


routes = [Route(ADDRESS, show, methods=["GET"], name="escort")]
