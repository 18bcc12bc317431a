"""Words of danger in what somebody keeps: help at once, and an alert without the words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging.models import Message, Purpose
from app.safety.models import SafetyAlert

DANGER = "The garden was lovely. I do not want to be here anymore."


@pytest.fixture
def alerts(database):
    def alerts():
        with database.session(write=False) as db:
            return [(each.signal.value, each.urgent) for each in db.scalars(select(SafetyAlert))]

    return alerts


@pytest.mark.parametrize("words", [DANGER, "Ya no quiero vivir", "I'm not going to kill myself"])
def test_words_of_danger_in_an_entry_show_help_at_once_and_alert(tapped, sent, alerts, words):
    answer = sent(tapped(), words=words)

    told = answer.json()
    assert (answer.status_code // 100, told["danger"]) == (2, True)
    assert told["html"].index("tel:988") < told["html"].index("tel:911")
    assert "We have told Northside Clinic." in told["html"]
    assert alerts() == [("entry", True)]


def test_everyday_words_alert_nobody(tapped, sent, alerts):
    assert sent(tapped(), words="Rain, and a blue door.").json()["danger"] is False
    assert alerts() == []


def test_nobody_but_the_patient_has_the_words(tapped, sent, desk, database):
    sent(tapped(), words=DANGER)

    strip = desk.get("/clinic").text
    assert "keeps a private entry that may mean danger" in strip
    with database.session(write=False) as db:
        [alert] = db.scalars(select(SafetyAlert))
        [text] = db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY))
        details = " ".join(db.scalars(select(AuditEvent.detail)))
        page = desk.get(f"/clinic/alerts/{alert.id}").text
        assert alert.causes is None
    for said in (strip, page, text.body, details):
        assert "garden" not in said
        assert "not want to be here" not in said


def test_the_way_to_the_day_after_is_on_that_link_too(tapped):
    page = tapped().get("/aftercare").text

    assert "Take it easy until" in page


def test_the_control_on_a_page_that_lay_open_too_long_still_tells_the_clinic(tapped, alerts, at):
    phone = tapped()
    at(clock.now() + timedelta(hours=10))
    assert 'id="no-session"' in phone.get("/journal/write").text

    page = phone.post("/safety").text

    assert "We have told Northside Clinic." in page
    assert alerts() == [("control", True)]
