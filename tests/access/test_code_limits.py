"""How many codes are asked for and how many guessed, to the one and to the second."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock, i18n
from app.access import code_limits, codes, web_sessions
from app.access.code_limits import TooManyCodes
from app.access.models import SessionKind, SignInCode, Strength
from app.people import enrolment
from app.tasks.models import StaffTask
from tests.conftest import FRIDAY_NOON

PHONE, TABLET = "phone" * 4, "tablet" * 4
NUMBER = "+13125550142"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = timedelta(minutes=15)
# A limit counts within the hour, the day or the thirty days by the clock on the wall, not from the
# first try: the beginnings of such windows.
MIDNIGHT = FRIDAY_NOON.replace(hour=0, minute=0)
YESTERDAY = MIDNIGHT - timedelta(days=1)
MONTH_BEGINS = MIDNIGHT - timedelta(days=int(MIDNIGHT.timestamp() // 86_400) % 30)


@pytest.fixture
def cast(db):
    from tests.cast import gather

    return gather(db)


@pytest.fixture
def asked(db):
    """`asked(…)`: whether one more code may be asked for."""

    def asked(*numbers, network="192.0.2.7", own=""):
        try:
            code_limits.refuse_too_many(db, numbers, network, own)
        except TooManyCodes:
            return False
        return True

    return asked


@pytest.fixture
def code_of(db):
    """`code_of(patient, browser)`: a code that waits in that browser."""

    def code_of(patient, browser=PHONE):
        made = codes._new_code(patient, codes.hash_token(browser))
        db.add(made)
        db.flush()
        return made

    return code_of


def at(moment):
    clock.stand_still(moment, machine=moment)


def test_three_codes_a_quarter_of_an_hour_and_not_one_sooner(asked):
    at(MIDNIGHT)
    assert [asked(NUMBER) for _ in range(4)] == [True, True, True, False]
    at(MIDNIGHT + QUARTER - timedelta(seconds=1))
    assert not asked(NUMBER)
    at(MIDNIGHT + QUARTER)
    assert asked(NUMBER)


def test_too_many_are_refused_at_the_field(db):
    for _ in range(3):
        code_limits.refuse_too_many(db, [NUMBER], "192.0.2.7", "")

    with pytest.raises(TooManyCodes) as refused:
        code_limits.refuse_too_many(db, [NUMBER], "192.0.2.7", "")

    assert refused.value.field == "phone"


def test_ten_codes_a_day_and_not_one_sooner(asked):
    for window in range(3):
        at(YESTERDAY + window * QUARTER)
        assert [asked(NUMBER) for _ in range(3)] == [True] * 3
    at(YESTERDAY + HOUR)
    assert [asked(NUMBER), asked(NUMBER)] == [True, False]
    at(YESTERDAY + DAY - timedelta(seconds=1))
    assert not asked(NUMBER)
    at(YESTERDAY + DAY)
    assert asked(NUMBER)


def test_twenty_codes_an_hour_from_one_place_and_not_one_sooner(asked):
    at(MIDNIGHT)
    assert [asked() for _ in range(21)] == [*[True] * 20, False]
    assert asked(network="192.0.2.8")
    at(MIDNIGHT + HOUR - timedelta(seconds=1))
    assert not asked()
    at(MIDNIGHT + HOUR)
    assert asked()


def test_a_hundred_codes_an_hour_from_one_household_and_not_one_sooner(asked):
    networks = (f"2001:0db8:0001:{number:04x}" for number in range(1000))
    at(MIDNIGHT)
    assert [asked(network=next(networks)) for _ in range(101)] == [*[True] * 100, False]
    at(MIDNIGHT + HOUR - timedelta(seconds=1))
    assert not asked(network=next(networks))
    at(MIDNIGHT + HOUR)
    assert asked(network=next(networks))


def test_addresses_of_the_old_kind_share_nothing_with_their_neighbours(asked):
    for neighbour in range(6):
        tried = [asked(network=f"192.168.100.20{neighbour}") for _ in range(20)]
        assert all(tried)


def test_a_number_that_has_had_its_codes_holds_up_no_other(asked):
    for _ in range(3):
        assert asked(NUMBER)

    assert asked("+13125550143")
    assert asked(NUMBER, own=" own")
    assert not asked(NUMBER, "+13125550144")


def test_a_known_browser_is_counted_by_number_and_not_by_place(asked):
    for number in range(25):
        assert asked(f"+1312555{number:04d}", own=" own")


def test_a_browser_is_known_by_the_patients_who_signed_in_on_it(db, cast):
    for who, browser, kind in (
        (cast.maya, PHONE, SessionKind.PATIENT),
        (cast.theo, TABLET, SessionKind.PATIENT),
    ):
        web_sessions.start(
            db,
            kind,
            clinic_id=who.clinic_id,
            patient=who,
            strength=Strength.CODE,
            browser=browser,
        )
    own = code_limits.own_to(db, PHONE, [cast.maya, cast.theo])

    assert own
    assert code_limits.own_to(db, PHONE, [cast.theo]) == ""
    assert code_limits.own_to(db, PHONE, []) == ""
    assert code_limits.own_to(db, TABLET, [cast.maya]) == ""
    assert code_limits.own_to(db, TABLET, [cast.maya, cast.theo]) not in ("", own)


@pytest.mark.parametrize(("slips", "per", "begins"), [(10, DAY, MIDNIGHT), (30, 30 * DAY, None)])
def test_a_number_is_guessed_at_after_so_many_slips(db, cast, code_of, slips, per, begins):
    begins = begins or MONTH_BEGINS
    days = 1 if per == DAY else 4  # no more than nine a day, so that only the longer limit counts
    for slip in range(slips):
        assert not code_limits.are_guessed(db, [NUMBER], "")
        at(begins + timedelta(days=slip % days))
        code_limits.note_wrong(db, code_of(cast.maya), browser=PHONE)

    last = begins + per - timedelta(seconds=1)
    for moment, guessed in ((begins + (days - 1) * DAY, True), (last, True), (last + DAY, False)):
        at(moment)
        assert code_limits.are_guessed(db, [NUMBER], "") is guessed
        assert code_limits.are_guessed(db, ["+13125550143", NUMBER], "") is guessed
        assert not code_limits.are_guessed(db, ["+13125550143"], "")
        assert not code_limits.are_guessed(db, [NUMBER], " own")


def test_staff_are_told_at_the_tenth_slip_in_their_own_language(db, cast, code_of):
    cast.clinic.language = "es"
    for slip in range(10):
        assert db.scalars(select(StaffTask)).all() == [], slip
        code_limits.note_wrong(db, code_of(cast.maya), browser=PHONE)
        db.flush()

    told = db.scalars(select(StaffTask)).one()
    assert told.patient_id == cast.maya.id
    with i18n.using("es"):
        assert told.note == i18n.gettext(
            "Wrong codes were typed for this number again and again. Ask whether it was them."
        )


def test_slips_of_a_number_nobody_has_tell_nobody(db, cast, code_of):
    unknown = code_of(None)
    for _ in range(11):
        code_limits.note_wrong(db, unknown, browser=PHONE)

    assert code_limits.are_guessed(db, [str(unknown.id)], "")
    assert db.scalars(select(StaffTask)).all() == []


def test_the_right_code_forgets_the_slips_of_its_patient_alone(db, cast, code_of):
    for _ in range(10):
        for who in (cast.maya, cast.theo):
            code_limits.note_wrong(db, code_of(who), browser=PHONE)

    code_limits.forget_wrong(db, cast.maya, browser=PHONE)

    assert not code_limits.are_guessed(db, [NUMBER], "")
    assert code_limits.are_guessed(db, [cast.theo.phone], "")


def test_slips_on_ones_own_phone_count_there_alone_and_are_forgotten_there(db, cast, code_of):
    web_sessions.start(
        db,
        SessionKind.PATIENT,
        clinic_id=cast.clinic.id,
        patient=cast.maya,
        strength=Strength.CODE,
        browser=PHONE,
    )
    own = code_limits.own_to(db, PHONE, [cast.maya])
    for _ in range(10):
        for browser in (PHONE, TABLET):
            code_limits.note_wrong(db, code_of(cast.maya, browser), browser=browser)
        assert code_limits.are_guessed(db, [NUMBER], own) is (
            code_limits.are_guessed(db, [NUMBER], "")
        )

    code_limits.forget_wrong(db, cast.maya, browser=PHONE)

    assert not code_limits.are_guessed(db, [NUMBER], own)
    assert code_limits.are_guessed(db, [NUMBER], "")


class TestTheCode:
    """What a row that waits for a code lets through."""

    def test_a_code_asked_for_elsewhere_goes_on_waiting(self, db, cast):
        for browser in (PHONE, TABLET):
            codes.send(db, NUMBER, browser=browser, network="192.0.2.7", choose=None)

        assert codes.waiting_in(db, PHONE).patient_id == cast.maya.id
        assert codes.waiting_in(db, TABLET).patient_id == cast.maya.id

    def test_asking_wakes_whoever_texts_it(self, db, cast):
        codes.send(db, NUMBER, browser=PHONE, network="192.0.2.7", choose=None)

        assert codes.TOPIC in db.info["live_topics"]

    def test_of_two_asked_for_at_once_the_newest_waits(self, db, cast, code_of):
        code_of(cast.maya)
        at(FRIDAY_NOON + timedelta(seconds=1))
        newest = code_of(cast.maya)

        assert codes.waiting_in(db, PHONE) is newest

    def test_a_code_is_for_its_patient_and_clinic(self, cast, code_of):
        code = code_of(cast.noor)

        assert (code.patient_id, code.clinic_id) == (cast.noor.id, cast.neighbour.id)
        assert (code.tries_left, code.birth_date_tries_left) == (5, 5)
        assert code.expires_at == FRIDAY_NOON + timedelta(minutes=10)

    @pytest.mark.parametrize("over", ["spent", "out of tries", "too old"])
    def test_what_is_over_waits_no_more(self, db, cast, code_of, over):
        code = code_of(cast.maya)
        if over == "spent":
            code.spent_at = clock.machine_now()
        elif over == "out of tries":
            code.tries_left = 0
        else:
            at(code.expires_at)
        db.flush()

        assert codes.waiting_in(db, PHONE) is None

    def test_a_code_is_spent_alone_and_once(self, db, cast, code_of):
        cast.maya.birth_on = None
        code, other = code_of(cast.maya), code_of(cast.maya, TABLET)
        at(FRIDAY_NOON + timedelta(minutes=1))

        assert codes.prove(db, code) is cast.maya
        db.flush()
        db.expire_all()
        assert code.spent_at == code.opened_at == clock.machine_now()
        assert other.spent_at is None
        with pytest.raises(codes.one_time_codes.NothingAsked):
            codes.prove(db, code)

    def test_a_code_of_nobody_proves_nobody(self, db, cast, code_of):
        with pytest.raises(codes.one_time_codes.NothingAsked):
            codes.prove(db, code_of(None))

    def test_a_number_changed_lately_waits_a_day_to_the_second(self, db, cast):
        numbers = {cast.clinic.id: NUMBER}
        assert codes.held_until(cast.maya) is None
        assert list(codes.with_number(db, numbers)) == [cast.maya]
        cast.maya.number_changed_at = FRIDAY_NOON
        db.flush()

        at(FRIDAY_NOON + DAY - timedelta(seconds=1))
        assert codes.held_until(cast.maya) == FRIDAY_NOON + DAY
        assert list(codes.with_number(db, numbers)) == []
        at(FRIDAY_NOON + DAY)
        assert codes.held_until(cast.maya) is None
        assert list(codes.with_number(db, numbers)) == [cast.maya]

    @pytest.mark.parametrize(("seconds", "kept"), [(0, True), (1, False)])
    def test_a_code_is_dropped_when_no_birth_date_can_follow_it(
        self, db, cast, code_of, seconds, kept
    ):
        code = code_of(cast.maya)
        at(code.expires_at + timedelta(minutes=10, seconds=seconds))

        codes.forget_old(db)

        assert bool(db.scalars(select(SignInCode.id)).all()) is kept

    def test_of_two_with_one_number_whoever_asks_chooses_and_the_first_on_file_is_offered_first(
        self, db, cast
    ):
        twin = enrolment.enrol(
            db, cast.neighbour, given_name="Sam", family_name="Osei", phone=NUMBER, by=None
        )
        offered = []
        for days, chosen in ((1, twin), (-1, cast.maya)):
            twin.made_at = cast.maya.made_at + timedelta(days=days)
            db.flush()
            codes.send(
                db,
                NUMBER,
                browser=PHONE,
                network="192.0.2.7",
                choose=lambda _db, several: offered.append(list(several)) or several[-1],
            )
            assert codes.waiting_in(db, PHONE).patient_id == chosen.id

        assert offered == [[cast.maya, twin], [twin, cast.maya]]

    def test_a_number_is_read_as_each_clinics_country_writes_it(self, db, cast):
        for abroad, patient in ((cast.neighbour, cast.maya), (cast.clinic, cast.noor)):
            cast.neighbour.country = cast.clinic.country = "US"
            abroad.country = "IS"  # where so many digits are no number
            db.flush()
            national = f"312 555 {patient.phone[-4:]}"
            codes.send(db, national, browser=PHONE, network="192.0.2.7", choose=None)

            assert codes.waiting_in(db, PHONE).patient_id == patient.id

    def test_before_there_is_a_clinic_a_code_is_nobodys(self, db):
        codes.send(db, NUMBER, browser=PHONE, network="192.0.2.7", choose=None)

        assert codes.waiting_in(db, PHONE).patient_id is None
