"""What follows the code: whose birth date lets whom in, how often it is tried, and who is told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import clock, i18n
from app.access import birth_dates, codes
from app.access.birth_dates import OutOfTries, WrongBirthDate
from app.access.one_time_codes import NothingAsked
from app.audit.models import AuditEvent
from app.people import enrolment
from app.tasks.models import StaffTask, TaskCode
from tests.conftest import FRIDAY_NOON

PHONE, TABLET = "phone" * 4, "tablet" * 4
MAYAS, WRONG = date(1990, 4, 12), date(1991, 4, 12)


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


@pytest.fixture
def proved(db):
    """`proved(patient, browser)`: they have shown their code there."""

    def proved(patient, browser=PHONE):
        code = codes._new_code(patient, codes.hash_token(browser))
        db.add(code)
        db.flush()
        codes.prove(db, code)
        db.flush()
        db.refresh(code)
        return code

    return proved


@pytest.fixture
def refusal(db):
    """`refusal(birth_on)`: what is said to it."""

    def refusal(birth_on=WRONG, browser=PHONE):
        with pytest.raises((NothingAsked, WrongBirthDate, OutOfTries)) as refused:
            birth_dates.match(db, birth_on, browser=browser)
        db.flush()
        return refused.value

    return refusal


@pytest.fixture
def shares_a_phone(db, cast):
    """Sam, of the neighbours, has Maya's number and another birthday."""
    return enrolment.enrol(
        db,
        cast.neighbour,
        given_name="Sam",
        family_name="Osei",
        phone=cast.maya.phone,
        birth_on=date(1988, 2, 3),
        by=None,
    )


def at(moment):
    clock.stand_still(moment, machine=moment)


def test_it_is_wanted_after_the_code_for_ten_minutes_and_in_that_browser(db, cast, proved):
    assert not birth_dates.is_wanted(db, PHONE)
    proved(cast.maya)

    assert birth_dates.is_wanted(db, PHONE)
    assert not birth_dates.is_wanted(db, TABLET)
    at(FRIDAY_NOON + timedelta(minutes=10, seconds=-1))
    assert birth_dates.is_wanted(db, PHONE)
    at(FRIDAY_NOON + timedelta(minutes=10))
    assert not birth_dates.is_wanted(db, PHONE)


def test_it_is_wanted_of_nobody_who_has_none_on_file_or_gave_it(db, cast, proved):
    cast.theo.birth_on = None
    proved(cast.theo, TABLET)
    code = proved(cast.maya)

    assert not birth_dates.is_wanted(db, TABLET)
    assert birth_dates.match(db, MAYAS, browser=PHONE) is cast.maya
    db.flush()
    assert not birth_dates.is_wanted(db, PHONE)
    assert code.opened_at == clock.machine_now()


def test_each_try_is_counted_said_and_written_down(db, cast, proved, refusal):
    code, other = proved(cast.maya), proved(cast.noor, TABLET)

    said = [refusal() for _ in range(4)]

    assert [said[1].message, said[3].message] == [
        "That is not the birth date we have. You have 3 tries left.",
        "That is not the birth date we have. You have one try left.",
    ]
    assert {each.field for each in said} == {"birth_on"}
    db.refresh(code)
    db.refresh(other)
    assert (code.birth_date_tries_left, other.birth_date_tries_left) == (1, 5)
    written = db.scalars(
        select(AuditEvent.entity_id).where(AuditEvent.action == "refuse-birth-date")
    )
    assert written.all() == [cast.maya.id] * 4


def test_after_the_last_try_staff_are_told_in_their_language(db, cast, proved, refusal):
    cast.clinic.language = "es"
    proved(cast.maya)
    for _ in range(4):
        refusal()
    assert db.scalars(select(StaffTask)).all() == []

    last = refusal()

    assert (type(last), last.field) == (OutOfTries, "birth_on")
    told = db.scalars(select(StaffTask)).one()
    assert (told.code, told.patient_id) == (TaskCode.CALL_BACK, cast.maya.id)
    with i18n.using("es"):
        assert told.note == i18n.gettext(
            "The birth date did not match when signing in. Check the number and the date."
        )
    assert type(refusal(MAYAS)) is OutOfTries


def test_ten_tries_a_day_across_codes_and_not_one_more(db, cast, proved, refusal):
    midnight = FRIDAY_NOON.replace(hour=0, minute=0) - timedelta(days=1)
    at(midnight)
    said = []
    for _ in range(3):
        proved(cast.maya).opened_at = None
        said += [type(refusal()) for _ in range(4)]
        db.execute(codes.delete(codes.SignInCode))

    assert said == [WrongBirthDate] * 10 + [OutOfTries] * 2
    at(midnight + timedelta(days=1, seconds=-1))
    proved(cast.maya)
    assert type(refusal(MAYAS)) is OutOfTries
    db.execute(codes.delete(codes.SignInCode))
    at(midnight + timedelta(days=1))
    proved(cast.maya)
    assert birth_dates.match(db, MAYAS, browser=PHONE) is cast.maya


def test_one_patients_slips_are_nobody_elses(db, cast, proved, refusal):
    for _ in range(3):
        proved(cast.maya)
        for _ in range(4):
            refusal()
        db.execute(codes.delete(codes.SignInCode))
    proved(cast.theo)

    assert birth_dates.match(db, cast.theo.birth_on, browser=PHONE) is cast.theo


def test_whoever_gave_it_at_last_begins_anew(db, cast, proved, refusal):
    for _ in range(4):
        proved(cast.maya)
        for _ in range(4):
            assert type(refusal()) is WrongBirthDate
        assert birth_dates.match(db, MAYAS, browser=PHONE) is cast.maya
        db.execute(codes.delete(codes.SignInCode))


def test_of_two_who_share_a_phone_each_comes_in_as_themselves(db, cast, proved, shares_a_phone):
    code = proved(cast.maya)

    assert birth_dates.match(db, date(1988, 2, 3), browser=PHONE) is shares_a_phone

    db.flush()
    db.refresh(code)
    assert (code.patient_id, code.clinic_id) == (shares_a_phone.id, cast.neighbour.id)


def test_whoever_has_no_birth_date_is_not_let_in_by_giving_none(
    db, cast, proved, refusal, shares_a_phone
):
    shares_a_phone.birth_on = None
    proved(cast.maya)

    assert type(refusal(None)) is WrongBirthDate


def test_a_patient_without_a_number_shares_it_with_nobody(db, cast, proved, refusal):
    proved(cast.maya)
    cast.maya.phone = ""
    db.flush()

    assert type(refusal()) is WrongBirthDate


def test_another_patients_birth_date_with_another_number_opens_nothing(db, cast, proved, refusal):
    proved(cast.maya)

    assert type(refusal(cast.theo.birth_on)) is WrongBirthDate
    assert type(refusal(cast.noor.birth_on)) is WrongBirthDate


def test_a_birth_date_taken_off_file_meanwhile_lets_nobody_in_by_giving_none(
    db, cast, proved, refusal
):
    proved(cast.maya)
    cast.maya.birth_on = None
    db.flush()

    assert type(refusal(None)) is WrongBirthDate
