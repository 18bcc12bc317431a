"""The team: who works here, how they are reached, how they get in."""

import re

import pytest
from sqlalchemy import func, select

from app.access import invitations
from app.access.models import Invitation, WebSession
from app.people.models import Practitioner, Role


@pytest.fixture
def office(signed_in, cast):
    """The console as the administrator has it open."""
    return signed_in(cast.ada)


def _member(**differently):
    return {
        "display_name": "Dr. Reyes",
        "name": "Ana Reyes",
        "role": "clinician",
        "phone": "312 555 0170",
        "room_url": "",
        "on_call_rank": "1",
        **differently,
    }


def _token(text):
    return re.search(r"https://afterglow\.test/invitation#(\w+)", text)[1]


def test_a_new_member_gets_an_address_that_is_shown_once(office, cast, database):
    answer = office.post("/clinic/team", data=_member())

    assert answer.status_code == 200
    assert 'src="data:image/svg+xml' in answer.text
    with database.session() as db:
        invitation = invitations.find(db, _token(answer.text))
        reyes = db.get_one(Practitioner, invitation.practitioner_id)
        assert (reyes.display_name, reyes.role, reyes.on_call_rank) == (
            "Dr. Reyes",
            Role.CLINICIAN,
            1,
        )
    assert "invitation#" not in office.get("/clinic/team").text


def test_a_form_sent_twice_adds_one(office, cast, database):
    office.post("/clinic/team", data=_member())

    again = office.post("/clinic/team", data=_member())

    assert again.status_code == 422
    with database.session(write=False) as db:
        assert db.scalar(select(func.count()).select_from(Invitation)) == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("display_name", "", "Enter the name that patients will read."),
        ("display_name", "dr. okafor", "Somebody on the team is called this already."),
        ("role", "owner", "Choose what they do."),
        ("phone", "12", "Enter a phone number with its area code"),
        ("room_url", "http://rooms.example/x", "Enter the room&#39;s address, starting with"),
        ("room_url", "javascript:alert(1)", "Enter the room&#39;s address, starting with"),
        ("on_call_rank", "0", "Enter a place from 1 to 20"),
        ("on_call_rank", "21", "Enter a place from 1 to 20"),
    ],
)
def test_asvs_2_2_1_2_2_2_what_is_wrong_is_said_at_its_field(
    office, cast, database, field, value, words
):
    answer = office.post("/clinic/team", data=_member(**{field: value}))

    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert "Ana Reyes" in answer.text


def test_a_place_in_the_order_is_one_persons(office, cast):
    office.post("/clinic/team", data=_member())

    answer = office.post(
        f"/clinic/team/{cast.dr_okafor.id}", data=_member(display_name="Dr. Okafor")
    )

    assert answer.status_code == 422
    assert "Somebody else has this place in the order." in answer.text


def test_a_room_elsewhere_is_kept(office, cast, database):
    office.post(
        f"/clinic/team/{cast.dr_okafor.id}",
        data=_member(display_name="Dr. Okafor", room_url="https://rooms.example/okafor"),
    )

    with database.session(write=False) as db:
        kept = db.get_one(Practitioner, cast.dr_okafor.id)
        assert kept.room_url == "https://rooms.example/okafor"


def test_inviting_again_voids_the_first_address(office, cast, database):
    first = _token(office.post(f"/clinic/team/{cast.jordan.id}/invitation").text)
    second = _token(office.post(f"/clinic/team/{cast.jordan.id}/invitation").text)

    with database.session() as db:
        assert invitations.find(db, second)
        with pytest.raises(invitations.InvitationOver):
            invitations.find(db, first)


def test_whoever_leaves_is_signed_out_and_cannot_be_invited(office, desk, cast, database):
    assert desk.get("/clinic").status_code == 200

    assert office.post(f"/clinic/team/{cast.dr_okafor.id}/leave").status_code == 303

    assert desk.get("/clinic").status_code == 303
    assert office.post(f"/clinic/team/{cast.dr_okafor.id}/invitation").status_code == 422
    with database.session(write=False) as db:
        ended = db.scalar(
            select(WebSession.ended_at).where(WebSession.practitioner_id == cast.dr_okafor.id)
        )
        assert ended is not None
    office.post(f"/clinic/team/{cast.dr_okafor.id}/return")
    assert office.post(f"/clinic/team/{cast.dr_okafor.id}/invitation").status_code == 200
    assert desk.get("/clinic").status_code == 303


def test_a_lost_device_starts_over(office, desk, cast):
    answer = office.post(f"/clinic/team/{cast.dr_okafor.id}/recovery")

    assert "invitation#" in answer.text
    assert desk.get("/clinic").status_code == 303


def test_an_administrator_neither_leaves_nor_demotes_themselves(office, cast, database):
    assert office.post(f"/clinic/team/{cast.ada.id}/leave").status_code == 422
    demoted = office.post(
        f"/clinic/team/{cast.ada.id}", data=_member(display_name="Ada", role="coordinator")
    )

    assert demoted.status_code == 422
    assert 'href="#role"' in demoted.text
    with database.session(write=False) as db:
        ada = db.get_one(Practitioner, cast.ada.id)
        assert (ada.role, ada.disabled_at) == (Role.ADMINISTRATOR, None)


@pytest.mark.parametrize("who", ["dr_okafor", "jordan"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/clinic/hours"),
        ("POST", "/clinic/hours/{okafor}"),
        ("GET", "/clinic/team/new"),
        ("POST", "/clinic/team"),
        ("GET", "/clinic/team/{okafor}"),
        ("POST", "/clinic/team/{okafor}"),
        ("POST", "/clinic/team/{okafor}/invitation"),
        ("POST", "/clinic/team/{okafor}/recovery"),
        ("POST", "/clinic/team/{okafor}/leave"),
        ("POST", "/clinic/team/{okafor}/return"),
        ("GET", "/clinic/keys/new"),
        ("POST", "/clinic/keys"),
        ("POST", "/clinic/keys/{okafor}/revocation"),
    ],
)
def test_what_is_for_administrators_is_for_nobody_else(signed_in, cast, who, method, path):
    browser = signed_in(getattr(cast, who))

    answer = browser.request(method, path.format(okafor=cast.dr_okafor.id))

    assert answer.status_code == 403
    assert "This is for administrators" in answer.text


def test_others_see_the_team_without_keys(desk, cast):
    text = desk.get("/clinic/team").text

    assert "Jordan" in text
    assert "Keys for other systems" not in text
    assert "Add somebody" not in text
