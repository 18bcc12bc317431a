"""A scale that rose is on the review list: by five points, or into a higher band."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.intake import rises
from app.intake.models import ReviewFlag
from app.people.models import Clinic
from tests import sheets
from tests.conftest import FRIDAY_NOON

ANSWERS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
COUNT = {"phq-9": 9, "gad-7": 7}


@pytest.fixture
def hand_in(database, cast):
    """`hand_in("phq-9", 15)`: a sheet of Maya's that comes to 15, a week after the last one."""
    weeks = iter(range(20))

    def hand_in(slug, total, patient=None, left_out=0):
        clock.stand_still(FRIDAY_NOON + timedelta(days=7 * next(weeks)))
        answers = {}
        for place in range(1, COUNT[slug] + 1 - left_out):
            weight = min(3, total)
            answers[f"q{place}"], total = ANSWERS[weight], total - weight
        return sheets.hand_in(database, patient or cast.maya, slug, answers)

    return hand_in


@pytest.fixture
def rose(database):
    """The labels of all rises on the list, oldest first."""

    def rose():
        with database.session(write=False) as db:
            flags = db.scalars(select(ReviewFlag).order_by(ReviewFlag.made_at)).all()
            return [flag.label for flag in flags if flag.link_id == "total"]

    return rose


@pytest.mark.parametrize(
    ("code", "before", "now", "is_rise"),
    [
        ("phq-9", 9, 10, True),  # into another band
        ("phq-9", 10, 14, False),
        ("phq-9", 20, 24, False),
        ("phq-9", 20, 25, True),  # five points
        ("phq-9", 15, 9, False),
        ("phq-9", 12, 12, False),
        ("gad-7", 4, 5, True),
        ("gad-7", 15, 19, False),
        ("gad-7", 15, 20, True),
    ],
)
def test_five_points_or_a_higher_band_are_a_rise(code, before, now, is_rise):
    assert rises.is_rise(code, before, now) is is_rise


def test_a_rise_since_the_last_time_is_on_the_list(hand_in, rose):
    hand_in("phq-9", 20)
    hand_in("phq-9", 9)
    hand_in("phq-9", 15)
    hand_in("gad-7", 3)
    hand_in("gad-7", 9)

    assert rose() == ["PHQ-9 rose from 9 to 15", "GAD-7 rose from 3 to 9"]


def test_the_first_time_a_fall_and_a_small_change_are_not(hand_in, rose, cast):
    hand_in("phq-9", 15, cast.theo)
    hand_in("phq-9", 10)
    hand_in("phq-9", 13)
    hand_in("phq-9", 4)

    assert rose() == []


def test_a_scale_that_has_no_total_is_neither_the_last_nor_this_one(hand_in, rose):
    hand_in("gad-7", 3)
    hand_in("gad-7", 9, left_out=1)
    hand_in("gad-7", 9)

    assert rose() == ["GAD-7 rose from 3 to 9"]


def test_a_spanish_clinic_reads_it_in_spanish(hand_in, rose, database, cast):
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).language = "es"
    hand_in("phq-9", 9)
    hand_in("phq-9", 15)

    assert rose() == ["PHQ-9 subió de 9 a 15"]
