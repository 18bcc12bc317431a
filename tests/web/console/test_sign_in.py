from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import invitations
from app.access.models import ApiKey, SessionKind
from app.people.models import Patient, Practitioner, Role
from app.questionnaires import library
from app.web.guards import COOKIES
from tests.access.authenticator import Authenticator
from tests.conftest import FRIDAY_NOON

STAFF = COOKIES[SessionKind.STAFF]


@pytest.fixture
def device(client, database, cast):
    """Dr. Okafor's device, with a passkey on it; nobody is signed in."""
    with database.session() as db:
        token = invitations.invite(db, cast.dr_okafor, by=cast.ada)
    made = Authenticator()
    options = client.post("/invitation/challenge", json={"t": token}).json()["options"]
    client.post("/invitation/passkey", json={"t": token, "credential": made.create(options)})
    client.cookies.clear()
    return made


def show(client, device, door="/clinic/sign-in"):
    options = client.post(f"{door}/challenge", json={}).json()["options"]
    return client.post(f"{door}/passkey", json={"credential": device.get(options)})


def test_staff_sign_in_with_their_passkey(client, device):
    assert show(client, device).json() == {"address": "/clinic"}
    assert STAFF in client.cookies


def test_the_patients_door_does_not_take_it(client, device):
    refused = show(client, device, "/sign-in")

    assert refused.status_code == 422
    assert refused.json()["unknown"] is False  # or the browser would forget a good passkey
    assert not client.cookies.get(COOKIES[SessionKind.PATIENT])


def test_a_passkey_nobody_knows_may_be_forgotten_by_the_browser(client, cast):
    refused = show(client, Authenticator())

    assert refused.status_code == 422
    assert refused.json()["unknown"] is True
    assert STAFF not in client.cookies


@pytest.mark.parametrize("flaw", [{"verifies_user": False}, {"cross_origin": True}])
def test_a_flawed_answer_opens_nothing(client, device, flaw):
    for name, value in flaw.items():
        setattr(device, name, value)

    assert show(client, device).status_code == 422
    assert STAFF not in client.cookies


def test_there_is_no_way_in_by_code_or_link(client, cast):
    page = client.get("/clinic/sign-in").text

    assert "passkey-ceremony" in page
    assert "<input" not in page.replace('<input type="hidden"', "")
    assert client.get("/clinic/").status_code in (303, 307, 404)


def test_nonsense_is_refused(client, cast):
    assert client.post("/clinic/sign-in/passkey", json={"credential": 7}).status_code == 400
    assert client.post("/clinic/sign-in/passkey", json={}).status_code == 400
    assert client.post("/clinic/sign-in/passkey", data={"a": "b"}).status_code == 415
    assert (
        client.post("/clinic/sign-in/passkey", json={"credential": {"x": "y" * 20_000}}).status_code
        == 413
    )


def test_staff_sign_out(desk):
    token = desk.cookies[STAFF]

    out = desk.post("/clinic/sign-out")

    assert out.headers["location"] == "/clinic/sign-in"
    desk.cookies.set(STAFF, token, domain="afterglow.test")
    assert desk.post("/clinic/sign-out").status_code == 303


@pytest.fixture
def later(cast):
    """`later(minutes)`: so much later, and still in the same session."""

    def later(minutes):
        clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(minutes=minutes))

    return later


@pytest.mark.parametrize(
    "path",
    [
        "/clinic/patients/{maya}/number",
        "/clinic/team/{okafor}/invitation",
        "/clinic/team/{okafor}/recovery",
        "/clinic/keys",
    ],
)
def test_what_outlasts_a_session_asks_for_the_passkey_once_more(
    signed_in, cast, database, later, path
):
    """Or whoever comes upon an open desk makes a way in of their own."""
    office = signed_in(cast.ada)
    path = path.format(maya=cast.maya.id, okafor=cast.dr_okafor.id)
    form = {"phone": "(312) 555-0177", "name": "EHR", "scopes": ["book"]}
    later(14)
    assert "again" not in office.post(path, data={}).headers.get("location", "")

    later(16)
    asked = office.post(path, data=form)

    assert asked.headers["location"] == "/clinic/sign-in?again=1"
    assert "Show once more that it is you" in office.get("/clinic/sign-in?again=1").text
    assert office.get("/clinic").status_code == 200
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).phone == cast.maya.phone
        assert db.scalars(select(ApiKey)).all() == []


def test_everybodys_answers_leave_only_with_the_passkey_shown_just_now(signed_in, cast, later):
    office = signed_in(cast.ada)
    path = f"/clinic/forms/{library.unkept('phq-9').id}/answers"
    later(14)
    assert office.get(path).headers["content-type"].startswith("text/csv")

    later(16)

    assert office.get(path).headers["location"] == "/clinic/sign-in?again=1"


def test_with_the_passkey_shown_again_it_is_done(client, device, cast, database, later):
    with database.session() as db:
        db.get_one(Practitioner, cast.dr_okafor.id).role = Role.ADMINISTRATOR
    show(client, device)
    later(10)
    client.get("/clinic")
    later(20)
    key = {"name": "EHR", "scopes": ["book"]}
    assert client.post("/clinic/keys", data=key).headers["location"].endswith("again=1")

    show(client, device)

    assert client.post("/clinic/keys", data=key).status_code == 200
