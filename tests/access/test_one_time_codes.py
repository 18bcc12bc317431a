"""Six digits by text: derived for one row and one purpose, tried five times."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.access import codes, one_time_codes
from app.access.models import SignInCode
from app.access.one_time_codes import NothingAsked, WrongCode
from app.audit.models import AuditEvent
from app.security import keyring
from app.security.keyring import KeyRing
from tests.conftest import FRIDAY_NOON

CODE, OTHER = b"code", b"another"


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


@pytest.fixture
def row(db, cast):
    """A code of Maya's that waits."""
    made = codes._new_code(cast.maya, b"browser")
    db.add(made)
    db.flush()
    return made


def test_a_code_is_its_own_and_stays_the_same(db, cast, row):
    others = [codes._new_code(cast.maya, b"browser") for _ in range(20)]
    digits = one_time_codes.digits_of(row, CODE)

    assert digits == one_time_codes.digits_of(row, CODE)
    assert {len(one_time_codes.digits_of(each, CODE)) for each in others} == {6}
    assert len({one_time_codes.digits_of(each, CODE) for each in others}) > 15
    assert len({each.seed for each in others}) == 20
    assert min(len(each.seed) for each in others) >= 16


def test_digits_begin_with_zeros_as_often_as_not(cast):
    digits = {
        one_time_codes.digits_of(codes._new_code(cast.maya, b"browser"), CODE) for _ in range(400)
    }

    assert all(len(each) == 6 and each.isdigit() for each in digits)
    assert {each[0] for each in digits} == set("0123456789")


def test_a_code_of_one_purpose_opens_no_other(row):
    digits = one_time_codes.digits_of(row, CODE)

    assert one_time_codes.is_right(row, CODE, digits)
    assert not one_time_codes.is_right(row, OTHER, digits)
    assert not one_time_codes.is_right(row, OTHER, one_time_codes.digits_of(row, OTHER))


@pytest.mark.parametrize("between", [" ", "-", ".", "\n"])
def test_what_stands_between_the_digits_does_not_count(row, between):
    digits = one_time_codes.digits_of(row, CODE)

    assert one_time_codes.is_right(row, CODE, f"{between}{digits[:3]}{between}{digits[3:]}")
    assert not one_time_codes.is_right(row, CODE, digits[:5])
    assert not one_time_codes.is_right(row, CODE, f"{digits}0")
    assert not one_time_codes.is_right(row, CODE, "")


def test_the_digits_hang_on_the_row_and_on_its_seed(cast, row):
    twin = codes._new_code(cast.maya, b"browser")
    twin.seed = row.seed

    assert one_time_codes.digits_of(twin, CODE) != one_time_codes.digits_of(row, CODE)
    twin.id = row.id
    assert one_time_codes.digits_of(twin, CODE) == one_time_codes.digits_of(row, CODE)


def test_a_code_ends_with_the_key_it_was_made_with_and_outlives_a_new_one(row):
    digits = one_time_codes.digits_of(row, CODE)
    ours = keyring.ring()
    try:
        keyring.use(KeyRing(["e" * 40], ["n" * 40, "s" * 40], lambda _: []))
        assert one_time_codes.is_right(row, CODE, digits)
        keyring.use(KeyRing(["e" * 40], ["n" * 40], lambda _: []))
        with pytest.raises(KeyError):
            one_time_codes.digits_of(row, CODE)
    finally:
        keyring.use(ours)


def test_a_try_is_taken_from_its_own_row_until_none_is_left(db, cast, row):
    other = codes._new_code(cast.theo, b"other")
    db.add(other)
    db.flush()

    assert [one_time_codes.take_try(db, row) for _ in range(6)] == [*[True] * 5, False]
    assert (row.tries_left, other.tries_left) == (0, 5)
    db.refresh(row)
    db.refresh(other)
    assert (row.tries_left, other.tries_left) == (0, 5)


def test_no_try_is_taken_from_what_no_longer_waits(db, row):
    row.spent_at = clock.machine_now()
    db.flush()

    assert not one_time_codes.take_try(db, row, SignInCode.spent_at.is_(None))
    assert row.tries_left == 5


def test_a_wrong_code_is_written_down_and_says_what_is_left(db, row):
    said = []
    for _ in range(5):
        one_time_codes.take_try(db, row)
        said.append(one_time_codes.wrong(db, row))
    db.flush()

    assert [type(each) for each in said] == [*[WrongCode] * 4, NothingAsked]
    assert {each.field for each in said} == {"code"}
    assert said[2].message == "That is not the code. You have 2 tries left."
    assert said[3].message == "That is not the code. You have one try left."
    assert one_time_codes.nothing_asked().field == "code"
    written = db.scalars(select(AuditEvent).where(AuditEvent.action == "refuse-code")).all()
    assert [each.entity_id for each in written] == [row.id] * 5


def test_a_code_lives_ten_minutes_and_five_tries(row):
    assert row.expires_at == FRIDAY_NOON + timedelta(minutes=10)
    assert row.tries_left == 5


def test_a_code_texted_before_an_update_lets_in_after_it():
    code = SignInCode(id=UUID(int=7), seed=b"s" * 16)
    ours = keyring.ring()
    keyring.use(KeyRing(["e" * 40], ["s" * 40], lambda _: []))
    try:
        code.key_number, _ = keyring.ring().derive(None)
        code.code_hash = bytes.fromhex(
            "1e438e84441e2a231d56d08baeb9969223da7476efaca09270bc2bd03a05b202"
        )
        assert codes.digits_of(code) == "098594"
        assert one_time_codes.is_right(code, CODE, "123456")  # whose hash it is
    finally:
        keyring.use(ours)
