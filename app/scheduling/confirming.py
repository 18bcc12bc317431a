"""A patient has said that they will come."""

from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.scheduling import moving, rules, visit_texts
from app.scheduling.models import Appointment


def confirm(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Note it. Confirming twice changes nothing. Refuses (AlreadyOver) what is over.

    A join text that was held back while they looked for other times is queued again.
    """
    rules.refuse_over(appointment)
    if appointment.service.is_visit:
        visit_texts.keep(db, appointment)
    if appointment.confirmed_at is None:
        appointment.confirmed_at = clock.now()
        moving.note(db, appointment, "confirm", by=by)
