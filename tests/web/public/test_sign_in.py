import re
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import code_texts, codes
from app.access.models import SessionKind, SignInCode, Strength, WebSession
from app.audit.models import AuditEvent
from app.links import magic_links
from app.links.models import MagicLink
from app.people import enrolment
from app.people.models import Clinic, Patient
from app.scheduling.models import Appointment
from app.security.tokens import hash_token
from app.web import even_pace
from app.web.guards import BROWSER_COOKIE, COOKIES
from app.web.public.sign_in import seen_next
from tests.conftest import FRIDAY_NOON

PATIENT = COOKIES[SessionKind.PATIENT]


@pytest.fixture
def texted(database, client):
    """The digits of the code that `client` was texted last."""

    def texted():
        with database.session() as db:
            code_texts.send_waiting(db)
            return codes.digits_of(codes.waiting_in(db, client.cookies[BROWSER_COOKIE]))

    return texted


@pytest.fixture
def link_texted(database, texted):
    """The token of the link beside that code."""

    def link_texted():
        texted()
        with database.session(write=False) as db:
            link = db.scalars(select(MagicLink).order_by(MagicLink.id.desc()).limit(1)).one()
            return magic_links.token_of(link)

    return link_texted


@pytest.fixture
def no_birth_date(database, cast):
    with database.session() as db:
        db.get(Patient, cast.maya.id).birth_on = None


def ask(client, number="312 555 0142"):
    return client.post("/sign-in/number", data={"phone": number})


def press(client, token):
    return client.post("/x", json={"t": token, "kind": "sign-in"})


def test_a_patient_signs_in_by_code_and_birth_date(client, cast, texted, database):
    asked = ask(client)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/code")
    assert "one-time-code" in client.get("/sign-in/code").text

    checked = client.post("/sign-in/code", data={"code": texted()})
    assert checked.headers["location"] == "/sign-in/birth-date"
    assert PATIENT not in client.cookies
    assert "bday" in client.get("/sign-in/birth-date").text

    opened = client.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})
    assert opened.headers["location"] == "/"
    assert "Maya" in client.get("/").text
    with database.session(write=False) as db:
        assert db.scalars(select(WebSession)).one().strength is Strength.CODE
        assert db.scalar(select(AuditEvent).where(AuditEvent.action == "sign-in"))


def test_without_a_birth_date_on_file_the_code_is_enough(client, cast, texted, no_birth_date):
    ask(client)

    assert client.post("/sign-in/code", data={"code": texted()}).headers["location"] == "/"
    assert client.get("/").status_code == 200


def test_an_unknown_number_is_answered_the_same(client, cast, app):
    known, unknown = ask(client), ask(client, "312 555 0199")

    assert known.status_code == unknown.status_code
    assert known.headers["location"] == unknown.headers["location"]
    assert known.content == unknown.content
    assert set(known.headers) == set(unknown.headers)
    page = client.get("/sign-in/code")
    assert page.status_code == 200
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("number", "said"),
    [("", "Enter your phone number."), ("12", "Enter a phone number with its area code")],
)
def test_what_is_no_number_comes_back_with_what_was_typed(client, cast, number, said):
    refused = ask(client, number)

    assert refused.status_code == 422
    assert refused.text.count(said) == 2  # on top and at the field
    assert f'value="{number}"' in refused.text or not number
    assert re.search(r"<title>\s*Error:", refused.text)
    assert 'href="#phone"' in refused.text


def test_too_many_codes_are_refused_politely(client, cast):
    for _ in range(3):
        assert ask(client).status_code == 303

    refused = ask(client)

    assert refused.status_code == 429
    assert 'value="312 555 0142"' in refused.text


def test_a_wrong_code_says_so_and_after_the_last_try_offers_a_new_one(client, cast, texted):
    ask(client)
    wrong = f"{(int(texted()) + 1) % 1_000_000:06d}"

    first = client.post("/sign-in/code", data={"code": wrong})
    assert first.status_code == 422
    assert f'value="{wrong}"' in first.text
    assert first.text.count("4 tries left") == 2
    for _ in range(3):
        client.post("/sign-in/code", data={"code": wrong})
    last = client.post("/sign-in/code", data={"code": wrong})

    assert "Ask for a new code" in last.text
    assert client.get("/sign-in/code").headers["location"] == "/sign-in/number"


def test_a_wrong_birth_date_says_so_and_in_the_end_staff_help(client, cast, texted):
    ask(client)
    client.post("/sign-in/code", data={"code": texted()})

    for _ in range(4):
        refused = client.post("/sign-in/birth-date", data={"birth_on": "1991-04-12"})
        assert refused.status_code == 422
        assert 'value="1991-04-12"' in refused.text
    assert (
        "call your clinic"
        in client.post("/sign-in/birth-date", data={"birth_on": "1990-13-40"}).text
        or client.post("/sign-in/birth-date", data={"birth_on": "1991-04-12"}).text
    )
    assert PATIENT not in client.cookies


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/birth-date"])
def test_asvs_2_3_1_nobody_comes_in_by_the_middle(client, cast, path):
    assert client.get(path).headers["location"] == "/sign-in/number"
    posted = client.post(path, data={"code": "123456", "birth_on": "1990-04-12"})
    assert posted.status_code == 422
    assert PATIENT not in client.cookies


def test_cookies_are_for_this_host_alone(client, cast, texted, no_birth_date):
    asked = ask(client)
    opened = client.post("/sign-in/code", data={"code": texted()})

    for response in (asked, opened):
        for cookie in response.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-")
            flags = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"secure", "httponly", "path=/", "samesite=lax"} <= flags


