from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import kept_passkeys, passkeys, web_sessions
from app.access.challenges import Purpose
from app.access.kept_passkeys import NotEntitled
from app.access.models import Challenge, Passkey, SessionKind, Strength
from app.access.passkeys import NotAccepted, NotNow, RelyingParty, UnknownPasskey
from app.messaging.models import Message
from app.people.models import Patient
from tests.access.authenticator import Authenticator
from tests.conftest import BASE_URL, FRIDAY_NOON

PARTY = RelyingParty("afterglow.test", BASE_URL)
PHONE, TABLET = "phone" * 4, "tablet" * 4


def later(**time):
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(**time))


@pytest.fixture
def make(db):
    """`make(person, device)`: a passkey is made on the device."""

    def make(person, device, *, browser=PHONE, answers_in=PHONE):
        options = passkeys.registration_options(db, person, browser=browser, party=PARTY)
        return passkeys.register(
            db, person, device.create(options), browser=answers_in, party=PARTY
        )

    return make


@pytest.fixture
def show(db):
    """`show(device)`: whose passkey it is."""

    def show(device, purpose=Purpose.SIGN_IN, *, browser=PHONE, answers_in=PHONE):
        options = passkeys.sign_in_options(db, purpose, browser=browser, party=PARTY)
        return passkeys.sign_in(db, purpose, device.get(options), browser=answers_in, party=PARTY)

    return show


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


def test_a_device_asks_for_a_passkey_that_is_found_without_a_name(db, cast):
    options = passkeys.registration_options(db, cast.maya, browser=PHONE, party=PARTY)

    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert options["rp"]["id"] == "afterglow.test"
    assert "Maya" not in str(options)
    asked = passkeys.sign_in_options(db, Purpose.SIGN_IN, browser=PHONE, party=PARTY)
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


def test_whoever_made_a_passkey_signs_in_with_it(cast, make, show):
    phone = Authenticator()
    make(cast.maya, phone)

    later(days=30)

    assert show(phone).id == cast.maya.id
    assert len(phone.user_handle) == 64


def test_a_patient_is_told_of_a_new_passkey_and_staff_are_not(db, cast, make):
    make(cast.dr_okafor, Authenticator())
    assert db.scalars(select(Message)).all() == []

    make(cast.maya, Authenticator())
    assert db.scalars(select(Message)).one().patient_id == cast.maya.id


def test_a_second_device_is_told_of_the_first(db, cast, make):
    phone = Authenticator()
    make(cast.maya, phone)

    options = passkeys.registration_options(db, cast.maya, browser=PHONE, party=PARTY)

    assert len(options["excludeCredentials"]) == 1
    tablet = Authenticator()
    make(cast.maya, tablet)
    assert tablet.user_handle == phone.user_handle


@pytest.mark.parametrize(
    "flaw",
    [
        {"verifies_user": False},
        {"cross_origin": True},
        {"origin": "https://afterglow.test.example"},
        {"origin": "http://afterglow.test"},
    ],
)
def test_a_flawed_answer_makes_nothing_and_opens_nothing(db, cast, make, show, flaw):
    with pytest.raises(NotAccepted):
        make(cast.maya, Authenticator(**flaw))
    assert not kept_passkeys.has_any(db, cast.maya)

    phone = Authenticator()
    make(cast.maya, phone)
    for name, value in flaw.items():
        setattr(phone, name, value)
    with pytest.raises(NotAccepted):
        show(phone)


def test_a_challenge_is_answered_once(db, cast, make):
    phone = Authenticator()
    make(cast.maya, phone)
    options = passkeys.sign_in_options(db, Purpose.SIGN_IN, browser=PHONE, party=PARTY)
    answer = phone.get(options)
    passkeys.sign_in(db, Purpose.SIGN_IN, answer, browser=PHONE, party=PARTY)

    with pytest.raises(NotNow):
        passkeys.sign_in(db, Purpose.SIGN_IN, answer, browser=PHONE, party=PARTY)
    assert db.scalars(select(Challenge)).all() == []


@pytest.mark.parametrize(("seconds", "holds"), [(299, True), (300, False)])
def test_a_challenge_lives_five_minutes(db, cast, make, seconds, holds):
    phone = Authenticator()
    make(cast.maya, phone)
    options = passkeys.sign_in_options(db, Purpose.SIGN_IN, browser=PHONE, party=PARTY)

    later(seconds=seconds)

    if holds:
        passkeys.sign_in(db, Purpose.SIGN_IN, phone.get(options), browser=PHONE, party=PARTY)
    else:
        with pytest.raises(NotNow):
            passkeys.sign_in(db, Purpose.SIGN_IN, phone.get(options), browser=PHONE, party=PARTY)


def test_a_challenge_belongs_to_the_browser_that_got_it(cast, make, show):
    phone = Authenticator()
    make(cast.maya, phone)

    with pytest.raises(NotNow):
        show(phone, browser=PHONE, answers_in=TABLET)
    with pytest.raises(NotNow):
        make(cast.maya, Authenticator(), browser=PHONE, answers_in=TABLET)


