"""The patient's home: what is next, one thing at a time."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.people.models import Patient
from app.scheduling import joining
from app.scheduling.models import Appointment, AppointmentStatus
from app.web.guards import patient_only
from app.web.pages import page


@patient_only
def home(request: Request, db: Session) -> Response:
    """What is next, with Join once it may be joined; or one sentence when nothing is."""
    upcoming = next_appointment(db, request.state.patient)
    may_join = upcoming is not None and joining.is_open(upcoming)
    return page(request, "patient/home.html", upcoming=upcoming, may_join=may_join)


def next_appointment(db: Session, patient: Patient) -> Appointment | None:
    """The next thing that is not over, a visit that still runs included."""
    return db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.ends_at > clock.now() - joining.AFTER,
        )
        .options(joinedload(Appointment.practitioner))
        .order_by(Appointment.starts_at)
        .limit(1)
    )


routes = [Route("/", home, name="home")]
