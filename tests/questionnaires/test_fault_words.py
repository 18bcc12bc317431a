"""Each fault has a sentence that says what to do, in both languages."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app import i18n
from app.questionnaires.engine.faults import Code, Fault
from app.questionnaires.engine.items import Words
from app.questionnaires.engine.values import Quantity, Slot
from app.questionnaires.fault_words import said

HERE = Slot("a")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", Code)
def test_every_fault_has_its_sentence(code, language):
    with i18n.using("en"):
        english = said(Fault(HERE, code, 3, Words("None of these")))
    with i18n.using(language):
        sentence = said(Fault(HERE, code, 3, Words("None of these")))

    assert sentence.endswith(".")
    assert "%" not in sentence
    assert "!" not in sentence
    assert language == "en" or sentence != english


def test_one_is_said_otherwise_than_many():
    assert said(Fault(HERE, Code.TOO_LONG, 1)) == "Write 1 character at most."
    assert said(Fault(HERE, Code.TOO_LONG, 200)) == "Write 200 characters at most."
    assert said(Fault(HERE, Code.DECIMALS, 0)) == "Write a whole number, such as 12."


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (date(2026, 11, 24), "Nov 24, 2026"),
        (time(14, 30), "2:30 pm"),
        (datetime(2026, 11, 24, 16, tzinfo=UTC), "Nov 24, 2026, 10:00 am"),
        (Decimal("2.50"), "2.5"),
        (1500, "1,500"),
        (Quantity(Decimal(200), "kg"), "200 kg"),
        ("2026", "2026"),
    ],
)
def test_a_limit_is_said_as_people_say_it(limit, words):
    fault = Fault(HERE, Code.TOO_EARLY, limit)

    assert said(fault, zone=ZoneInfo("America/Chicago")) == f"This must be {words} or later."


def test_a_size_is_said_in_megabytes():
    sentence = said(Fault(HERE, Code.FILE_SIZE, 2_500_000))

    assert sentence == "This file is too large. It may have up to 2.5 MB."


def test_the_form_s_own_words_come_first_in_the_language_it_has_them_in():
    own = Words("Check it.", {"es": "Revíselo."})

    assert said(Fault(HERE, Code.PATTERN, words=own)) == "Check it."
    with i18n.using("es"):
        assert said(Fault(HERE, Code.PATTERN, words=own)) == "Revíselo."
