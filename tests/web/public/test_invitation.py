import pytest
from sqlalchemy import select

from app.access import invitations
from app.access.models import Passkey, SessionKind
from app.web.guards import COOKIES
from tests.access.authenticator import Authenticator

STAFF = COOKIES[SessionKind.STAFF]


@pytest.fixture
def token(database, cast):
    with database.session() as db:
        return invitations.invite(db, cast.dr_okafor, by=cast.ada)


def take_up(client, token, device):
    options = client.post("/invitation/challenge", json={"t": token}).json()["options"]
    return client.post(
        "/invitation/passkey", json={"t": token, "credential": device.create(options)}
    )


def test_an_invitation_makes_a_passkey_and_opens_the_console(client, token, database, cast):
    device = Authenticator()

    made = take_up(client, token, device)

    assert made.json() == {"address": "/clinic"}
    assert "samesite=strict" in " ".join(made.headers.get_list("set-cookie")).lower()
    assert STAFF in client.cookies
    with database.session(write=False) as db:
        assert db.scalars(select(Passkey)).one().practitioner_id == cast.dr_okafor.id


def test_looking_at_it_spends_nothing(client, token):
    for _ in range(3):
        assert client.get("/invitation").status_code == 200
        assert client.post("/invitation/challenge", json={"t": token}).status_code == 200

    assert take_up(client, token, Authenticator()).status_code == 200


def test_a_device_without_user_verification_spends_nothing(client, token):
    assert take_up(client, token, Authenticator(verifies_user=False)).status_code == 422
    assert STAFF not in client.cookies

    assert take_up(client, token, Authenticator()).status_code == 200


def test_it_works_once(client, token):
    take_up(client, token, Authenticator())

    again = client.post("/invitation/challenge", json={"t": token})

    assert again.status_code == 422
    assert "Ask for a new one in person" in again.json()["message"]


def test_guessing_is_slowed_and_a_real_one_still_opens(client, token):
    answers = [
        client.post("/invitation/challenge", json={"t": "1" * 22}).status_code for _ in range(12)
    ]

    assert answers == [422] * 10 + [429] * 2
    assert client.post("/invitation/challenge", json={"t": token}).status_code == 200
