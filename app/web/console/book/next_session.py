"""The session that comes next in somebody's course, with the way to book it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app import wall_time
from app.people.models import Clinic, Patient
from app.protocols import next_session
from app.scheduling.models import Service


@dataclass(frozen=True)
class Next:
    """`address`: the booking form with all of it filled in."""

    number: int
    of: int
    starts_at: datetime
    protocol: str
    address: str


def of(db: Session, patient: Patient, clinic: Clinic) -> Next | None:
    """What would come next. None where nothing does, or it is booked already."""
    found = next_session.suggest(db, patient)
    if found is None:
        return None
    asked = {"patient": str(patient.id)} | _values(found, clinic)
    return Next(
        found.number,
        found.of,
        found.starts_at,
        found.protocol.title,
        f"/clinic/book?{urlencode(asked)}",
    )


def values(db: Session, patient: Patient, clinic: Clinic) -> dict[str, str]:
    """What the booking form would hold for it; nothing where none comes next."""
    found = next_session.suggest(db, patient)
    return _values(found, clinic) if found else {}


def _values(found: next_session.Suggested, clinic: Clinic) -> dict[str, str]:
    return {
        "service": Service.INFUSION.value,
        "protocol": str(found.protocol.id) if found.protocol.is_on else "",
        "route": found.route.value if found.route else "",
        "starts_at": wall_time.written(found.starts_at, clinic.zone),
        "minutes": str(found.minutes),
    }
