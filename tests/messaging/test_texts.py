import inspect
import re
from datetime import UTC, datetime, timedelta

import pytest

from app import clock, i18n
from app.messaging import answers, pick_up_texts, talk_texts, texts, wording
from app.messaging.segments import is_gsm, segments, without_accents
from app.people.models import Clinic

LINK = "https://visits.example.org/j#" + "W" * 24
NEW_YORK = "America/New_York"
LONGEST_DAY = datetime(2026, 9, 30, 16, 45, tzinfo=UTC)  # a Wednesday, at 12:45 pm
NAMES = {
    "short": ("Northside", "Dr. Patel"),
    "long": ("Northside Wellness C", "Dr. Featherstonehaug"),
    "accented": ("Clínica Sol", "Dra. Núñez García"),
}
FORBIDDEN = re.compile(
    r"(?i)ketamin|psilocyb|mdma|psychedel|infusi|dose|dosis|dosing|trip|integration|integraci"
    r"|therap|terap|depress|depres|ptsd|tept|suicid|treatment|tratamiento|medic|patient|paciente"
    r"|journal|diario|psych|psic|!"
)
WRITTEN = [
    function
    for module in (texts, answers, pick_up_texts, talk_texts)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]


def written(function, names, language):
    """The text as the phone shows it."""
    clinic, clinician = NAMES[names]
    known = {
        "clinic": Clinic(name=clinic, short_name=clinic, phone="+13125550110"),
        "clinician": clinician,
        "starts_at": LONGEST_DAY,
        "opens_at": LONGEST_DAY,
        "closes_at": LONGEST_DAY,
        "zone": NEW_YORK,
        "digits": "123456",
        "phone": "+13125550110",
        "pick_up_at": LONGEST_DAY,
    }
    wanted = {name: known[name] for name in inspect.signature(function).parameters}
    with i18n.using(language):
        return function(**wanted).replace("{link}", LINK)


@pytest.fixture(params=["en", "es"])
def language(request):
    return request.param


@pytest.fixture(params=NAMES)
def names(request):
    return request.param


@pytest.fixture(params=WRITTEN, ids=lambda function: function.__name__)
def text(request):
    return request.param


def test_the_link_of_these_tests_is_as_long_as_a_link_may_be():
    assert len(LINK) == wording.LONGEST_LINK == 53


def test_a_text_is_one_segment_in_english_and_two_at_most_in_spanish(text, names, language):
    body = written(text, names, language)

    if language == "en":
        assert is_gsm(body), [sign for sign in body if not is_gsm(sign)]
    assert segments(body) <= (1 if is_gsm(body) else 2), f"{len(body)}: {body}"


def test_spanish_keeps_its_accents_and_english_texts_do_without():
    assert "Clínica Sol" in written(texts.staff_call, "accented", "es")
    assert "Clinica Sol" in written(texts.staff_call, "accented", "en")


def test_a_quiet_minute_in_spanish_is_one_segment_without_a_word_misspelled():
    for text in (texts.quiet_minute, texts.quiet_week):
        body = written(text, "short", "es")
        assert segments(body) == 1, f"{len(body)}: {body}"
    assert "una semana después" in written(texts.quiet_week, "short", "es")


def test_accents_give_way_before_a_third_segment():
    assert "Nuñez Garcia" in written(texts.join, "accented", "es")


def test_a_text_holds_no_clinical_word(text, names, language):
    body = written(text, names, language).replace("Wellness", "")

    assert FORBIDDEN.findall(body) == []


def test_a_text_names_the_clinic_and_nobody_but_the_clinician(text, names, language):
    clinic, _ = NAMES[names]

    assert clinic.replace("í", "i") in without_accents(written(text, names, language))
    assert set(inspect.signature(text).parameters) <= {
        "clinic",
        "clinician",
        "starts_at",
        "opens_at",
        "pick_up_at",
        "closes_at",
        "zone",
        "digits",
        "phone",
    }


def test_an_address_neither_begins_nor_ends_a_text(text, names, language):
    body = written(text, names, language)

    assert body.count("https://") == body.count(LINK) <= 1
    if LINK in body:
        assert re.search(rf"\S {re.escape(LINK)} \w+.*[.,]", body)


def test_the_text_about_questions_reads_as_it_was_agreed():
    clock.stand_still(LONGEST_DAY - timedelta(days=2))

    body = written(texts.intake, "short", "en").replace(LINK, "LINK")

    assert body == (
        "Northside: a few questions before Wed. Open LINK to start. "
        "Reply STOP to end texts, HELP for help."
    )


def test_the_text_about_a_quiet_minute_reads_as_it_was_agreed():
    body = written(texts.quiet_minute, "short", "en").replace(LINK, "LINK")

    assert body == (
        "Northside: a quiet minute if you want it. Tap LINK to say or write a few words, or skip."
    )
    assert len(body.replace("LINK", LINK)) == 137


def test_a_day_more_than_a_week_ahead_is_named_with_its_date():
    clock.stand_still(LONGEST_DAY - timedelta(days=7))

    assert "before Wed, Sep 30." in written(texts.intake, "short", "en")


@pytest.mark.parametrize(
    ("days_before", "named"),
    [(0, "Wed, Sep 30"), (1, "Wed"), (6, "Wed"), (7, "Wed, Sep 30"), (-1, "Wed, Sep 30")],
)
def test_a_day_is_named_alone_only_where_it_cannot_be_mistaken(days_before, named):
    clock.stand_still(LONGEST_DAY - timedelta(days=days_before))

    assert f" before {named}. " in written(texts.intake, "short", "en")


def test_a_day_is_near_by_the_patients_calendar():
    clock.stand_still(datetime(2026, 9, 30, 3, 59, tzinfo=UTC))  # still Tuesday there

    assert " before Wed. " in written(texts.reminder, "short", "en")


def test_in_spanish_a_near_day_is_written_out():
    clock.stand_still(LONGEST_DAY - timedelta(days=2))

    assert "miércoles" in written(texts.intake, "short", "es")


def test_a_text_to_staff_holds_no_link(language):
    for function in (texts.staff_waiting, texts.staff_call, texts.staff_alert):
        assert "http" not in written(function, "short", language)


def test_no_text_but_those_about_texts_asks_for_a_word_that_ends_them(text, language):
    first_ones = (texts.intake, talk_texts.invited, pick_up_texts.asked)
    if text in (answers.rejoined, answers.who_we_are, *first_ones):
        return
    body = written(text, "short", language)

    assert not re.search(r"(?i)reply (cancel|end|quit|stop)|responda (cancel|end|quit|stop)", body)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 25, 15, 0, tzinfo=UTC), "10:00am"),
        (datetime(2026, 11, 25, 17, 0, tzinfo=UTC), "12:00pm"),
        (datetime(2026, 11, 26, 4, 5, tzinfo=UTC), "11:05pm"),
    ],
)
def test_a_time_is_the_one_on_the_patients_wall(moment, said, language):
    clinic = Clinic(name="Northside", short_name="Northside", phone="")
    with i18n.using(language):
        assert said in texts.join(clinic, "Dr. Patel", moment, NEW_YORK)


def test_the_join_text_reads_as_it_was_agreed():
    body = written(texts.join, "short", "en").replace(LINK, "LINK")

    assert body == (
        "Northside: Dr. Patel is ready when you are, at 12:45pm. "
        "Tap LINK to join, no login. Not up to it? Reply LATER."
    )
