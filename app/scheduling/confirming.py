"""A patient has said that they will come."""

from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.scheduling import moving, rules
from app.scheduling.models import Appointment


def confirm(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Note it. Confirming twice changes nothing. Refuses (AlreadyOver) what is over."""
    rules.refuse_over(appointment)
    if appointment.confirmed_at is None:
        appointment.confirmed_at = clock.now()
        moving.note(db, appointment, "confirm", by=by)
