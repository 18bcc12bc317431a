"""What a patient was asked to fill in, and the way to it: the link in the newest text."""

import re

from playwright.sync_api import Page

_LINK = re.compile(r"http://\S+/i#\w+")
CANONICAL = "https://afterglow.example/fhir/Questionnaire/"


def link_of(clinic, phone: str) -> str:
    """The link in the newest text that asks for something."""
    found = [_LINK.search(text["body"]) for text in clinic.texts(phone)]
    links = [match[0] for match in found if match]
    assert links, "no text with a link to questions came"
    return links[-1]


def shipped(ehr, slug: str) -> str:
    """The id of a form that comes with Afterglow."""
    bundle = ehr.get(f"Questionnaire?url={CANONICAL}{slug}")
    return str(bundle["entry"][0]["resource"]["id"])


def open_link(page: Page, link: str) -> None:
    """Tap the link in the text and wait until there is something to answer."""
    page.goto(link)
    page.locator("main form").first.wait_for()
