"""How somebody is after a session: the body's dangers first, and what each answer leads to."""

import re

import pytest
from sqlalchemy import delete, select

from app.intake.models import ReviewFlag
from app.messaging.models import Message, Purpose
from app.safety.models import SafetyAlert
from app.scheduling.models import StaffedHours

RED_FLAGS = ("chest-pain", "breathing", "fainting", "seizure", "stroke", "about-to-act", "none")
CHEST_PAIN, ABOUT_TO_ACT, NONE = 0, 5, 6
NAUSEA, NO_SYMPTOM, SEVERE = 5, 10, 2
A_FALL, NOTHING_TO_WATCH = 8, 9


@pytest.fixture
def alerts(database):
    def alerts():
        with database.session(write=False) as db:
            found = db.scalars(select(SafetyAlert).order_by(SafetyAlert.id)).all()
            return [(alert.signal.value, alert.urgent, alert.causes) for alert in found]

    return alerts


@pytest.fixture
def theos(phone, asked):
    """Theo's phone, on the first page of the check."""
    return phone().tap(asked("side-effects").token).press()


def numbers_of(theos):
    """The numbers on the page in their order."""
    main = re.search(r"<main.*</main>", theos.answer.text, re.DOTALL)[0]
    return re.findall(r'href="(tel:\+?\d+|sms:\d+)"', main)


def test_what_cannot_wait_is_asked_before_anything_else(theos):
    assert "Do you have any of these right now?" in theos.says
    assert len(next(iter(theos.page.options.values()))) == len(RED_FLAGS)


def test_a_red_flag_is_answered_with_911_first_and_alerts_at_once(theos, alerts):
    theos.choose(CHEST_PAIN)

    assert "Please call 911 now." in theos.says
    assert numbers_of(theos)[:3] == ["tel:911", "tel:988", "sms:988"]
    assert "We have told Northside Clinic." in theos.says
    assert "so 911 is quicker" in theos.says
    [(signal, urgent, causes)] = alerts()
    assert (signal, urgent) == ("red-flag", True)
    assert [*causes] == ["red-flags"]


def test_the_answer_is_kept_and_leads_on(theos, alerts):
    theos.choose(CHEST_PAIN).press()

    assert "What have you noticed since your session?" in theos.says
    assert len(alerts()) == 1


def test_who_is_about_to_act_sees_911_and_988(theos, alerts):
    theos.choose(ABOUT_TO_ACT)

    assert numbers_of(theos)[:2] == ["tel:911", "tel:988"]
    assert alerts()[0][:2] == ("red-flag", True)


def test_a_text_to_staff_holds_no_word_of_it(theos, database):
    theos.choose(CHEST_PAIN)

    with database.session(write=False) as db:
        [text] = db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY))
    for word in ("Theo", "chest", "pain", "http", "911"):
        assert word not in text.body


def test_what_is_severe_shows_the_clinics_number_and_hours_and_alerts_for_the_day(
    theos, alerts, cast
):
    theos.choose(NONE).choose(NAUSEA)
    strength, still, _since = theos.page.options
    theos.press(typed={strength: f"o{SEVERE}", still: "o0"})

    assert "Please call your clinic today." in theos.says
    assert numbers_of(theos)[:2] == [f"tel:{cast.clinic.phone}", "tel:911"]
    assert "People are at Northside Clinic until" in theos.says
    assert [alert[:2] for alert in alerts()] == [("red-flag", False)]


def test_each_thing_the_clinic_hears_of_the_same_day_does_the_same(theos, alerts):
    theos.choose(NONE).choose(NO_SYMPTOM).choose(A_FALL)

    assert "Please call your clinic today." in theos.says
    assert [alert[:2] for alert in alerts()] == [("red-flag", False)]


def test_when_nobody_is_there_the_page_says_so(theos, database):
    with database.session() as db:
        db.execute(delete(StaffedHours))
    theos.choose(NONE).choose(NO_SYMPTOM).choose(A_FALL)

    assert "People are at" not in theos.says
    assert "If it gets worse, do not wait for them." in theos.says


def test_whoever_has_nothing_reads_no_number_and_alerts_nobody(theos, alerts):
    theos.choose(NONE).choose(NO_SYMPTOM).choose(NOTHING_TO_WATCH).choose(0).press()

    assert "Is this right?" in theos.says
    assert alerts() == []


def test_something_else_ticked_later_alerts_anew_and_less_of_it_does_not(theos, alerts, database):
    first = theos.path
    theos.choose(CHEST_PAIN)
    theos.go(first)
    name = next(iter(theos.page.options))
    theos.press(typed={name: ["o0", "o3"]})
    with database.session(write=False) as db:
        texts = db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY)).all()
    assert len(alerts()) == 1  # nobody has taken the first on yet
    assert len(alerts()[0][2]["red-flags"]) == 2
    assert len(texts) == 1

    theos.go(first)
    theos.press(typed={name: ["o3"]})
    assert len(alerts()[0][2]["red-flags"]) == 2
    assert "Please call 911 now." in theos.says


def test_words_of_danger_in_the_note_show_988(theos, alerts):
    theos.choose(NONE).choose(NO_SYMPTOM).choose(NOTHING_TO_WATCH).choose(0)
    theos.press(typed={theos.page.fields[-1][0]: "I want to die"})

    assert numbers_of(theos)[:1] == ["tel:988"]
    assert [alert[:2] for alert in alerts()] == [("words", True)]


def test_staff_find_it_on_the_strip_and_once_sent_on_the_review_list(theos, desk, database, alerts):
    theos.choose(CHEST_PAIN).press().choose(NO_SYMPTOM).choose(NOTHING_TO_WATCH).choose(0).press()
    strip = desk.get("/clinic").text
    assert "told of something that cannot wait" in strip
    assert "Phone now, then acknowledge." in strip

    theos.press()
    with database.session(write=False) as db:
        flags = [(flag.label, flag.urgent) for flag in db.scalars(select(ReviewFlag))]
    assert flags == [("Chest pain", True)]


def test_each_unsafe_answer_carries_its_help_for_a_phone_without_a_signal(theos):
    helps = re.findall(r'data-help="([\w-]+)"', theos.answer.text)

    assert helps == ["emergency"] * (len(RED_FLAGS) - 1)


def test_in_spanish_too(phone, asked):
    theos = phone(**{"accept-language": "es"})
    theos.client.cookies.set("__Host-ag_lang", "es", domain="afterglow.test")
    theos.tap(asked("side-effects").token).press().choose(CHEST_PAIN)

    assert '<html lang="es"' in theos.answer.text
    assert numbers_of(theos)[0] == "tel:911"
