"""What a phone raised without a signal reaches the clinic once, and under nobody else's name."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.journal.owners import owner_of
from app.links.models import LinkKind
from app.messaging.models import Message, Purpose
from app.people.models import Patient, Practitioner
from app.safety import escalation
from app.safety.models import DeviceAlert, SafetyAlert
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def owner(database):
    def owner(patient):
        with database.session(write=False) as db:
            return owner_of(db.get_one(Patient, patient.id))

    return owner


@pytest.fixture
def alerts(database):
    def alerts():
        with database.session(write=False) as db:
            found = db.scalars(select(SafetyAlert).order_by(SafetyAlert.id)).all()
            return [(alert.patient_id, alert.signal.value, alert.urgent) for alert in found]

    return alerts


def _tell(phone, owner, signal="control", uuid=None, **more):
    at = (FRIDAY_NOON - timedelta(hours=2)).isoformat()
    told = {"owner": owner, "signal": signal, "at": at, **more}
    return phone.put(f"/safety/alerts/{uuid or uuid4()}", json=told)


def test_what_was_pressed_without_a_signal_is_told_with_it(signed_in, cast, owner, alerts):
    answer = _tell(signed_in(cast.maya), owner(cast.maya))

    assert answer.json() == {"state": "told", "clinic": "Northside Clinic", "reached": True}
    assert alerts() == [(cast.maya.id, "control", True)]


def test_told_twice_is_one_alert_also_after_it_was_taken_on(
    signed_in, cast, owner, alerts, database
):
    phone, uuid = signed_in(cast.maya), uuid4()
    _tell(phone, owner(cast.maya), uuid=uuid)
    with database.session() as db:
        escalation.acknowledge(db, db.scalars(select(SafetyAlert)).one(), by=cast.jordan)

    assert _tell(phone, owner(cast.maya), uuid=uuid).status_code == 200
    assert len(alerts()) == 1


def test_one_that_escalates_like_any_other(signed_in, cast, owner, database):
    _tell(signed_in(cast.maya), owner(cast.maya), "entry")
    clock.stand_still(clock.now() + escalation.EVERY)
    with database.session() as db:
        escalation.escalate(db)

    with database.session(write=False) as db:
        texts = db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY)).all()
    assert len(texts) == 2


def test_when_it_happened_is_kept_and_never_lies_ahead(signed_in, cast, owner, database):
    phone = signed_in(cast.maya)
    _tell(phone, owner(cast.maya))
    _tell(phone, owner(cast.maya), at=(FRIDAY_NOON + timedelta(days=9)).isoformat())
    for odd in ("yesterday or so", "0001-01-01T00:00:00+14:00"):
        _tell(phone, owner(cast.maya), at=odd)

    with database.session(write=False) as db:
        when = sorted(db.scalars(select(DeviceAlert.happened_at)))
    assert when == [FRIDAY_NOON - timedelta(hours=2), *[FRIDAY_NOON] * 3]


@pytest.mark.parametrize(
    ("signal", "urgent", "expected"),
    [
        ("red-flag", True, ("red-flag", True)),
        ("red-flag", False, ("red-flag", False)),
        ("entry", False, ("entry", True)),
        ("control", False, ("control", True)),
        ("session", True, ("session", True)),
        ("something-new", True, ("control", True)),
    ],
)
def test_only_of_the_body_may_the_same_day_be_soon_enough(
    signed_in, cast, owner, alerts, signal, urgent, expected
):
    _tell(signed_in(cast.maya), owner(cast.maya), signal, urgent=urgent)

    assert alerts() == [(cast.maya.id, *expected)]


def test_a_phone_that_changed_hands_raises_nothing_under_the_other_name(
    signed_in, cast, owner, alerts
):
    answer = _tell(signed_in(cast.theo), owner(cast.maya))

    assert (answer.status_code, answer.json()) == (403, {"state": "rested"})
    assert alerts() == []


def test_nobody_we_know_raises_nothing(client, cast, owner, alerts):
    assert _tell(client, owner(cast.maya)).status_code == 403
    assert _tell(client, None).status_code == 403
    assert alerts() == []


def test_a_link_that_let_a_browser_in_is_enough_also_hours_later(
    client, link_to, cast, owner, alerts, at
):
    _link, token = link_to(LinkKind.JOIN)
    client.post("/x", json={"t": token, "kind": "join"})
    at(FRIDAY_NOON + timedelta(hours=9))

    assert _tell(client, owner(cast.maya)).status_code == 200
    assert len(alerts()) == 1


def test_the_phone_hears_when_nobody_could_be_sent_a_message(signed_in, cast, owner, database):
    with database.session() as db:
        for practitioner in db.scalars(select(Practitioner)):
            practitioner.phone = ""

    assert _tell(signed_in(cast.maya), owner(cast.maya)).json()["reached"] is False


def test_the_trail_says_that_it_came_from_a_phone(signed_in, cast, owner, database):
    _tell(signed_in(cast.maya), owner(cast.maya))

    with database.session(write=False) as db:
        actions = set(db.scalars(select(AuditEvent.action)))
    assert {"raise-alert", "tell-from-phone"} <= actions


def test_an_alert_by_no_name_is_not_found(signed_in, cast, owner):
    assert _tell(signed_in(cast.maya), owner(cast.maya), uuid="mine").status_code == 404


def test_another_sites_page_tells_nothing(signed_in, cast, owner, alerts):
    phone = signed_in(cast.maya)
    phone.headers["sec-fetch-site"] = "cross-site"

    assert _tell(phone, owner(cast.maya)).status_code == 403
    assert alerts() == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_on_the_phone_is_the_same_for_everybody(client, signed_in, cast, language):
    path = f"/offline/safety/{language}"
    nobodys = client.get(path)

    assert nobodys.content == signed_in(cast.maya).get(path).content
    assert f'<html lang="{language}"' in nobodys.text
    assert nobodys.headers["cache-control"] == "no-cache"
    seen = {"if-none-match": nobodys.headers["etag"]}
    assert client.get(path, headers=seen).status_code == 304


def test_the_page_on_the_phone_says_that_nobody_was_told_until_it_knows_better(client):
    page = client.get("/offline/safety/en").text
    truths = dict(re.findall(r'<p data-told="(\w+)"( hidden)?>', page))

    assert truths == {"nobody": "", "kept": " hidden"} | dict.fromkeys(
        ("telling", "told", "unreached"), " hidden"
    )
    sections = dict(re.findall(r'<section class="stack" data-help="([\w-]+)"( hidden)?>', page))
    assert sections == {"crisis": "", "emergency": " hidden", "call-today": " hidden"}


def test_on_the_phone_too_the_number_that_fits_stands_first(client):
    page = client.get("/offline/safety/en").text
    parts = re.findall(r'<section class="stack" data-help="([\w-]+)".*?</section>', page, re.DOTALL)
    assert parts == ["crisis", "emergency", "call-today"]
    crisis, emergency, call_today = page.split("<section ")[1:4]

    assert crisis.index("tel:988") < crisis.index("sms:988") < crisis.index("tel:911")
    assert emergency.index("tel:911") < emergency.index("tel:988")
    assert "tel:911" in call_today


def test_there_is_no_page_in_a_language_we_do_not_have(client):
    assert client.get("/offline/safety/fr").status_code == 404


def test_the_words_of_danger_come_as_the_server_has_them(client):
    answer = client.get("/safety/words.json")

    assert {"anywhere", "alone", "harmless", "shorthand"} <= answer.json().keys()
    assert (
        client.get(
            "/safety/words.json", headers={"if-none-match": answer.headers["etag"]}
        ).status_code
        == 304
    )
