import time
from datetime import date, datetime, timedelta, timezone
from uuid import RFC_4122, uuid4

import pytest
from sqlalchemy import select, update

from app import clock
from app.db.base import new_id
from app.people.models import Patient, Practitioner
from app.security.encryption import Unreadable
from app.telehealth.models import Signal


def fresh(database, row):
    with database.session(write=False) as db:
        return db.get_one(type(row), row.id)


def put(database, row, **columns):
    with database.session() as db:
        db.execute(update(type(row)).where(type(row).id == row.id).values(**columns))


def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond():
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000

    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ids_never_repeat_and_cannot_be_guessed_from_one_another():
    made = [new_id() for _ in range(5000)]

    assert len(set(made)) == 5000
    free_bits = 0
    for one in made:
        free_bits |= one.int ^ made[0].int
    assert (free_bits & ((1 << 62) - 1)).bit_count() == 62
    assert (free_bits >> 64 & 0xFFF).bit_count() == 12


def test_later_ids_sort_later():
    earlier = new_id()
    time.sleep(0.002)

    assert earlier < new_id()


def test_names_numbers_and_birth_dates_come_back_as_they_went_in(database, cast):
    maya = fresh(database, cast.maya)

    assert (maya.full_name, maya.phone) == ("Maya Osei", "+13125550142")
    assert maya.birth_on == date(1990, 4, 12)
    assert (maya.home_address, maya.emergency_name) == ("", "")


@pytest.mark.parametrize("words", ["Zoë Nuñez-Łukasz", "💛" * 40, "\x00", "x" * 20_000])
def test_whatever_people_are_called_rests_and_comes_back(database, cast, words):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).given_name = words

    assert fresh(database, cast.maya).given_name == words


def test_an_emptied_field_rests_as_nothing(database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.family_name, maya.birth_on = "", None

    maya = fresh(database, cast.maya)
    assert (maya.family_name_sealed, maya.birth_on_sealed) == (None, None)
    assert (maya.family_name, maya.birth_on) == ("", None)


def test_a_name_moved_to_another_row_is_unreadable(database, cast):
    put(database, cast.theo, given_name_sealed=fresh(database, cast.maya).given_name_sealed)

    with pytest.raises(Unreadable):
        _ = fresh(database, cast.theo).given_name


def test_a_name_moved_to_another_column_is_unreadable(database, cast):
    put(database, cast.maya, family_name_sealed=fresh(database, cast.maya).given_name_sealed)

    with pytest.raises(Unreadable):
        _ = fresh(database, cast.maya).family_name


def test_a_name_moved_to_another_table_is_unreadable(database, cast):
    put(database, cast.jordan, phone_sealed=fresh(database, cast.maya).phone_sealed)

    with pytest.raises(Unreadable):
        _ = fresh(database, cast.jordan).phone


def test_a_patient_moved_to_the_neighbour_clinic_is_unreadable(database, cast):
    put(database, cast.maya, clinic_id=cast.neighbour.id)

    with pytest.raises(Unreadable):
        _ = fresh(database, cast.maya).given_name


def test_a_name_with_any_byte_changed_is_unreadable(database, cast):
    sealed = fresh(database, cast.maya).given_name_sealed
    for byte in range(len(sealed)):
        changed = bytearray(sealed)
        changed[byte] ^= 0x80
        maya = Patient(id=cast.maya.id, clinic_id=cast.clinic.id, given_name_sealed=bytes(changed))

        with pytest.raises(Unreadable):
            _ = maya.given_name


@pytest.mark.parametrize("content", [None, {"sdp": "v=0"}, [1, None, "ä"], "", 0, False])
def test_json_rests_sealed_and_comes_back(cast, content):
    signal = Signal(clinic_id=cast.clinic.id, content=content)

    assert signal.content == content
    assert b"sdp" not in (signal.content_sealed or b"")


def test_a_row_refuses_a_column_it_does_not_have():
    with pytest.raises(TypeError, match="Practitioner has no nickname"):
        Practitioner(clinic_id=uuid4(), nickname="Ada")


def test_a_moment_without_a_zone_is_refused(database, cast):
    with pytest.raises(Exception, match="a moment without a zone"):
        put(database, cast.maya, opted_out_at=datetime(2026, 11, 20, 12))


def test_a_moment_of_any_zone_comes_back_as_the_same_instant_in_utc(database, cast):
    moment = clock.now().astimezone(timezone(timedelta(hours=-5)))
    put(database, cast.maya, opted_out_at=moment)

    kept = fresh(database, cast.maya).opted_out_at

    assert kept == moment
    assert kept.utcoffset() == timedelta(0)


def test_moments_of_several_zones_compare_as_instants(database, cast):
    put(database, cast.maya, opted_out_at=clock.now().astimezone(timezone(timedelta(hours=-5))))
    east = (clock.now() + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=9)))

    with database.session(write=False) as db:
        found = db.scalars(select(Patient.id).where(Patient.opted_out_at < east)).all()

    assert found == [cast.maya.id]
