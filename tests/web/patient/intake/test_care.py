"""Danger in an answer, and the hours after a dose."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.intake.models import Consent, IntakePacket
from app.questionnaires import library
from app.questionnaires.engine.items import ItemType
from app.questionnaires.forms import form_of
from app.safety.models import SafetyAlert
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def alerts(database):
    """`alerts()`: what the clinic was alerted to."""

    def alerts():
        with database.session(write=False) as db:
            return list(db.scalars(select(SafetyAlert)))

    return alerts


def at_question_nine(phone, asked):
    theos = phone().tap(asked("phq-9").token).press()
    while "better off dead" not in theos.says:
        theos.choose(0)
    return theos


def test_item_nine_shows_help_in_that_very_answer_and_alerts(phone, asked, alerts):
    theos = at_question_nine(phone, asked)
    before = theos.path

    theos.choose(1)

    assert theos.answer.status_code == 200
    assert theos.path == before  # no redirect: it is the answer to the save
    for words in ("988", "911", "AYUDA", "Go on where you were"):
        assert words in theos.says
    assert 'href="tel:988"' in theos.answer.text
    assert theos.page.forms == 1
    assert len(alerts()) == 1

    theos.press()
    assert theos.path != before
    assert theos.page.forms == 1


def test_for_htmx_too(phone, asked):
    theos = at_question_nine(phone, asked)

    theos.choose(3, **{"hx-request": "true"})

    assert 'href="tel:988"' in theos.answer.text
    assert 'id="main"' in theos.answer.text


def test_the_answer_is_kept_and_the_form_can_be_finished(phone, asked):
    theos = at_question_nine(phone, asked).choose(1).press()
    while not theos.path.endswith("/check"):
        theos.choose(0) if theos.page.options else theos.press()

    assert "Several days" in theos.says
    theos.press()
    assert "has your answers" in theos.says


def test_words_of_danger_in_a_refused_page_alert_all_the_same(phone, asked, alerts, database):
    with database.session() as db:
        form = form_of(library.shipped(db, "goals"))
    text = next(item for item in form.in_order if item.type is ItemType.TEXT)
    theos = phone().tap(asked("goals").token).press()
    while f'name="q{text.index}"' not in theos.answer.text:
        theos.press()

    theos.press(typed={f"q{text.index}": "I want to kill myself"})

    assert 'href="tel:988"' in theos.answer.text
    assert len(alerts()) == 1


def test_after_a_page_that_rested_danger_still_shows_help(phone, asked, alerts):
    theos = at_question_nine(phone, asked)
    moment = FRIDAY_NOON + timedelta(hours=1)
    clock.stand_still(moment, machine=moment)

    theos.choose(2)

    assert 'href="tel:988"' in theos.answer.text
    assert len(alerts()) == 1


# Within a day of a dose: Maya's ended yesterday at 14:00


@pytest.fixture
def mayas(asked, cast, database):
    """Maya's packet with questions and consents, open right now."""
    packet = asked("phq-2", "consents", patient=cast.maya)
    with database.session() as db:
        row = db.get_one(IntakePacket, packet.packet_id)
        row.opens_at = FRIDAY_NOON
    return packet


def test_consents_are_not_offered_and_a_direct_address_says_until_when(phone, mayas):
    hers = phone().tap(mayas.token)
    assert "Until Friday, November 20, 2:00 pm nothing needs your signature" in hers.says
    hers.press().choose(0).choose(0).press()

    assert hers.path == f"/intake/{mayas.packet_id}"
    assert hers.page.forms == 0
    assert "nothing needs your signature" in hers.says
    assert "has your answers" not in hers.says


def test_what_was_begun_before_the_dose_waits_in_save_and_send(phone, mayas, database, cast):
    later = FRIDAY_NOON + timedelta(hours=3)
    clock.stand_still(later, machine=later)
    hers = phone().tap(mayas.token).press().choose(0).choose(0).press().press()
    consent = hers.answer
    task = mayas.task_ids[1]
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)

    assert "This can wait until" in hers.go(hers.path).says
    assert "This can wait until" in hers.go(f"/intake/{task}/check").says
    hers.answer = consent
    hers.press()
    assert "This can wait until" in hers.says
    hers.answer = hers.client.post(f"/intake/{task}/check")
    assert "This can wait until" in hers.says
    with database.session(write=False) as db:
        assert db.scalars(select(Consent)).all() == []


def test_a_day_later_they_are_asked_and_signed(phone, asked, cast, database):
    theos = phone().tap(asked("consents").token).press()
    for _ in range(30):
        if theos.path.endswith("/check"):
            break
        page = theos.page
        typed = {name: options[0] for name, options in page.options.items() if name}
        names = [name for name, _ in page.fields if name and name not in typed]
        typed |= {name: "Theo Brandt" for name in names if name not in ("revision", "sheet")}
        theos.press(typed=typed)
    theos.press()

    assert "has your answers" in theos.says
    with database.session(write=False) as db:
        signed = db.scalars(select(Consent)).all()
        assert {consent.code.value for consent in signed} >= {"treatment", "telehealth"}
        assert {consent.name for consent in signed} == {"Theo Brandt"}
