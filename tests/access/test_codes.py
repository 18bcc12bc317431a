from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import birth_dates, code_limits, code_texts, codes, web_sessions
from app.access.codes import TooManyCodes
from app.access.models import SessionKind, SignInCode, Strength
from app.access.one_time_codes import LIVES, NothingAsked, WrongCode
from app.messaging.models import Message, Purpose
from app.people import enrolment, phones
from app.people.models import Patient
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode
from tests.conftest import FRIDAY_NOON

PHONE, TABLET = "phone" * 4, "tablet" * 4
MAYAS_NUMBER = "(312) 555-0142"


def later(**time):
    moved = FRIDAY_NOON + timedelta(**time)
    clock.stand_still(moved, machine=moved)


def oldest(db, patients):
    return patients[0]


@pytest.fixture
def ask(database, cast):
    """`ask(number)`: a code is asked for and texted; gives its digits, None if there is no text."""

    def ask(number=MAYAS_NUMBER, browser=PHONE, network="192.0.2.7", choose=oldest):
        with database.session() as db:
            codes.send(db, number, browser=browser, network=network, choose=choose)
        with database.session() as db:
            code_texts.send_waiting(db)
            message = db.scalars(select(Message).order_by(Message.id.desc()).limit(1)).first()
            sign_in_code = codes.waiting_in(db, browser)
            if message is None or message.once_key != f"code:{sign_in_code.id}":
                return None
            digits = codes.digits_of(sign_in_code)
            assert digits in message.body
            return digits

    return ask


@pytest.fixture
def verify(database):
    """What happens to a typed code, in a transaction that commits like an endpoint's."""

    def verify(digits, browser=PHONE):
        with database.session() as db:
            try:
                return codes.verify(db, digits, browser=browser)
            except (NothingAsked, WrongCode) as refusal:
                return refusal

    return verify


@pytest.fixture
def seen_on(database, cast):
    """`seen_on(browser)`: Maya was signed in there before."""

    def seen_on(browser, kind=SessionKind.PATIENT):
        with database.session() as db:
            web_sessions.start(
                db,
                kind,
                clinic_id=cast.clinic.id,
                patient=db.get(Patient, cast.maya.id),
                strength=Strength.CODE,
                browser=browser,
            )

    return seen_on


@pytest.fixture
def guessed(ask, verify, later_networks):
    """`guessed()`: somebody types ten wrong codes for Maya's number, each from another place."""

    def guessed():
        for window in range(2):
            digits = ask(browser=TABLET, network=next(later_networks))
            wrong = f"{(int(digits) + 1 + window) % 1_000_000:06d}"
            for _ in range(5):
                verify(wrong, browser=TABLET)

    return guessed


@pytest.fixture
def later_networks():
    return (f"198.51.100.{number}" for number in range(250))


@pytest.fixture
def no_birth_date(database, cast):
    with database.session() as db:
        db.get(Patient, cast.maya.id).birth_on = None


def test_asvs_6_5_1_the_code_lets_in_the_patient_with_that_number_once(
    ask, verify, cast, no_birth_date
):
    digits = ask()

    assert verify(f" {digits[:3]} {digits[3:]} ").id == cast.maya.id
    assert isinstance(verify(digits), NothingAsked)


def test_asvs_6_6_2_a_code_works_only_in_the_browser_that_asked(ask, verify, cast, no_birth_date):
    digits = ask(browser=PHONE)

    assert isinstance(verify(digits, browser=TABLET), NothingAsked)
    assert verify(digits, browser=PHONE).id == cast.maya.id


@pytest.mark.parametrize(("seconds", "works"), [(599, True), (600, False)])
def test_asvs_6_5_5_a_code_works_for_ten_minutes(ask, verify, no_birth_date, seconds, works):
    digits = ask()

    later(seconds=seconds)

    assert isinstance(verify(digits), Patient) is works


def test_asvs_6_6_3_a_code_has_five_tries(ask, verify, no_birth_date):
    digits = ask()
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"

    said = [verify(wrong) for _ in range(5)]

    assert [type(refusal) for refusal in said] == [WrongCode] * 4 + [NothingAsked]
    assert "4 tries left" in said[0].message
    assert "one try left" in said[3].message
    assert isinstance(verify(digits), NothingAsked)


def test_asking_again_ends_the_earlier_code(ask, verify, cast, no_birth_date):
    first, second = ask(), ask()

    if first != second:
        assert isinstance(verify(first), WrongCode)
    assert verify(second).id == cast.maya.id


