"""What scales came to over time: complete ones alone, each on its own, oldest first."""

from decimal import Decimal

from app.outcomes import results
from tests import sheets


def _series(database, maya, **options):
    with database.session(write=False) as db:
        return {each.code: each for each in results.of_patient(db, maya(db), **options)}


def test_each_scale_has_its_totals_in_the_order_of_their_days(database, maya, hand_in):
    hand_in("phq-9", 19, "2026-10-13T10:00")
    hand_in("gad-7", 12, "2026-10-13T10:05")
    hand_in("phq-9", 17, "2026-10-20T10:00")

    found = _series(database, maya)

    assert list(found) == ["phq-9", "gad-7"]
    assert [value.total for value in found["phq-9"].values] == [19, 17]
    assert [value.total for value in found["gad-7"].values] == [12]
    assert (found["phq-9"].most, found["gad-7"].most) == (27, 21)


def test_a_scale_with_an_open_question_is_told_of_and_never_a_number(database, maya, hand_in):
    hand_in("phq-9", 19, "2026-10-13T10:00")
    hand_in("phq-9", 9, "2026-10-20T10:00", left_out=1)

    found = _series(database, maya)["phq-9"]

    assert [value.total for value in found.values] == [19]
    assert [(each.answered, each.of) for each in found.unscored] == [(8, 9)]


def test_hard_memories_come_to_at_most_eighty(database, maya, hand_in):
    hand_in("pcl-5", 46, "2026-10-13T10:00")

    found = _series(database, maya)["pcl-5"]

    assert (found.values[0].total, found.most) == (Decimal(46), 80)


def test_a_number_for_a_day_comes_from_the_check_before_a_session_too(database, cast, maya, later):
    later("2026-11-16T17:30")
    sheets.hand_in(database, cast.maya, "readiness-eve", {"mood": 4})

    found = _series(database, maya)

    assert list(found) == ["mood"]
    assert (found["mood"].values[0].total, found["mood"].most) == (4, 10)


def test_the_day_after_a_session_has_mood_anxiety_and_sleep(database, cast, maya, later):
    later("2026-11-20T10:30")
    sheets.hand_in(database, cast.maya, "day-after", {"mood": 7, "anxiety": 3, "sleep": 0})

    found = _series(database, maya)

    assert {code: each.values[0].total for code, each in found.items()} == {
        "mood": 7,
        "anxiety": 3,
        "sleep": 0,
    }


def test_what_was_before_a_day_can_be_left_out(database, maya, hand_in, at):
    hand_in("phq-9", 19, "2026-10-13T10:00")
    hand_in("phq-9", 9, "2026-11-17T10:00")

    found = _series(database, maya, since=at("2026-11-01T00:00"))["phq-9"]

    assert [value.total for value in found.values] == [9]


def test_another_patients_answers_are_not_theirs(database, cast, maya, hand_in):
    hand_in("phq-9", 19, "2026-10-13T10:00", patient=cast.theo)

    assert _series(database, maya) == {}
