"""The booking form: what was chosen, what is wrong with it, what it would come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, QueryParams

from app import clock, wall_time
from app.i18n import gettext as _
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling import calendars, locations
from app.scheduling.models import Location, Service
from app.web.console import words
from app.web.console.book import booking_protocol, next_session
from app.web.console.book.booking_protocol import Followed
from app.web.console.faults import Faults
from app.web.forms import local_moment, text
from app.web.pages import not_found

FIELDS = (
    "patient",
    "service",
    "protocol",
    "route",
    "practitioner",
    "location",
    "starts_at",
    "minutes",
)
_USUAL = {Service.INFUSION: 120}
_USUAL_VISIT = 50
_SHORTEST, _LONGEST = 5, 12 * 60


@dataclass(frozen=True)
class Wanted:
    """A booking as the form asks for it."""

    patient: Patient
    service: Service
    practitioner: Practitioner | None
    starts_at: datetime
    ends_at: datetime
    follows: Followed
    location: Location | None  # None: the clinic's usual place


def read(db: Session, clinic: Clinic, form: FormData) -> tuple[Wanted | None, Faults]:
    """What the form asks for, or what is wrong with it. An id of another clinic is 404."""
    faults = Faults()
    service = _service(text(form, "service"))
    patient = one_of(db, Patient, clinic, text(form, "patient"))
    practitioner = one_of(db, Practitioner, clinic, text(form, "practitioner"))
    location = one_of(db, Location, clinic, text(form, "location"))
    starts_at = faults.reading(lambda: local_moment(form, "starts_at", clinic.zone))
    minutes = _minutes(text(form, "minutes"), service)
    if patient is None:
        faults.add("patient", _("Choose a patient."))
    if service is None:
        faults.add("service", _("Choose what to book."))
    if minutes is None:
        faults.add("minutes", _("Enter a length from 5 to 720 minutes."))
    follows = faults.reading(lambda: booking_protocol.read(db, clinic, form, service))
    if patient is None or service is None or starts_at is None or minutes is None:
        return None, faults
    ends_at = starts_at + timedelta(minutes=minutes)
    return (
        Wanted(patient, service, practitioner, starts_at, ends_at, follows or Followed(), location),
        faults,
    )


def values(form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, to show again."""
    return {name: str(form.get(name, "")) for name in FIELDS}


def first_values(db: Session, clinic: Clinic, asked: QueryParams) -> dict[str, str]:
    """What a fresh form holds: what the address asks for, else an infusion from the next hour.

    Where somebody's course has a next session, that one.
    """
    patient = one_of(db, Patient, clinic, asked.get("patient", ""))  # 404 for a stranger's id
    next_hour = wall_time.wall(clock.now(), clinic.zone).replace(minute=0, second=0, microsecond=0)
    given = {name: asked.get(name, "") for name in FIELDS}
    if _service(given["service"]) is None:
        given["service"] = Service.INFUSION.value
    if patient is not None and given["service"] == Service.INFUSION and not given["starts_at"]:
        given |= next_session.values(db, patient, clinic)
    given["starts_at"] = given["starts_at"] or (next_hour + timedelta(hours=1)).isoformat(
        timespec="minutes"
    )
    return given


def choices(db: Session, clinic: Clinic) -> dict[str, list[tuple[str, str]]]:
    """What each of the form's lists offers."""
    patients = db.scalars(
        select(Patient).where(
            Patient.clinic_id == clinic.id,
            Patient.archived_at.is_(None),
            Patient.merged_into_id.is_(None),
        )
    )
    named = sorted(((str(each.id), each.full_name) for each in patients), key=_by_name)
    staff = [(str(each.id), each.display_name) for each in calendars.clinicians(db, clinic.id)]
    return booking_protocol.choices(db, clinic) | {
        "patients": [("", _("Choose a patient")), *named],
        "services": [(each.value, words.service(each)) for each in Service],
        "clinicians": [("", _("Whoever is free")), *staff],
        "locations": [(str(each.id), each.name) for each in locations.of_clinic(db, clinic)],
    }


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def _service(value: str) -> Service | None:
    return Service(value) if value in {each.value for each in Service} else None


def _minutes(value: str, service: Service | None) -> int | None:
    if not value:
        return _USUAL.get(service, _USUAL_VISIT) if service else _USUAL_VISIT
    if not value.isascii() or not value.isdigit():
        return None
    minutes = int(value)
    return minutes if _SHORTEST <= minutes <= _LONGEST else None


def one_of(db: Session, model: type[Any], clinic: Clinic, value: str) -> Any:
    """The row of the clinic that a form's list names; None for nothing, 404 for a stranger's."""
    if not value:
        return None
    try:
        row = db.get(model, UUID(value))
    except ValueError:
        row = None
    if row is None or row.clinic_id != clinic.id:
        not_found()
    return row
