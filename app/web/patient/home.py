"""The patient's home: what is next, one thing at a time."""

from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.intake.models import IntakePacket
from app.journal import prompts
from app.journal.models import JournalPrompt
from app.people.models import Patient
from app.scheduling import another_session, joining
from app.scheduling.another_session import Asking
from app.scheduling.models import Appointment, AppointmentStatus
from app.web.guards import patient_only
from app.web.pages import page
from app.web.patient import offers

_SENT_LATELY = timedelta(days=14)


@patient_only
def home(request: Request, db: Session) -> Response:
    """What is next, with Join once it may be joined; or one sentence when nothing is."""
    upcoming = next_appointment(db, request.state.patient)
    may_join = upcoming is not None and joining.is_open(upcoming)
    asked, prompt, another = asked_of(db, request.state.patient)
    due = [packet for packet in asked if packet.done_at is None]
    is_calm = not may_join and not due and prompt is None
    return page(
        request,
        "patient/home.html",
        upcoming=upcoming,
        may_join=may_join,
        due=due,
        prompt=prompt,
        sent=_last_sent(asked),
        another=another,
        offers=offers.open_to(request, db) if is_calm else [],
    )


def asked_of(
    db: Session, patient: Patient
) -> tuple[list[IntakePacket], JournalPrompt | None, Asking]:
    """What there is to fill in now, the first due in front, what was sent lately, whether a
    quiet minute waits, and how they stand with another session. One statement.
    """
    now = clock.now()
    is_due = and_(IntakePacket.done_at.is_(None), IntakePacket.closes_at > now)
    is_theirs = and_(
        IntakePacket.patient_id == patient.id,
        IntakePacket.cancelled_at.is_(None),
        IntakePacket.opens_at <= now,
        or_(is_due, IntakePacket.done_at > now - _SENT_LATELY),
    )
    rows = db.execute(
        select(IntakePacket, JournalPrompt, another_session.standing(patient))
        .select_from(Patient)
        .outerjoin(IntakePacket, is_theirs)
        .outerjoin(JournalPrompt, prompts.is_waiting(patient))
        .where(Patient.id == patient.id)
        .order_by(IntakePacket.due_at)
    ).all()
    found: list[IntakePacket | None] = [row[0] for row in rows]  # by an outer join
    _packet, prompt, another = rows[0]
    return [packet for packet in found if packet is not None], prompt, Asking(another)


def _last_sent(asked: list[IntakePacket]) -> IntakePacket | None:
    """Of what was sent lately the last: in a course there is something every few days."""
    done = {packet.done_at: packet for packet in asked if packet.done_at is not None}
    return done[max(done)] if done else None


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
