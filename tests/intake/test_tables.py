"""A table of answers: safe in any spreadsheet."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select

from app.intake import tables
from app.people.models import Clinic
from app.questionnaires.models import Questionnaire
from tests import sheets


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_is_never_a_formula(sign):
    assert tables.safe(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize("words", ["", "Maya", "1.5", "'quoted'", "a=b"])
def test_other_words_stay_as_they_are(words):
    assert tables.safe(words) == words


def test_every_cell_is_quoted_and_the_file_says_that_it_is_utf_8():
    assert tables.written([["a", 'say "so"'], ["línea", "two\nlines"]]) == (
        '\ufeff"a","say ""so"""\r\n"línea","two\nlines"\r\n'
    )


def test_asvs_1_2_10_what_a_patient_wrote_cannot_run_in_a_spreadsheet(database, cast):
    form = sheets.form_named(database, "goals")
    field = next(item.link_id for item in form.in_order if item.type.value == "text")
    for patient, words in ((cast.maya, "=HYPERLINK(1)"), (cast.theo, "Paint again")):
        sheets.hand_in(database, patient, "goals", {field: words})

    with database.session(write=False) as db:
        questionnaire = db.scalars(select(Questionnaire)).one()
        text = tables.of_form(db, db.get_one(Clinic, cast.clinic.id), questionnaire)

    head, first, second = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""))
    column = next(place for place, words in enumerate(head) if words.endswith(f"[{field}]"))
    assert (first[column], second[column]) == ("'=HYPERLINK(1)", "Paint again")
    assert (first[2], first[3]) == ("Maya Osei", "2026-11-20 12:00")


def test_answers_about_substances_carry_their_notice_into_a_table(database, cast):
    sheets.hand_in(database, cast.maya, "goals", {})
    field = _about_substances(database)
    sheets.hand_in(database, cast.theo, "medical-history", field)

    with database.session(write=False) as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        found = db.scalars(select(Questionnaire).order_by(Questionnaire.url)).all()
        texts = {each.url.rpartition("/")[2]: tables.of_form(db, clinic, each) for each in found}

    assert "42 CFR part 2" in texts["medical-history"]
    assert "42 CFR part 2" not in texts["goals"]


def _about_substances(database):
    form = sheets.form_named(database, "medical-history")
    item = next(each for each in form.in_order if each.is_substance_use and each.options)
    return {item.link_id: item.options[0].value}
