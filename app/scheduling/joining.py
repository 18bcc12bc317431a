"""When a visit's room is open to its patient."""

from datetime import timedelta

from app import clock
from app.scheduling.models import Appointment

BEFORE = timedelta(minutes=30)
AFTER = timedelta(minutes=30)


def is_open(appointment: Appointment) -> bool:
    """Whether Join is offered on home. A link's tap is never too early: its room simply waits."""
    if not appointment.service.is_visit or not appointment.status.is_open:
        return False
    return appointment.starts_at - BEFORE <= clock.now() < appointment.ends_at + AFTER
