import pytest
from sqlalchemy import select

from app import clock
from app.access import web_sessions
from app.access.models import Passkey, SessionKind, Strength, WebSession
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging.models import Message
from app.scheduling.models import Appointment
from app.security.tokens import hash_token
from app.telehealth.models import Seat
from app.web.guards import BROWSER_COOKIE
from tests.access.authenticator import Authenticator


@pytest.fixture
def maya(signed_in, cast):
    return signed_in(cast.maya)


@pytest.fixture
def sign_in_by_code(database, cast):
    """Let `browser` be Maya's, signed in by a fresh code instead of a passkey."""

    def sign_in_by_code(browser):
        with database.session() as db:
            _, token = web_sessions.start(
                db,
                SessionKind.PATIENT,
                clinic_id=cast.clinic.id,
                patient=cast.maya,
                strength=Strength.CODE,
            )
        browser.cookies.set("__Host-ag_p", token, domain="afterglow.test")

    return sign_in_by_code


@pytest.fixture
def admit(database, cast):
    """Dr. Okafor sees the face of whoever joined by link in this browser, and admits them."""

    def admit(browser):
        with database.session() as db:
            link = magic_links.mint(
                db,
                LinkKind.JOIN,
                clinic_id=cast.clinic.id,
                patient_id=cast.maya.id,
                appointment_id=cast.integration_visit.id,
                expires_at=db.get(Appointment, cast.integration_visit.id).ends_at,
            )
            token = magic_links.token_of(link)
        assert browser.post("/x", json={"t": token, "kind": "join"}).json()["state"] == "open"
        with database.session() as db:
            db.scalars(select(Seat)).one().admitted_at = clock.now()

    return admit


def make_passkey(browser, device):
    asked = browser.post("/devices/passkeys/challenge", json={})
    if asked.status_code != 200:
        return asked
    credential = device.create(asked.json()["options"])
    return browser.post("/devices/passkeys", json={"credential": credential})


def test_asvs_7_5_2_the_list_shows_where_one_is_signed_in(maya, signed_in, cast):
    signed_in(cast.maya)
    signed_in(cast.theo)

    page = maya.get("/devices").text

    assert page.count("This one") == 1
    assert page.count("/sign-out") >= 2
    assert page.count("<li class") == 2


def test_signing_out_everywhere_ends_every_browser(maya, signed_in, cast):
    tablet, theo = signed_in(cast.maya), signed_in(cast.theo)

    out = maya.post("/devices/sign-out")

    assert out.headers["location"] == "/sign-in"
    assert out.headers["clear-site-data"] == '"cache"'
    assert tablet.get("/devices").headers["location"] == "/sign-in"
    assert theo.get("/devices").status_code == 200


def test_one_browser_is_signed_out_alone_and_never_another_persons(maya, signed_in, cast, database):
    tablet = signed_in(cast.maya)
    with database.session(write=False) as db:
        token = tablet.cookies["__Host-ag_p"]
        row = db.scalars(select(WebSession).where(WebSession.token_hash == hash_token(token))).one()

    assert signed_in(cast.theo).post(f"/devices/{row.id}/sign-out").status_code == 404
    assert tablet.get("/devices").status_code == 200
    assert maya.post(f"/devices/{row.id}/sign-out").status_code == 303
    assert tablet.get("/devices").status_code == 303
    assert maya.get("/devices").status_code == 200


def test_a_first_passkey_needs_the_browser_in_which_a_face_was_seen(
    client, cast, sign_in_by_code, admit, database
):
    sign_in_by_code(client)
    assert "after your first video visit" in client.get("/devices").text
    assert make_passkey(client, Authenticator()).status_code == 422

    admit(client)
    assert "Set up this phone" in client.get("/devices").text
    assert make_passkey(client, Authenticator()).json() == {"address": "/devices"}
    with database.session(write=False) as db:
        assert db.scalars(select(Passkey)).one().patient_id == cast.maya.id
        assert db.scalars(select(Message)).one().patient_id == cast.maya.id


def test_another_browser_was_not_admitted(client, cast, sign_in_by_code, admit, signed_in):
    admit(client)
    tablet = signed_in(cast.maya)
    sign_in_by_code(tablet)
    assert make_passkey(tablet, Authenticator()).status_code == 422

    theo = signed_in(cast.theo)
    theo.cookies.set(BROWSER_COOKIE, client.cookies[BROWSER_COOKIE], domain="afterglow.test")
    assert make_passkey(theo, Authenticator()).status_code == 422


def test_a_passkey_is_removed_with_a_passkey_and_never_by_another(
    client, cast, sign_in_by_code, admit, signed_in, database
):
    admit(client)
    sign_in_by_code(client)
    make_passkey(client, Authenticator())
    with database.session(write=False) as db:
        address = f"/devices/passkeys/{db.scalars(select(Passkey)).one().id}/removal"

    assert signed_in(cast.theo).post(address).status_code == 404
    refused = client.post(address)
    assert refused.status_code == 422
    assert "error-summary" in refused.text
    assert signed_in(cast.maya).post(address).headers["location"] == "/devices"
    with database.session(write=False) as db:
        assert db.scalars(select(Passkey)).all() == []


def test_browsers_that_a_passkey_opened_are_signed_out_with_it(
    client, cast, sign_in_by_code, admit, signed_in, database
):
    """The passkey may be on a stolen phone, and its pages open there."""
    admit(client)
    sign_in_by_code(client)
    stolen = Authenticator()
    make_passkey(client, stolen)
    with database.session(write=False) as db:
        address = f"/devices/passkeys/{db.scalars(select(Passkey)).one().id}/removal"
    options = client.post("/sign-in/challenge").json()["options"]
    client.post("/sign-in/passkey", json={"credential": stolen.get(options)})
    assert client.get("/").status_code == 200

    signed_in(cast.maya).post(address)

    assert client.get("/").headers["location"] == "/sign-in"


def test_strangers_see_no_devices(client, cast):
    assert client.get("/devices").headers["location"] == "/sign-in"
    assert client.post("/devices/passkeys/challenge", json={}).headers["location"] == "/sign-in"
