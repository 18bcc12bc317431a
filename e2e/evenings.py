"""The evening after a session: the text that offers a quiet minute, and the page it opens."""

import re
from datetime import timedelta

from playwright.sync_api import Page

from e2e.ehr import Ehr

_LINK = re.compile(r"http://\S+/w#\w+")
_CODE = re.compile(r"code is (\d{6})")


def evening_after(clinic, phone: str, given: str = "Maya", **more) -> str:
    """Somebody's session was this morning, and now it is evening. The link in their text."""
    ehr = Ehr(clinic)
    push_to(clinic, ehr, 8, days=1)
    patient = ehr.patient(given, "Lind", phone, birthDate="1988-02-09", **more)
    starts_at = ehr.now().replace(hour=10, minute=0, second=0, microsecond=0)
    ehr.book("infusion", starts_at, 90, patient)
    push_to(clinic, ehr, 18, minute=5)
    return write_link(clinic, phone)


def write_link(clinic, phone: str) -> str:
    """The link in the newest text that offers a quiet minute."""
    found = [_LINK.search(text["body"]) for text in clinic.texts(phone)]
    links = [match[0] for match in found if match]
    assert links, "no text with a quiet minute came"
    return links[-1]


def push_to(clinic, ehr: Ehr, hour: int, minute: int = 0, days: int = 0) -> None:
    """Push the clinic's clock to this hour, today or so many days on."""
    now = ehr.now()
    wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
    assert wanted > now
    clinic.push(f"PT{int((wanted - now).total_seconds())}S")


def open_evening(page: Page, link: str) -> None:
    """Tap the link in the text and wait until one can write."""
    page.goto(link)
    page.wait_for_url("**/journal/write")
    page.locator("textarea").wait_for()


def sign_in_by_code(page: Page, clinic, phone: str, birth_date: str = "1988-02-09") -> None:
    """From the page that asks who it is, by a code and the date of birth."""
    before = len(clinic.texts(phone))
    asks = page.get_by_role("link", name="Text me a code")
    if asks.count():
        asks.click()
        page.get_by_label("Your phone number").fill(phone)
    # Where a link of theirs was opened there is no number to type.
    page.get_by_role("button", name="Text me a code").click()
    page.get_by_label("Six digits").wait_for()
    for _ in range(100):
        codes = [_CODE.search(text["body"]) for text in clinic.texts(phone)[before:]]
        if any(codes):
            break
        page.wait_for_timeout(100)
    page.get_by_label("Six digits").fill(next(match for match in codes if match)[1])
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your date of birth").fill(birth_date)
    page.get_by_role("button", name="Continue").click()
