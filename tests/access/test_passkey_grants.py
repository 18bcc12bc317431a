"""A passkey opens the rows of staff it was given, in whichever clinics they are, and no others."""

import pytest
from sqlalchemy import select

from app import clock
from app.access import passkey_grants
from app.access.models import Passkey, PasskeyGrant
from app.people.models import Role


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


@pytest.fixture
def passkey_of(db):
    """`passkey_of(person, …)`: a passkey that was made for one and opens the others as well."""

    def passkey_of(person, *others):
        passkey = Passkey(
            clinic_id=person.clinic_id,
            practitioner_id=person.id,
            user_handle=b"u",
            credential_id=str(len(db.scalars(select(Passkey)).all())).encode(),
            public_key=b"p",
            sign_count=0,
            aaguid="",
            device_type="",
            backed_up=False,
            made_at=clock.machine_now(),
        )
        db.add(passkey)
        for each in (person, *others):
            passkey_grants.give(db, passkey, each)
        return passkey

    return passkey_of


@pytest.fixture
def opened(db):
    """`opened(passkey)`: whose rows it opens, by name, in the order they are offered."""

    def opened(passkey):
        return [row.display_name for row in passkey_grants.opened_by(db, passkey)]

    return opened


def test_a_passkey_given_twice_is_given_once_and_says_where_and_when(db, cast, passkey_of):
    passkey = passkey_of(cast.dr_okafor)
    passkey_grants.give(db, passkey, cast.dr_okafor)

    given = db.scalars(select(PasskeyGrant)).one()
    assert (given.clinic_id, given.practitioner_id) == (cast.clinic.id, cast.dr_okafor.id)
    assert given.made_at == clock.machine_now()


def test_where_it_was_made_comes_first_and_the_others_by_their_clinics_name(
    db, cast, passkey_of, opened
):
    assert cast.neighbour.name < cast.clinic.name
    at_home = passkey_of(cast.dr_okafor, cast.dr_lind, cast.jordan)
    visiting = passkey_of(cast.ada, cast.jordan, cast.dr_lind)

    assert opened(at_home) == ["Dr. Okafor", "Dr. Lind", "Jordan"]
    assert opened(visiting) == ["Ada", "Dr. Lind", "Jordan"]


def test_nobody_comes_in_as_somebody_who_has_left(db, cast, passkey_of, opened):
    passkey = passkey_of(cast.dr_okafor, cast.dr_lind)
    cast.dr_okafor.disabled_at = clock.now()
    db.flush()

    assert opened(passkey) == ["Dr. Lind"]


def test_a_passkey_opens_nobody_it_was_not_given_to(db, cast, passkey_of, opened):
    own, others = passkey_of(cast.dr_okafor), passkey_of(cast.dr_lind)

    assert opened(own) == ["Dr. Okafor"]
    ask = select(Passkey).where(passkey_grants.opens(cast.dr_lind))
    assert db.scalars(ask).all() == [others]
    assert cast.ada.role is Role.ADMINISTRATOR
    assert db.scalars(select(Passkey).where(passkey_grants.opens(cast.ada))).all() == []


def test_a_lost_device_is_lost_here_and_still_opens_the_other_clinic(db, cast, passkey_of, opened):
    shared = passkey_of(cast.dr_okafor, cast.dr_lind)
    only_here = passkey_of(cast.dr_okafor)
    colleagues = passkey_of(cast.jordan)
    ids = (shared.id, colleagues.id)

    passkey_grants.take_from(db, cast.dr_okafor)
    db.expire_all()

    assert set(db.scalars(select(Passkey.id))) == set(ids)
    assert opened(shared) == ["Dr. Lind"]
    assert opened(colleagues) == ["Jordan"]
    assert only_here.id not in ids


def test_no_patient_loses_a_passkey_with_a_device_of_staff(db, cast, passkey_of):
    passkey_of(cast.dr_okafor)
    mayas = Passkey(
        clinic_id=cast.clinic.id,
        patient_id=cast.maya.id,
        user_handle=b"m",
        credential_id=b"mayas",
        public_key=b"p",
        sign_count=0,
        aaguid="",
        device_type="",
        backed_up=False,
        made_at=clock.machine_now(),
    )
    db.add(mayas)
    db.flush()
    kept = mayas.id

    passkey_grants.take_from(db, cast.dr_okafor)
    db.expire_all()

    assert db.scalars(select(Passkey.id)).all() == [kept]


def test_a_passkey_is_narrowed_to_the_rows_that_are_left(db, cast, passkey_of, opened):
    passkey = passkey_of(cast.dr_okafor, cast.dr_lind)
    colleagues = passkey_of(cast.dr_okafor)

    passkey_grants.narrow(db, passkey, [cast.dr_okafor])

    assert opened(passkey) == ["Dr. Lind"]
    assert opened(colleagues) == ["Dr. Okafor"]


def test_one_that_opens_none_at_all_is_gone_alone(db, cast, passkey_of):
    passkey, colleagues = passkey_of(cast.dr_okafor, cast.dr_lind), passkey_of(cast.dr_okafor)
    kept = colleagues.id

    passkey_grants.narrow(db, passkey, [cast.dr_okafor, cast.dr_lind])
    db.expire_all()

    assert db.scalars(select(Passkey.id)).all() == [kept]


def test_what_an_operator_says_is_one_person_is_opened_alike(db, cast, passkey_of, opened):
    first, second = passkey_of(cast.dr_okafor), passkey_of(cast.dr_okafor)
    others = passkey_of(cast.jordan)

    assert passkey_grants.copy(db, cast.dr_okafor, cast.dr_lind) == 2

    assert opened(first) == opened(second) == ["Dr. Okafor", "Dr. Lind"]
    assert opened(others) == ["Jordan"]


def test_what_is_forgotten_opens_nothing_and_nothing_else_is(db, cast, passkey_of, opened):
    passkey, others = passkey_of(cast.dr_okafor, cast.dr_lind), passkey_of(cast.dr_okafor)

    passkey_grants.forget(db, passkey)

    assert (opened(passkey), opened(others)) == ([], ["Dr. Okafor"])
