from datetime import timedelta

import pytest

from app import clock
from app.access import api_keys
from app.access.api_keys import KeyNameMissing
from tests.cast import gather
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def cast(db):
    return gather(db)


def test_a_key_opens_its_clinic_until_it_is_revoked(db, cast):
    api_key, token = api_keys.create(db, cast.clinic, "the record system", by=cast.ada)
    db.flush()

    assert token.startswith("ag_")
    assert api_keys.find(db, token).clinic_id == cast.clinic.id
    api_keys.revoke(db, api_key, by=cast.ada)
    db.flush()
    assert api_keys.find(db, token) is None


def test_a_key_without_a_name_is_refused(db, cast):
    with pytest.raises(KeyNameMissing):
        api_keys.create(db, cast.clinic, "  ", by=cast.ada)


@pytest.mark.parametrize("token", ["", None, "ag_", "ag_" + "1" * 22, "1" * 22, "ag_" + "0" * 22])
def test_anything_else_is_no_key(db, cast, token):
    assert api_keys.find(db, token) is None


def test_staff_see_when_a_key_was_last_used(db, cast):
    api_key, _ = api_keys.create(db, cast.clinic, "the record system", by=cast.ada)
    db.flush()
    assert api_keys.is_stale(api_key)

    api_keys.touch(db, api_key)
    db.refresh(api_key)

    assert api_key.used_at == FRIDAY_NOON
    assert not api_keys.is_stale(api_key)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(minutes=1))
    assert api_keys.is_stale(api_key)
    assert api_keys.of(db, cast.clinic) == [api_key]
    assert api_keys.of(db, cast.neighbour) == []
