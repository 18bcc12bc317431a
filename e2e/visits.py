"""A visit with its text and link, made the quick way: through the clinic's other system."""

import json
import re
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

ZONE = ZoneInfo("America/New_York")
PHONE = "+17185550188"


@dataclass(frozen=True)
class Visit:
    """A visit five minutes before it starts: its room's address and the link in the text."""

    room: str
    link: str


def a_visit(clinic) -> Visit:
    """Robin sees the demo clinician tomorrow at ten; the clock stands five minutes before."""
    key = clinic.get("/demo/apikey")["key"]
    name = {"given": ["Robin"], "family": "Vale"}
    phone = {"system": "phone", "value": PHONE}
    patient = _post(clinic, key, "Patient", name=[name], telecom=[phone])
    practitioner = _get(clinic, key, "Practitioner")["entry"][0]["resource"]
    now = _now(clinic)
    starts_at = (now + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    appointment = _post(
        clinic,
        key,
        "Appointment",
        status="booked",
        serviceType=[{"coding": [{"code": "integration"}]}],
        start=starts_at.isoformat(),
        end=(starts_at + timedelta(minutes=50)).isoformat(),
        participant=[
            {"actor": {"reference": f"{each['resourceType']}/{each['id']}"}, "status": "accepted"}
            for each in (patient, practitioner)
        ],
    )
    ahead = starts_at - timedelta(minutes=4) - _now(clinic)
    clinic.push(f"PT{int(ahead.total_seconds())}S")
    return Visit(f"{clinic.url}/clinic/visits/{appointment['id']}", _link(clinic))


def open_room(desk: Page, visit: Visit) -> None:
    """The clinician goes to the room and is ready for whoever comes."""
    desk.goto(visit.room)
    expect(desk.get_by_text("Nobody is here yet.")).to_be_visible()


def moved_to(clinic, visit: Visit) -> datetime:
    """When the visit starts now, as the other system reads it."""
    key = clinic.get("/demo/apikey")["key"]
    appointment = _get(clinic, key, f"Appointment/{visit.room.rsplit('/', 1)[1]}")
    return datetime.fromisoformat(appointment["start"])


def tap(phone: Page, visit: Visit | None) -> None:
    """The patient taps the link (None: it is open already) and shows to be there."""
    if visit is not None:
        phone.goto(visit.link)
    here = phone.get_by_role("button", name="I am here")
    here.tap()
    expect(here).to_be_hidden()


def admit(desk: Page) -> None:
    """The clinician sees a face and lets it in."""
    button = desk.locator('[data-action="admit"]')
    expect(button).to_have_count(1, timeout=15_000)
    button.click()
    expect(desk.get_by_text("You are talking with Robin.")).to_be_visible()


def _link(clinic) -> str:
    found = [re.search(r"http://\S+/j#\w+", text["body"]) for text in clinic.texts(PHONE)]
    links = [match[0] for match in found if match]
    assert links, "no text with a link came"
    return links[-1]


def _now(clinic) -> datetime:
    return datetime.fromisoformat(clinic.get("/demo/clock")["now"]).astimezone(ZONE)


def _post(clinic, key: str, kind: str, **resource) -> dict:
    body = json.dumps({"resourceType": kind, **resource}).encode()
    return _asked(clinic, key, kind, body)


def _get(clinic, key: str, kind: str) -> dict:
    return _asked(clinic, key, kind, None)


def _asked(clinic, key: str, kind: str, body: bytes | None) -> dict:
    request = urllib.request.Request(
        f"{clinic.url}/fhir/R4/{kind}",
        body,
        {"Content-Type": "application/fhir+json", "Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
