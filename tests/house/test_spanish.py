"""Every word that people read is there in Spanish, says the same, and fits a text."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file

from app import i18n
from app.messaging import answers, texts
from app.messaging.segments import is_gsm, segments
from app.messaging.wording import fitted
from scripts import words

LINK = "https://northside.example/j#" + "x" * 25
SAMPLES = {
    "clinic": "Northside",
    "clinician": "Dr. Patel",
    "name": "Lucía",
    "day": "sáb, 21 de nov",
    "time": "10:00am",
    "phone": "(718) 555-0100",
    "code": "204518",
    "link": LINK,
}


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    """Each form of each message, in English and in Spanish; an empty one waits."""
    return [pair for message in words.spanish() if message.id for pair in _forms(message)]


def test_no_message_waits_for_a_translation(said):
    assert [english for english, spanish in said if not spanish] == []


def test_the_placeholders_are_the_same(said):
    different = [
        (english, spanish)
        for english, spanish in said
        if spanish and _placeholders(english) != _placeholders(spanish)
    ]

    assert different == []


def test_nothing_shouts(said):
    assert [spanish for _, spanish in said if "!" in spanish] == []


def test_the_catalogue_names_nobody():
    header = words.CATALOGUE.read_text().split("\n\n")[0]

    assert "@" not in header
    assert "fuzzy" not in header
    assert re.findall(r"ORGANIZATION|AUTHOR|FULL NAME", header) == []


def test_a_text_fits_names_the_clinic_and_never_ends_with_its_link(said):
    in_spanish = dict(said)
    for english in _texts():
        with i18n.using("es"):  # as it is sent: accents give way before a third segment
            body = fitted(in_spanish[english] % SAMPLES)

        assert "Northside" in body
        assert not body.endswith(LINK)
        # An accent halves what fits. Two segments bear one, a text without any gets by with one.
        assert segments(body) <= (1 if is_gsm(body) else 2), (len(body), body)


def _forms(message: Message) -> list[tuple[str, str]]:
    if not isinstance(message.id, tuple):
        return [(message.id, message.string or "")]
    return list(zip(message.id, message.string or ("", ""), strict=True))


def _placeholders(form: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%%|\{\w+\}", form))


def _texts() -> list[str]:
    return [
        message
        for module in (texts, answers)
        for _, message, _, _ in extract_from_file(
            "python", Path(module.__file__), keywords={"_": None}
        )
    ]