def test_signing_in_ends_what_was_open_in_this_browser(
    client, cast, texted, no_birth_date, database
):
    ask(client)
    client.post("/sign-in/code", data={"code": texted()})
    first = client.cookies[PATIENT]

    ask(client)
    client.post("/sign-in/code", data={"code": texted()})

    assert client.cookies[PATIENT] != first
    with database.session(write=False) as db:
        old = db.scalars(select(WebSession).where(WebSession.token_hash == hash_token(first))).one()
        assert old.ended_at is not None


def test_asvs_7_4_1_signed_out_is_signed_out(signed_in, cast, app):
    maya = signed_in(cast.maya)
    token = maya.cookies[PATIENT]

    out = maya.post("/sign-out")

    assert out.headers["location"] == "/sign-in"
    assert out.headers["clear-site-data"] == '"cache"'
    maya.cookies.set(PATIENT, token, domain="afterglow.test")
    assert maya.get("/").headers["location"] == "/sign-in"


class TestTheLinkBesideTheCode:
    def test_asvs_7_6_2_its_page_is_the_same_for_everybody_and_spends_nothing(self, client, cast):
        assert client.get("/s").content == client.get("/s?x=1").content
        assert "set-cookie" not in client.get("/s").headers

    def test_signs_in_where_the_code_was_asked_for(self, client, cast, link_texted, no_birth_date):
        ask(client)

        assert press(client, link_texted()).json() == {"state": "signed-in", "address": "/"}
        assert client.get("/").status_code == 200

    def test_still_asks_the_birth_date(self, client, cast, link_texted):
        ask(client)

        answer = press(client, link_texted()).json()

        assert answer == {"state": "signed-in", "address": "/sign-in/birth-date"}
        assert PATIENT not in client.cookies
        assert client.get("/sign-in/birth-date").status_code == 200

    def test_shows_the_code_anywhere_else_and_spends_nothing(
        self, client, cast, texted, link_texted, no_birth_date
    ):
        ask(client)
        digits, token = texted(), link_texted()
        browser = client.cookies[BROWSER_COOKIE]
        client.cookies.clear()

        elsewhere = press(client, token)
        assert elsewhere.json()["state"] == "code"
        assert digits in elsewhere.json()["html"]
        assert cast.clinic.name in elsewhere.json()["html"]
        assert PATIENT not in client.cookies
        client.cookies.set(BROWSER_COOKIE, browser, domain="afterglow.test")
        assert client.post("/sign-in/code", data={"code": digits}).headers["location"] == "/"

    def test_works_once(self, client, cast, link_texted, no_birth_date):
        ask(client)
        token = link_texted()
        press(client, token)

        assert press(client, token).json()["state"] == "ended"

    def test_falls_with_its_code(self, client, cast, link_texted):
        ask(client)
        token = link_texted()
        ask(client)
        assert press(client, token).json()["state"] == "ended"

        newest = link_texted()
        later = FRIDAY_NOON + timedelta(minutes=10)
        clock.stand_still(later, machine=later)
        assert press(client, newest).json()["state"] in ("ended", "unknown")


def test_of_two_patients_with_one_number_the_next_appointment_decides(database, cast):
    with database.session() as db:
        other = enrolment.enrol(
            db,
            cast.neighbour,
            given_name="Maya",
            family_name="Osei",
            phone="+13125550142",
            by=None,
        )
        db.flush()
        both = [other, db.get(Patient, cast.maya.id)]
        assert seen_next(db, both).id == cast.maya.id

        visit = db.get(Appointment, cast.integration_visit.id)
        visit.patient_id = other.id
        db.flush()
        assert seen_next(db, both).id == other.id


def test_a_code_row_says_nothing_about_the_number(client, cast, database):
    ask(client, "312 555 0199")

    with database.session(write=False) as db:
        resting = db.scalars(select(SignInCode)).one()
        assert resting.patient_id is None
        assert resting.clinic_id is None


def test_a_number_is_answered_when_a_step_is_full_whether_it_is_known_or_not(
    client, cast, monkeypatch
):
    monkeypatch.setattr(even_pace, "STEP_SECONDS", 0.2)

    for number in ("312 555 0142", "312 555 0199"):
        began = time.monotonic()
        assert ask(client, number).status_code == 303
        assert client.post("/sign-in/code", data={"code": "x"}).status_code == 422
        assert time.monotonic() - began >= 0.4


def test_a_phone_on_which_its_patient_signed_in_gets_a_code_whoever_used_up_the_others(
    client, browser, cast, texted, no_birth_date
):
    ask(client)
    client.post("/sign-in/code", data={"code": texted()})
    stranger = browser()
    while ask(stranger).status_code != 429:
        pass

    assert ask(client).status_code == 303
    assert client.post("/sign-in/code", data={"code": texted()}).headers["location"] == "/"


def test_a_number_on_file_at_another_clinic_keeps_nobody_out(client, texted, database, cast):
    """A couple may share a phone; a clinic may enter a number that is not its patient's."""
    with database.session() as db:
        enrolment.enrol(
            db,
            db.get_one(Clinic, cast.neighbour.id),
            given_name="Sam",
            family_name="Osei",
            phone=cast.maya.phone,
            birth_on=date(1988, 2, 3),
            by=None,
        )
        for visit in db.scalars(select(Appointment)):
            visit.patient_id = cast.theo.id  # so that nobody's comes next; Sam is chosen
        db.get_one(Patient, cast.maya.id).made_at += timedelta(days=1)
    ask(client)
    client.post("/sign-in/code", data={"code": texted()})

    wrong = client.post("/sign-in/birth-date", data={"birth_on": "1990-04-13"})
    right = client.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})

    assert wrong.status_code == 422
    assert right.status_code == 303
    with database.session(write=False) as db:
        last = db.scalars(select(WebSession).order_by(WebSession.id.desc()).limit(1)).one()
        assert last.patient_id == cast.maya.id
