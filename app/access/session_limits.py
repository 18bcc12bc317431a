"""How long each kind of session lets its browser in."""

from dataclasses import dataclass
from datetime import timedelta

from app.access.models import SessionKind


@dataclass(frozen=True)
class Limits:
    """How long a session may rest, and how long it may live at all. None: the visit decides."""

    idle: timedelta | None
    absolute: timedelta | None


LIMITS = {
    SessionKind.JOIN: Limits(None, None),
    SessionKind.WRITE: Limits(timedelta(minutes=30), timedelta(hours=24)),
    SessionKind.PATIENT: Limits(timedelta(minutes=15), timedelta(hours=12)),
    SessionKind.STAFF: Limits(timedelta(minutes=15), timedelta(hours=12)),
    SessionKind.ESCORT: Limits(None, None),
    SessionKind.GUEST: Limits(None, None),
}
