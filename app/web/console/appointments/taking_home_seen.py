"""The way home after a session, as its appointment's page shows it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import wall_time
from app.intake import rides
from app.messaging.models import Message
from app.people import phones
from app.scheduling import escort_texts, escorts, locations
from app.scheduling.models import Appointment, Escort, Location, Service

FIELDS = ("escort_name", "escort_phone", "pick_up_at", "escort_language")


@dataclass(frozen=True)
class Shown:
    """What the appointment's page says about the way home."""

    escort: Escort | None  # None: nobody is named, or not any more
    text: Message | None
    pick_up_at: datetime | None
    place: Location | None
    values: dict[str, str]
    was_told: bool  # the form holds what the patient answered
    languages: list[tuple[str, str]]


def shown(db: Session, session: Appointment, typed: dict[str, str] | None = None) -> Shown | None:
    """The way home after a session. None for a visit by video, and when the session is off."""
    escort = escorts.of(db, session) if session.service is Service.INFUSION else None
    is_named = escort is not None and not (escort.withdrawn_at or escort.forgotten_at)
    if session.service is not Service.INFUSION or not (session.status.is_open or is_named):
        return None
    escort = escort if is_named else None
    ride = None if escort else rides.told(db, session.patient)
    values = _filled(session, escort) if escort else _offered(session, ride)
    return Shown(
        escort=escort,
        text=escort_texts.text_of(db, escort) if escort else None,
        pick_up_at=escorts.pick_up_at(escort) if escort else None,
        place=locations.where(db, session),
        values=values | (typed or {}),
        was_told=ride is not None,
        languages=[("en", "English"), ("es", "Español")],
    )


def _filled(session: Appointment, escort: Escort) -> dict[str, str]:
    return {
        "escort_name": escort.name,
        "escort_phone": phones.spoken(escort.phone),
        "escort_language": escort.language,
        "pick_up_at": _wall(escorts.pick_up_at(escort), session.clinic.zone),
    }


def _offered(session: Appointment, ride: rides.Ride | None) -> dict[str, str]:
    return {
        "escort_name": ride.name if ride else "",
        "escort_phone": ride.phone if ride else "",
        "escort_language": session.clinic.language,
        "pick_up_at": _wall(session.ends_at, session.clinic.zone),
    }


def _wall(moment: datetime, zone: str) -> str:
    return wall_time.wall(moment, zone).isoformat(timespec="minutes")
