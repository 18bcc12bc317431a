"""Answers on paper: all that was said, nothing that can run, and nothing outside the paper."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from app import i18n
from app.intake import consents
from app.intake.papers import answers, copies
from app.questionnaires.engine.signing import text_hash, words_signed
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import QuestionnaireResponse
from tests import sheets

HOSTILE = '#panic("x") *bold* $x^2$ <label> @ref \\ [link](http://x) `raw` // no comment'


@pytest.fixture
def paper(database):
    """`paper(response_id)`: the sheet as staff print it, in a language."""

    def paper(response_id, language="en", of=answers.pdf):
        with database.session(write=False) as db, i18n.using(language):
            return of(db, db.get_one(QuestionnaireResponse, response_id))

    return paper


def _words(content):
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()
    )


@pytest.fixture
def goals(database, cast):
    def goals(words):
        form = sheets.form_named(database, "goals")
        field = next(item.link_id for item in form.in_order if item.type.value == "text")
        return sheets.hand_in(database, cast.maya, "goals", {field: words})

    return goals


def test_what_a_patient_wrote_is_printed_and_never_obeyed(goals, paper):
    content = paper(goals(HOSTILE))

    assert HOSTILE.replace("  ", " ") in _words(content)


def test_a_word_without_end_stays_on_the_paper(goals, paper):
    content = paper(goals("x" * 9000))

    words = _words(content).replace(" ", "").replace("\u200b", "")
    assert words.count("x") >= 9000


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Better 🙂 now", "Better [slightly smiling face] now"),
        ("Ñandú, Привет, 海, and on", "Ñandú, Привет,"),
    ],
)
def test_a_sign_without_a_shape_does_not_keep_the_paper_from_being_set(
    goals, paper, typed, printed
):
    assert printed in _words(paper(goals(typed)))


def test_the_same_sheet_is_the_same_paper(goals, paper):
    response_id = goals("Paint again")

    assert paper(response_id) == paper(response_id)


def test_nothing_outside_the_paper_names_patient_or_form(goals, paper):
    content = paper(goals("Paint again"))

    paper_ = PdfReader(BytesIO(content))
    assert dict(paper_.metadata)["/Title"] == "Answers"
    for word in ("Maya", "Osei", "ketamine", "goals"):
        assert word not in " ".join(map(str, paper_.metadata.values()))


def test_a_sheet_in_spanish_is_printed_in_spanish(database, cast, paper):
    response_id = sheets.hand_in(database, cast.maya, "phq-9", {}, language="es")

    words = _words(paper(response_id, "es"))

    assert "Poco interés o placer en hacer cosas" in words
    assert "Español" in words


def test_an_incomplete_scale_has_no_total_and_no_band(database, cast, paper):
    form = sheets.form_named(database, "phq-9")
    first = next(item.link_id for item in form.in_order if "44250-9" in item.codes)
    words = _words(paper(sheets.hand_in(database, cast.maya, "phq-9", {first: "LA6571-9"})))

    assert "not scored, 1 of 9 answered" in words
    assert "minimal" not in words
    assert "Developed by Drs. Robert L. Spitzer" in words


def test_flags_are_printed_with_their_answers(database, cast, paper):
    high = {"high-pressure": "Yes", "pressure-top": 171}
    words = _words(paper(sheets.hand_in(database, cast.maya, "medical-history", high)))

    assert "Last blood pressure above 140/90 (top number) 171" in words


def test_answers_about_substances_carry_their_notice(database, cast, paper):
    notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    drinks = {"alcohol": "most-days", "use-alcohol-drinks": 6}
    form = sheets.form_named(database, "medical-history")
    drinks["alcohol"] = [option.value for option in form.by_link_id["alcohol"].options][3]

    told = paper(sheets.hand_in(database, cast.maya, "medical-history", drinks))
    untold = paper(sheets.hand_in(database, cast.theo, "medical-history", {"pressure-top": 120}))

    pages = PdfReader(BytesIO(told)).pages
    assert all(notice in page.extract_text() for page in pages)
    assert notice not in _words(untold)


def test_a_long_list_goes_on_over_pages_and_loses_nothing(database, cast, paper):
    form = sheets.form_named(database, "medicines")
    group = next(item for item in form.in_order if item.is_repeating and item.items)
    name = next(item.link_id for item in group.items if item.type.value == "string")
    rows = tuple(range(40))
    values = {Slot(name, (row,)): f"Medicine number {row}" for row in rows}

    with_rows = _with_rows(form, group.link_id, rows, values)
    response_id = sheets.hand_in(database, cast.maya, "medicines", with_rows)

    content = paper(response_id)
    words = _words(content)
    assert len(PdfReader(BytesIO(content)).pages) > 3
    assert all(f"Medicine number {row}" in words for row in rows)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_copy_has_the_exact_words_and_their_proof(database, cast, paper, language):
    form = sheets.form_named(database, "consents")
    agreed = sheets.agreements(form, language=language, sharing="decline")
    response_id = sheets.hand_in(database, cast.maya, "consents", agreed, language=language)

    words = _words(paper(response_id, of=copies.pdf))

    for code in ("treatment", "telehealth", "texts", "privacy", "sharing"):
        signed = words_signed(form, f"{code}-name", language)
        for line in signed:
            assert " ".join(line.split()) in words
        assert text_hash(signed) in words.replace(" ", "")
    assert form.canonical in words
    assert "Maya Osei" in words
    assert "iPhone" in words


def test_a_sheet_without_a_consent_has_no_copy(goals, paper, database):
    response_id = goals("Paint again")

    assert paper(response_id, of=copies.pdf) is None
    with database.session(write=False) as db:
        assert consents.of_response(db, db.get_one(QuestionnaireResponse, response_id)) == []


def _with_rows(form, group, rows, values):
    class Rows(dict):
        """Answers that know how many rows their list has."""

    found = Rows(values)
    found.groups = {Slot(group): rows}
    asks = form.by_link_id[group].enable_when
    for condition in asks:
        found[condition.question] = condition.answer
    return found