def test_an_unknown_number_leaves_the_same_traces_but_no_text(ask, verify, database):
    assert ask("312 555 0199") is None
    assert isinstance(verify("123456"), WrongCode)

    with database.session(write=False) as db:
        unknown = db.scalars(select(SignInCode)).one()
        assert unknown.patient_id is None
        assert db.scalars(select(Message)).all() == []


def test_not_even_the_right_digits_open_a_code_that_belongs_to_nobody(ask, verify, database):
    ask("312 555 0199")
    with database.session(write=False) as db:
        digits = codes.digits_of(codes.waiting_in(db, PHONE))

    assert isinstance(verify(digits), WrongCode)


def test_known_and_unknown_numbers_are_asked_about_by_the_same_statements(
    database, cast, statements
):
    def asked(number):
        with database.session() as db:
            statements.clear()
            codes.send(db, number, browser=PHONE, network="192.0.2.7", choose=oldest)
            db.flush()
            return list(statements)

    asked(MAYAS_NUMBER)  # the clinics' keys are read once
    assert asked(MAYAS_NUMBER) == asked("312 555 0199")


@pytest.mark.parametrize("number", [MAYAS_NUMBER, "312 555 0199"])
def test_asvs_2_4_1_a_number_gets_three_codes_in_a_quarter_of_an_hour_and_ten_a_day(ask, number):
    for window in range(3):
        later(minutes=15 * window)
        for _ in range(3):
            ask(number, network=f"192.0.2.{window}")
        with pytest.raises(TooManyCodes):
            ask("+1" + "".join(filter(str.isdigit, number)), network="192.0.2.99")
    later(minutes=45)
    ask(number)
    later(minutes=60)
    with pytest.raises(TooManyCodes):
        ask(number)


def test_one_place_asks_for_twenty_codes_an_hour(ask):
    for line in range(20):
        ask(f"312 555 01{line:02d}")

    with pytest.raises(TooManyCodes):
        ask("312 555 0190")
    ask("312 555 0190", network="192.0.2.8")


def test_a_household_of_the_new_kind_may_not_change_its_address_for_ever(db):
    for number in range(100):
        code_limits.refuse_too_many(db, [], f"2001:0db8:0001:{number:04x}", "")

    with pytest.raises(TooManyCodes):
        code_limits.refuse_too_many(db, [], "2001:0db8:0001:ffff", "")
    code_limits.refuse_too_many(db, [], "2001:0db8:0002:0000", "")
    code_limits.refuse_too_many(db, [], "192.0.2.7", "")


def test_strangers_cannot_use_up_the_codes_of_a_phone_that_was_let_in_before(ask, seen_on):
    seen_on(PHONE)
    for window in range(4):
        later(minutes=15 * window)
        for _ in range(3 if window < 3 else 1):
            ask(browser=TABLET, network=f"192.0.2.{window}")
    with pytest.raises(TooManyCodes):
        ask(browser=TABLET)

    assert ask(browser=PHONE) is not None


def test_nor_can_whoever_shares_its_network(ask, seen_on):
    seen_on(PHONE)
    for line in range(20):
        ask(f"312 555 01{50 + line}", browser=TABLET)

    assert ask(browser=PHONE) is not None


def test_a_phone_that_was_let_in_before_has_limits_too(ask, seen_on):
    seen_on(PHONE)
    for _ in range(3):
        ask()

    with pytest.raises(TooManyCodes):
        ask()


def test_a_phone_that_only_opened_a_link_is_a_strangers(ask, seen_on):
    seen_on(PHONE, SessionKind.WRITE)
    for _ in range(3):
        ask(browser=TABLET)

    with pytest.raises(TooManyCodes):
        ask(browser=PHONE)


def test_guesses_at_a_number_count_together_wherever_they_come_from(
    ask, guessed, later_networks, database, cast
):
    guessed()
    later(minutes=15)

    assert ask(browser=PHONE, network=next(later_networks)) is None  # and nobody who asks is told
    with database.session(write=False) as db:
        assert codes.waiting_in(db, PHONE).patient_id is None
        told = db.scalars(select(StaffTask).where(StaffTask.patient_id == cast.maya.id)).one()
        assert (told.code, "again and again" in told.note) == (TaskCode.CALL_BACK, True)
    later(days=1)
    assert ask(browser=PHONE, network=next(later_networks)) is not None