def test_a_challenge_for_one_thing_is_none_for_another(db, cast, make):
    phone = Authenticator()
    make(cast.dr_okafor, phone)
    options = passkeys.sign_in_options(db, Purpose.SIGN_IN, browser=PHONE, party=PARTY)

    with pytest.raises(NotNow):
        passkeys.sign_in(db, Purpose.STAFF_SIGN_IN, phone.get(options), browser=PHONE, party=PARTY)


def test_each_door_takes_its_own_passkeys(cast, make, show):
    mayas, dr_okafors = Authenticator(), Authenticator()
    make(cast.maya, mayas)
    make(cast.dr_okafor, dr_okafors)

    assert show(dr_okafors, Purpose.STAFF_SIGN_IN).id == cast.dr_okafor.id
    with pytest.raises(NotAccepted):
        show(mayas, Purpose.STAFF_SIGN_IN)
    with pytest.raises(NotAccepted):
        show(dr_okafors, Purpose.SIGN_IN)


def test_a_passkey_nobody_knows_is_said_to_be_unknown(db, cast, make, show):
    phone = Authenticator()
    with pytest.raises(UnknownPasskey):
        show(phone)

    passkey = make(cast.maya, phone)
    kept_passkeys.remove(db, passkey, by=cast.maya)
    db.flush()
    with pytest.raises(UnknownPasskey):
        show(phone)


def test_a_passkey_shown_for_somebody_else_opens_nothing(cast, make, show):
    phone = Authenticator()
    make(cast.maya, phone)
    phone.user_handle = b"theo" * 16

    with pytest.raises(NotAccepted):
        show(phone)


def test_a_copied_passkey_is_noticed_by_its_counter(cast, make, show):
    phone = Authenticator(count=1)
    make(cast.maya, phone)
    phone.count = 5
    show(phone)

    phone.count = 5
    with pytest.raises(NotAccepted):
        show(phone)
    phone.count = 6
    assert show(phone).id == cast.maya.id


def test_synced_passkeys_never_count(cast, make, show):
    phone = Authenticator(count=0)
    make(cast.maya, phone)

    assert show(phone).id == show(phone).id == cast.maya.id


def test_staff_who_were_disabled_do_not_get_in(cast, make, show):
    phone = Authenticator()
    make(cast.dr_okafor, phone)
    cast.dr_okafor.disabled_at = clock.now()

    with pytest.raises(NotAccepted):
        show(phone, Purpose.STAFF_SIGN_IN)


@pytest.mark.parametrize(
    "credential", [{}, {"rawId": 7}, {"rawId": "@@", "response": []}, {"response": {"x": None}}]
)
def test_nonsense_is_refused_and_not_a_crash(db, cast, credential):
    passkeys.sign_in_options(db, Purpose.SIGN_IN, browser=PHONE, party=PARTY)
    with pytest.raises(UnknownPasskey):
        passkeys.sign_in(db, Purpose.SIGN_IN, credential, browser=PHONE, party=PARTY)

    passkeys.registration_options(db, cast.maya, browser=PHONE, party=PARTY)
    with pytest.raises(NotAccepted):
        passkeys.register(db, cast.maya, credential, browser=PHONE, party=PARTY)


class TestWhoMayMakeOne:
    @pytest.fixture
    def signed_in_by(self, db, cast):
        def signed_in_by(strength):
            web_session, _ = web_sessions.start(
                db,
                SessionKind.PATIENT,
                clinic_id=cast.clinic.id,
                patient=cast.maya,
                strength=strength,
            )
            return web_session

        return signed_in_by

    def may(self, db, patient, web_session, *, admitted):
        try:
            kept_passkeys.refuse_unless_entitled(db, patient, web_session, admitted=admitted)
        except NotEntitled:
            return False
        return True

    def test_the_first_one_needs_a_face_and_a_fresh_code(self, db, cast, signed_in_by):
        by_code = signed_in_by(Strength.CODE)

        assert self.may(db, cast.maya, by_code, admitted=True)
        assert not self.may(db, cast.maya, by_code, admitted=False)
        later(minutes=15)
        assert not self.may(db, cast.maya, by_code, admitted=True)

    def test_a_further_one_needs_the_one_there_is(self, db, cast, make, signed_in_by):
        make(cast.maya, Authenticator())

        assert not self.may(db, cast.maya, signed_in_by(Strength.CODE), admitted=True)
        by_passkey = signed_in_by(Strength.PASSKEY)
        assert self.may(db, cast.maya, by_passkey, admitted=False)
        later(minutes=15)
        assert not self.may(db, cast.maya, by_passkey, admitted=False)

    def test_once_staff_took_them_away_the_next_is_a_first_one(self, db, cast, make, signed_in_by):
        make(cast.maya, Authenticator())
        kept_passkeys.remove_all(db, cast.maya, by=cast.ada)

        assert db.scalars(select(Passkey)).all() == []
        assert self.may(db, cast.maya, signed_in_by(Strength.CODE), admitted=True)
        assert isinstance(cast.maya, Patient)
