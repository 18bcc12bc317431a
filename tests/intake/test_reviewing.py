"""Flags go to people: with the answer that caused them, until a clinician clears each."""

import pytest
from sqlalchemy import select

from app import clock
from app.intake import reviewing
from app.intake.models import ReviewFlag
from app.people.models import Clinic, Patient, Practitioner
from app.questionnaires.models import QuestionnaireResponse
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def history(sheet_of):
    return sheet_of("medical-history")


@pytest.fixture
def hand_in(database, state_of):
    """`hand_in(sheet, answers)`: the sheet is handed in with these answers."""

    def hand_in(sheet, answers):
        response_id, form = sheet
        with database.session() as db:
            response = db.get_one(QuestionnaireResponse, response_id)
            reviewing.raise_flags(db, response, state_of(form, answers))

    return hand_in


@pytest.fixture
def open_flags(database, cast):
    def open_flags(clinic=None):
        with database.session(write=False) as db:
            return reviewing.open_flags(db, db.get_one(Clinic, (clinic or cast.clinic).id))

    return open_flags


@pytest.fixture
def clear(database):
    def clear(flag, by, note="Asked about it by phone."):
        with database.session() as db:
            who = db.get_one(Practitioner, by.id)
            reviewing.clear(db, db.get_one(ReviewFlag, flag.id), note, by=who)

    return clear


def _pressure(top):
    return {"high-pressure": "Yes", "pressure-top": top}


def test_a_flag_has_its_label_and_the_answer_in_words(history, hand_in, open_flags, cast):
    hand_in(history, _pressure(171))

    [flag] = open_flags()
    assert flag.label == "Last blood pressure above 140/90 (top number)"
    assert flag.answer == "171"
    assert (flag.patient_id, flag.response_id) == (cast.maya.id, history[0])


def test_an_answer_that_asks_for_nothing_makes_no_flag(history, hand_in, open_flags):
    hand_in(history, _pressure(118))

    assert open_flags() == []


def test_an_unsafe_answer_waits_for_a_clinician_besides_its_alert(history, hand_in, open_flags):
    hand_in(history, {"suicidal-thoughts": "Yes", "suicide-plan": "No"})

    [flag] = open_flags()
    assert flag.label == "Thoughts of suicide or self-harm in the last month"
    assert flag.answer == "Yes"


def test_what_is_flagged_stays_sealed(history, hand_in, database):
    hand_in(history, _pressure(171))

    with database.session(write=False) as db:
        [row] = db.execute(select(ReviewFlag.label_sealed, ReviewFlag.answer_sealed))
    assert b"171" not in row.answer_sealed
    assert b"pressure" not in row.label_sealed


def test_urgent_ones_come_first_and_then_the_oldest(sheet_of, hand_in, open_flags, database, cast):
    hand_in(sheet_of("medical-history"), _pressure(171))
    clock.stand_still(FRIDAY_NOON.replace(hour=19))
    hand_in(sheet_of("medical-history", cast.theo), _pressure(172))
    with database.session() as db:
        for flag in db.scalars(select(ReviewFlag)):
            flag.urgent = flag.patient_id == cast.theo.id

    assert [flag.answer for flag in open_flags()] == ["172", "171"]


def test_handed_in_again_the_same_answer_is_the_same_flag(
    history, hand_in, open_flags, clear, cast
):
    hand_in(history, _pressure(171))
    [flag] = open_flags()
    clear(flag, cast.dr_okafor)

    hand_in(history, _pressure(171))

    assert open_flags() == []


def test_another_answer_is_looked_at_anew_and_one_that_is_gone_is_not(
    history, hand_in, open_flags, database, cast
):
    hand_in(history, _pressure(171))
    hand_in(history, _pressure(185))
    assert [flag.answer for flag in open_flags()] == ["185"]

    hand_in(history, _pressure(120))

    assert open_flags() == []
    with database.session(write=False) as db:
        kept = reviewing.of_patient(db, db.get_one(Patient, cast.maya.id))
        assert {(flag.answer, flag.note) for flag in kept} == {
            ("171", "The answer was changed."),
            ("185", "The answer was changed."),
        }


def test_a_clinician_clears_it_with_a_note_and_it_stays_with_the_patient(
    history, hand_in, open_flags, clear, database, cast
):
    hand_in(history, _pressure(171))
    [flag] = open_flags()

    clear(flag, cast.dr_okafor, " New tablets, 128 this morning. ")

    assert open_flags() == []
    with database.session(write=False) as db:
        [kept] = reviewing.of_patient(db, db.get_one(Patient, cast.maya.id))
        assert kept.note == "New tablets, 128 this morning."
        assert kept.cleared_by_id == cast.dr_okafor.id


@pytest.mark.parametrize("who", ["jordan", "ada"])
def test_others_may_look_and_not_clear(history, hand_in, open_flags, clear, cast, who):
    hand_in(history, _pressure(171))
    [flag] = open_flags()

    with pytest.raises(reviewing.NotAClinician):
        clear(flag, getattr(cast, who))
    assert len(open_flags()) == 1


def test_nothing_is_cleared_without_a_word(history, hand_in, open_flags, clear, cast):
    hand_in(history, _pressure(171))
    [flag] = open_flags()

    with pytest.raises(reviewing.NoNote):
        clear(flag, cast.dr_okafor, "  ")


def test_the_neighbour_has_a_list_of_its_own(history, hand_in, open_flags, cast):
    hand_in(history, _pressure(171))

    assert open_flags(cast.neighbour) == []


def test_staff_read_a_spanish_sheet_in_their_own_language(sheet_of, hand_in, open_flags):
    sheet = sheet_of("medical-history", language="es")
    hand_in(sheet, {"vessels": "A bulge in a blood vessel (an aneurysm)"})

    assert "A bulge in a blood vessel (an aneurysm)" in [flag.answer for flag in open_flags()]


def test_a_clinic_that_speaks_spanish_reads_its_flags_in_spanish(
    history, hand_in, open_flags, database, cast
):
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).language = "es"

    hand_in(history, _pressure(171))

    [flag] = open_flags()
    assert flag.label == "Última presión por encima de 140/90 (número de arriba)"