def test_asvs_6_3_1_whoever_guesses_for_weeks_has_thirty_tries_in_all(ask, guessed, later_networks):
    for day in range(3):
        later(days=day)
        guessed()
    later(days=4)

    assert ask(network=next(later_networks)) is None


def test_guesses_elsewhere_do_not_keep_a_phone_out_that_was_let_in_before(
    ask, verify, guessed, seen_on, cast, no_birth_date
):
    seen_on(PHONE)
    guessed()
    later(minutes=15)

    assert verify(ask(browser=PHONE)).id == cast.maya.id


def test_a_patient_who_types_the_right_code_at_last_begins_anew(ask, verify, no_birth_date):
    for day in range(4):
        later(hours=day)
        digits = ask()
        wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
        for _ in range(4):
            assert isinstance(verify(wrong), WrongCode)
        assert isinstance(verify(digits), Patient)


def test_what_is_no_number_is_said_at_the_field(ask):
    with pytest.raises(phones.NotAPhoneNumber) as refused:
        ask("my number")

    assert refused.value.field == "phone"


def test_a_number_is_found_in_any_clinic(ask, verify, cast):
    digits = ask("312-555-0144")

    assert verify(digits) is None  # Noor's birth date is on file with the neighbours
    assert digits


def test_of_several_patients_with_one_number_one_is_chosen(ask, database, cast):
    with database.session() as db:
        twin = enrolment.enrol(
            db,
            cast.neighbour,
            given_name="Maya",
            family_name="Osei",
            phone="+13125550142",
            by=None,
        )

    ask(choose=lambda db, patients: next(p for p in patients if p.clinic_id == cast.neighbour.id))

    with database.session(write=False) as db:
        assert codes.waiting_in(db, PHONE).patient_id == twin.id


def test_asvs_6_5_2_the_code_rests_nowhere_in_clear(ask, database):
    digits = ask()

    with database.session(write=False) as db:
        sign_in_code = db.scalars(select(SignInCode)).one()
        message = db.scalars(select(Message)).one()
    resting = sign_in_code.code_hash + sign_in_code.seed + message.body_sealed
    assert digits.encode() not in resting
    assert message.purpose is Purpose.CODE
    assert message.expires_at == FRIDAY_NOON + LIVES


def test_a_code_is_texted_once(ask, database):
    ask()

    with database.session() as db:
        assert code_texts.send_waiting(db) == 0
        assert len(db.scalars(select(Message)).all()) == 1


class TestTheBirthDate:
    @pytest.fixture
    def give(self, database):
        def give(birth_on, browser=PHONE):
            with database.session() as db:
                try:
                    return birth_dates.match(db, birth_on, browser=browser)
                except (
                    NothingAsked,
                    birth_dates.WrongBirthDate,
                    birth_dates.OutOfTries,
                ) as refusal:
                    return refusal

        return give

    @pytest.fixture
    def proved(self, ask, verify):
        digits = ask()
        assert verify(digits) is None

    def test_lets_in_after_the_code_and_once(self, proved, give, cast):
        assert give(date(1990, 4, 12)).id == cast.maya.id
        assert isinstance(give(date(1990, 4, 12)), NothingAsked)

    def test_is_nothing_without_the_code(self, ask, give):
        ask()

        assert isinstance(give(date(1990, 4, 12)), NothingAsked)

    def test_is_given_in_the_browser_of_the_code(self, proved, give):
        assert isinstance(give(date(1990, 4, 12), browser=TABLET), NothingAsked)

    def test_is_given_within_ten_minutes(self, proved, give):
        later(minutes=10)

        assert isinstance(give(date(1990, 4, 12)), NothingAsked)

    def test_has_five_tries_and_then_staff_are_told(self, proved, give, database, cast):
        said = [give(date(1991, 4, 12)) for _ in range(5)]

        assert [type(refusal) for refusal in said] == [
            *[birth_dates.WrongBirthDate] * 4,
            birth_dates.OutOfTries,
        ]
        assert isinstance(give(date(1990, 4, 12)), birth_dates.OutOfTries)
        with database.session(write=False) as db:
            (task,) = desk.open_tasks(db, cast.clinic.id)
            assert task.patient_id == cast.maya.id

    def test_new_codes_do_not_buy_tries_without_end(self, ask, verify, give):
        for _ in range(2):
            assert verify(ask()) is None
            for _ in range(5):
                give(date(1991, 4, 12))

        assert verify(ask()) is None
        assert isinstance(give(date(1990, 4, 12)), birth_dates.OutOfTries)
