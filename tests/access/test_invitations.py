from datetime import timedelta

import pytest

from app import clock
from app.access import invitations, kept_passkeys, web_sessions
from app.access.invitations import InvitationOver, MayNotInvite
from app.access.models import Invitation, Passkey, SessionKind, Strength
from app.people.models import Role
from tests.cast import gather
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def cast(db):
    return gather(db)


def later(**time):
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(**time))


def test_an_invitation_is_looked_at_any_number_of_times_and_spent_once(db, cast):
    token = invitations.invite(db, cast.dr_okafor, by=cast.ada)

    found = [invitations.find(db, token) for _ in range(3)]
    assert {invitation.practitioner_id for invitation in found} == {cast.dr_okafor.id}
    invitations.spend(db, found[0])
    with pytest.raises(InvitationOver):
        invitations.spend(db, found[0])
    with pytest.raises(InvitationOver):
        invitations.find(db, token)


@pytest.mark.parametrize(
    ("time", "lives"), [({"days": 7, "seconds": -1}, True), ({"days": 7}, False)]
)
def test_an_invitation_lives_a_week(db, cast, time, lives):
    token = invitations.invite(db, cast.dr_okafor, by=cast.ada)

    later(**time)

    if lives:
        invitations.find(db, token)
    else:
        with pytest.raises(InvitationOver):
            invitations.find(db, token)


def test_a_newer_invitation_ends_the_earlier_one(db, cast):
    first = invitations.invite(db, cast.dr_okafor, by=cast.ada)
    second = invitations.invite(db, cast.dr_okafor, by=None)

    with pytest.raises(InvitationOver):
        invitations.find(db, first)
    invitations.find(db, second)


@pytest.mark.parametrize("what", ["leaves", "is demoted"])
def test_whoever_invites_no_more_has_no_invitation_left(db, cast, what):
    token = invitations.invite(db, cast.dr_okafor, by=cast.ada)

    if what == "leaves":
        cast.ada.disabled_at = clock.now()
    else:
        cast.ada.role = Role.CLINICIAN
    db.flush()

    with pytest.raises(InvitationOver):
        invitations.find(db, token)
    assert invitations.waiting(db, cast.dr_okafor) is None
    assert invitations.all_waiting(db, cast.clinic) == []


def test_only_an_administrator_of_the_clinic_invites(db, cast):
    for stranger, invited in [
        (cast.jordan, cast.dr_okafor),
        (cast.dr_okafor, cast.dr_okafor),
        (cast.ada, cast.dr_lind),
    ]:
        with pytest.raises(MayNotInvite):
            invitations.invite(db, invited, by=stranger)


def test_whoever_left_is_not_invited_and_an_open_invitation_ends(db, cast):
    token = invitations.invite(db, cast.dr_okafor, by=cast.ada)
    cast.dr_okafor.disabled_at = clock.now()
    db.flush()

    with pytest.raises(InvitationOver):
        invitations.find(db, token)
    with pytest.raises(MayNotInvite):
        invitations.invite(db, cast.dr_okafor, by=cast.ada)


def test_recovery_ends_what_a_lost_device_could_open(db, cast):
    _, token = web_sessions.start(
        db,
        SessionKind.STAFF,
        clinic_id=cast.clinic.id,
        practitioner=cast.dr_okafor,
        strength=Strength.PASSKEY,
    )
    db.add(
        Passkey(
            clinic_id=cast.clinic.id,
            practitioner_id=cast.dr_okafor.id,
            user_handle=b"u",
            credential_id=b"c",
            public_key=b"p",
            sign_count=0,
            aaguid="",
            device_type="",
            backed_up=False,
            made_at=FRIDAY_NOON,
        )
    )
    db.flush()

    new = invitations.recover(db, cast.dr_okafor, by=cast.ada)

    assert web_sessions.find(db, SessionKind.STAFF, token) is None
    assert not kept_passkeys.has_any(db, cast.dr_okafor)
    assert invitations.find(db, new)


@pytest.mark.parametrize("token", ["", None, 7, "x" * 22, "1" * 22, ["1" * 22]])
def test_anything_else_is_no_invitation(db, cast, token):
    with pytest.raises(InvitationOver):
        invitations.find(db, token)


def test_the_token_rests_nowhere(db, cast):
    token = invitations.invite(db, cast.dr_okafor, by=cast.ada)

    invitation = invitations.find(db, token)
    assert isinstance(invitation, Invitation)
    assert token.encode() not in invitation.token_hash
