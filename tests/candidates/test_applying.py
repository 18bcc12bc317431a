from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import code_limits, one_time_codes
from app.candidates import applying
from app.candidates.models import Application
from app.messaging.models import Message, Purpose
from app.people.models import Clinic, Patient
from app.people.phones import NotAPhoneNumber
from app.security.tokens import new_token
from app.tasks.models import StaffTask, TaskCode
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def clinic(db, cast):
    return db.merge(cast.clinic)


@pytest.fixture
def begin(db, clinic):
    def with_values(**changes):
        values = {
            "full_name": "Ines  Duarte",
            "phone": "(312) 555-0177",
            "language": "es",
            "texts_agreed": True,
            "browser": "b" * 22,
            "network": "203.0.113.7",
        } | changes
        return applying.begin(db, clinic, **values)

    return with_values


def test_the_code_goes_to_the_number_in_the_language_of_the_page(db, begin):
    application = begin()

    applying.text_codes(db)

    text = db.scalars(select(Message)).one()
    assert (text.purpose, text.number) == (Purpose.CODE, "+13125550177")
    assert applying.digits_of(application) in text.body
    assert "código" in text.body


def test_a_code_is_texted_once(db, begin):
    begin()

    assert [applying.text_codes(db), applying.text_codes(db)] == [1, 0]


def test_whoever_shows_the_code_is_a_candidate_and_no_patient_yet(db, begin):
    application = begin()

    patient = applying.confirm(db, applying.digits_of(application), browser="b" * 22)

    assert (patient.given_name, patient.family_name) == ("Ines", "Duarte")
    assert patient.is_candidate
    assert patient.takes_texts
    assert patient.language == "es"


def test_a_patient_who_applies_again_stays_who_they_are(db, begin, cast):
    application = begin(phone="+13125550142", full_name="Somebody Else")

    patient = applying.confirm(db, applying.digits_of(application), browser="b" * 22)

    assert patient.id == cast.maya.id
    assert patient.given_name == "Maya"
    assert not patient.is_candidate


def test_whoever_was_declined_may_apply_again(db, begin):
    first = begin()
    patient = applying.confirm(db, applying.digits_of(first), browser="b" * 22)
    patient.declined_at = clock.now()

    again = begin(browser="c" * 22)
    applying.confirm(db, applying.digits_of(again), browser="c" * 22)

    assert patient.is_candidate


def test_a_code_works_only_in_the_browser_that_asked_and_only_once(db, begin):
    application = begin()
    digits = applying.digits_of(application)

    with pytest.raises(one_time_codes.NothingAsked):
        applying.confirm(db, digits, browser="c" * 22)
    applying.confirm(db, digits, browser="b" * 22)
    with pytest.raises(one_time_codes.NothingAsked):
        applying.confirm(db, digits, browser="b" * 22)


def test_after_five_wrong_codes_the_right_one_opens_nothing(db, begin):
    application = begin()
    digits = applying.digits_of(application)
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"

    for _ in range(4):
        with pytest.raises(one_time_codes.WrongCode):
            applying.confirm(db, wrong, browser="b" * 22)
    with pytest.raises(one_time_codes.NothingAsked):
        applying.confirm(db, wrong, browser="b" * 22)

    with pytest.raises(one_time_codes.NothingAsked):
        applying.confirm(db, digits, browser="b" * 22)
    assert db.scalars(select(Patient).where(Patient.applied_at.is_not(None))).all() == []


@pytest.fixture
def guess(db, begin):
    """`guess()`: somebody types ten wrong codes for Maya's number, each five in a new browser."""

    def guess():
        for _ in range(2):
            browser = new_token()
            application = begin(phone="+13125550142", browser=browser, network=new_token())
            wrong = f"{(int(applying.digits_of(application)) + 1) % 1_000_000:06d}"
            for _try in range(5):
                with pytest.raises((one_time_codes.WrongCode, one_time_codes.NothingAsked)):
                    applying.confirm(db, wrong, browser=browser)

    return guess


def test_wrong_codes_count_against_the_number_and_then_none_goes_there(db, begin, guess, cast):
    guess()
    later = FRIDAY_NOON + timedelta(minutes=15)
    clock.stand_still(later, machine=later)

    application = begin(phone="+13125550142", network="198.51.100.9")

    assert code_limits.are_guessed(db, ["+13125550142"], "")  # nor one for signing in
    assert application.texted_at is not None  # so the worker texts nothing
    with pytest.raises(one_time_codes.WrongCode):
        applying.confirm(db, applying.digits_of(application), browser="b" * 22)
    told = db.scalars(select(StaffTask).where(StaffTask.patient_id == cast.maya.id)).one()
    assert (told.code, "again and again" in told.note) == (TaskCode.CALL_BACK, True)


def test_whoever_shows_the_right_code_at_last_begins_anew(db, begin):
    for _ in range(3):
        browser = new_token()
        application = begin(browser=browser, network=new_token())
        digits = applying.digits_of(application)
        wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
        for _try in range(4):
            with pytest.raises(one_time_codes.WrongCode):
                applying.confirm(db, wrong, browser=browser)
        applying.confirm(db, digits, browser=browser)

    assert not code_limits.are_guessed(db, ["+13125550177"], "")


def test_a_code_is_too_old_after_ten_minutes(db, begin):
    application = begin()
    later = FRIDAY_NOON + timedelta(minutes=10)
    clock.stand_still(later, machine=later)

    with pytest.raises(one_time_codes.NothingAsked):
        applying.confirm(db, applying.digits_of(application), browser="b" * 22)


@pytest.mark.parametrize("number", ["+4915123456789", "+442071838750", "12"])
def test_no_code_goes_to_another_country_or_to_nowhere(db, begin, number):
    with pytest.raises(NotAPhoneNumber):
        begin(phone=number)

    assert db.scalars(select(Application)).all() == []


def test_a_number_gets_three_codes_in_a_quarter_of_an_hour(begin):
    for _ in range(3):
        begin(browser=new_token())

    with pytest.raises(applying.TooMany):
        begin(browser=new_token())


def test_one_household_starts_ten_times_an_hour(begin):
    for each in range(10):
        begin(browser=new_token(), phone=f"+131255501{each + 50}")

    with pytest.raises(applying.TooMany):
        begin(browser=new_token(), phone="+13125550199")


def test_a_clinic_that_takes_nobody_says_so(begin, clinic):
    clinic.takes_candidates = False

    with pytest.raises(applying.NotOpen):
        begin()


def test_what_was_begun_is_forgotten_after_a_day(db, begin):
    begin()
    later = FRIDAY_NOON + timedelta(days=1, minutes=1)
    clock.stand_still(later, machine=later)

    applying.forget_old(db)

    assert db.scalars(select(Application)).all() == []


def test_a_code_shown_twice_in_one_instant_makes_one_candidate(database, cast):
    with database.session() as db:
        application = applying.begin(
            db,
            db.get_one(Clinic, cast.clinic.id),
            full_name="Ines Duarte",
            phone="+13125550177",
            language="en",
            texts_agreed=False,
            browser="b" * 22,
            network="203.0.113.7",
        )
        digits = applying.digits_of(application)

    def show() -> bool:
        try:
            with database.session() as db:
                applying.confirm(db, digits, browser="b" * 22)
        except one_time_codes.NothingAsked:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(lambda _: show(), range(4)))

    assert sorted(shown) == [False, False, False, True]
    with database.session(write=False) as db:
        assert len(db.scalars(select(Patient).where(Patient.applied_at.is_not(None))).all()) == 1
