"""The form of a patient's facts: read, checked, and shown again as it was typed."""

from datetime import date
from functools import cache, partial
from zoneinfo import available_timezones

from starlette.datastructures import FormData

from app import clock
from app.i18n import gettext as _
from app.people import phones
from app.people.models import Clinic, Patient
from app.people.records import Facts
from app.web.console.faults import Faults
from app.web.forms import day, text

FIELDS = (
    "given_name",
    "family_name",
    "phone",
    "birth_on",
    "language",
    "zone",
    "home_address",
    "emergency_name",
    "emergency_phone",
    "texts_agreed",
)
_COMMON_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
_OLDEST = date(1900, 1, 1)


def read(form: FormData, clinic: Clinic, patient: Patient | None = None) -> tuple[Facts, Faults]:
    """The facts, and what is wrong with each on its own.

    Of a `patient` who is known the number stands: another one has a page of its own.
    """
    faults, phone = Faults(), patient.phone if patient else text(form, "phone")
    given_name = faults.reading(lambda: text(form, "given_name", limit=100)) or ""
    if not given_name:
        faults.add("given_name", _("Enter a first name."))
    birth_on = faults.reading(lambda: day(form, "birth_on"))
    if birth_on is not None and not _OLDEST <= birth_on <= clock.now().date():
        faults.add("birth_on", _("Enter a day in the past, like 1990-01-31."))
    for name, number in (("phone", phone), ("emergency_phone", text(form, "emergency_phone"))):
        if number:
            faults.reading(partial(phones.normal, number, clinic.country), name)
    if not phone:
        faults.add("phone", _("Enter a phone number with its area code, like 202 555 0123."))
    zone = text(form, "zone") or clinic.zone
    if zone not in available_timezones():
        faults.add("zone", _("Choose a time zone from the list."))
    return (
        Facts(
            given_name=given_name,
            family_name=faults.reading(lambda: text(form, "family_name", limit=100)) or "",
            phone=phone,
            birth_on=birth_on,
            language=text(form, "language"),
            zone=zone,
            home_address=faults.reading(lambda: text(form, "home_address", limit=500)) or "",
            emergency_name=faults.reading(lambda: text(form, "emergency_name", limit=100)) or "",
            emergency_phone=text(form, "emergency_phone"),
            texts_agreed=text(form, "texts_agreed") == "1",
        ),
        faults,
    )


def typed(form: FormData) -> dict[str, str]:
    """What was typed, to show again."""
    return {name: str(form.get(name, "")) for name in FIELDS}


def empty(clinic: Clinic) -> dict[str, str]:
    """What the form of a new patient holds."""
    return dict.fromkeys(FIELDS, "") | {"language": clinic.language, "zone": clinic.zone}


def filled(patient: Patient) -> dict[str, str]:
    """What is known, to change."""
    return {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "phone": phones.spoken(patient.phone),
        "birth_on": patient.birth_on.isoformat() if patient.birth_on else "",
        "language": patient.language,
        "zone": patient.zone,
        "home_address": patient.home_address,
        "emergency_name": patient.emergency_name,
        "emergency_phone": phones.spoken(patient.emergency_phone)
        if patient.emergency_phone
        else "",
        "texts_agreed": "1" if patient.texts_agreed_at else "",
    }


@cache
def zones() -> list[tuple[str, str]]:
    """Time zones to choose from, the country's usual ones first."""
    rest = sorted(
        zone for zone in available_timezones() if "/" in zone and zone not in _COMMON_ZONES
    )
    kept = [
        zone
        for zone in rest
        if not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    ]
    return [(zone, zone.replace("_", " ")) for zone in (*_COMMON_ZONES, *kept)]
