"""A visit with its text and link, made the quick way: through the clinic's other system."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from e2e.ehr import Ehr

PHONE = "+17185550188"


@dataclass(frozen=True)
class Visit:
    """A visit five minutes before it starts: its room's address and the link in the text."""

    room: str
    link: str


def a_visit(clinic) -> Visit:
    """Robin sees the demo clinician tomorrow at ten; the clock stands five minutes before."""
    ehr = Ehr(clinic)
    patient = ehr.patient("Robin", "Vale", PHONE)
    starts_at = (ehr.now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    appointment = ehr.book("integration", starts_at, 50, patient, ehr.clinician())
    ahead = starts_at - timedelta(minutes=4) - ehr.now()
    clinic.push(f"PT{int(ahead.total_seconds())}S")
    return Visit(f"{clinic.url}/clinic/visits/{appointment['id']}", _link(clinic))


def open_room(desk: Page, visit: Visit) -> None:
    """The clinician goes to the room and is ready for whoever comes."""
    desk.goto(visit.room)
    expect(desk.get_by_text("Nobody is here yet.")).to_be_visible()


def moved_to(clinic, visit: Visit) -> datetime:
    """When the visit starts now, as the other system reads it."""
    appointment = Ehr(clinic).get(f"Appointment/{visit.room.rsplit('/', 1)[1]}")
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
    expect(button).to_have_count(1)
    button.click()
    expect(desk.get_by_text("You are talking with Robin.")).to_be_visible()


def _link(clinic) -> str:
    found = [re.search(r"http://\S+/j#\w+", text["body"]) for text in clinic.texts(PHONE)]
    links = [match[0] for match in found if match]
    assert links, "no text with a link came"
    return links[-1]
