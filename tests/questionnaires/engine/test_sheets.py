"""Rows that come and go, and what stands on a sheet before anybody answers."""

from app.questionnaires.engine import sheets
from app.questionnaires.engine.evaluation import evaluate, opened
from app.questionnaires.engine.response import from_response_items, to_response_items
from app.questionnaires.engine.values import EMPTY, Sheet, Slot
from tests.questionnaires.engine.forms import form, group, item, when

ROWS = Slot("rows")
FORM = form(
    group(
        "rows",
        item("name", "string"),
        item("unit", "string", initial=[{"valueString": "mg"}]),
        group("times", item("hour", "integer"), repeats=True),
        repeats=True,
    )
)


def name(row):
    return Slot("name", (row,))


def kept(sheet):
    """As it comes back when it was stored."""
    return from_response_items(FORM, to_response_items(FORM, evaluate(FORM, sheet)))


def test_a_sheet_begins_with_what_the_form_says():
    assert sheets.begin(FORM).values == {Slot("unit", (0,)): ("mg",)}


def test_an_option_chosen_beforehand_stands_there():
    options = [{"valueString": "a"}, {"valueString": "b", "initialSelected": True}]
    read_form = form(item("x", "choice", answerOption=options))

    assert sheets.begin(read_form).values == {Slot("x"): ("b",)}


def test_a_question_that_opens_later_begins_as_the_form_says():
    read_form = form(
        item("a"),
        item("b", "string", enableWhen=[when("a")], initial=[{"valueString": "US"}]),
    )
    before = evaluate(read_form, sheets.begin(read_form))
    after = evaluate(read_form, sheets.put(before.sheet, Slot("a"), (True,)))

    assert before.sheet == EMPTY
    assert opened(read_form, before, after) == {Slot("b"): ("US",)}
    assert opened(read_form, after, after) == {}


def test_an_emptied_question_has_no_answer():
    filled = sheets.put(EMPTY, Slot("x"), ("a",))

    assert sheets.put(filled, Slot("x"), ()) == EMPTY
    assert sheets.put(EMPTY, Slot("x"), ()) == EMPTY


def test_a_new_row_begins_as_the_first_one_did():
    sheet, row = sheets.add_row(FORM, EMPTY, ROWS)

    assert row == 1
    assert sheets.rows_of(sheet, ROWS) == (0, 1)
    assert sheet.values == {Slot("unit", (1,)): ("mg",)}


def test_a_row_that_goes_takes_only_its_own_answers():
    sheet = sheets.add_row(FORM, sheets.put(EMPTY, name(0), ("first",)), ROWS)[0]
    sheet = sheets.put_all(sheet, {name(1): ("second",), Slot("hour", (1, 0)): (8,)})
    sheet = sheets.add_row(FORM, sheet, Slot("times", (1,)))[0]

    sheet = sheets.remove_row(FORM, sheet, ROWS, 1)

    assert sheet.values == {name(0): ("first",)}
    assert sheet.groups == {ROWS: (0,)}


def test_a_rows_number_is_never_given_again_not_even_after_a_night():
    sheet = sheets.add_row(FORM, EMPTY, ROWS)[0]
    sheet = sheets.remove_row(FORM, sheet, ROWS, 1)

    assert sheets.add_row(FORM, sheet, ROWS)[1] == 2
    assert sheets.add_row(FORM, kept(sheet), ROWS)[1] == 2
    assert sheets.add_row(FORM, kept(sheets.add_row(FORM, sheet, ROWS)[0]), ROWS)[1] == 3
    sheet = sheets.remove_row(FORM, sheets.add_row(FORM, sheet, ROWS)[0], ROWS, 2)
    assert sheets.add_row(FORM, kept(sheets.put(sheet, name(0), ("x",))), ROWS)[1] == 3


def test_rows_keep_their_numbers_when_an_earlier_one_goes():
    sheet = sheets.add_row(FORM, EMPTY, ROWS)[0]
    sheet = sheets.put_all(sheet, {name(0): ("first",), name(1): ("second",)})

    sheet = kept(sheets.remove_row(FORM, sheet, ROWS, 0))

    assert sheets.rows_of(sheet, ROWS) == (1,)
    assert sheet.values[name(1)] == ("second",)


def test_the_last_row_to_go_leaves_a_fresh_one():
    sheet = sheets.remove_row(FORM, sheets.put(EMPTY, name(0), ("first",)), ROWS, 0)

    assert sheets.rows_of(sheet, ROWS) == (1,)
    assert sheet.values == {Slot("unit", (1,)): ("mg",)}


def test_a_row_that_is_not_there_is_not_taken():
    assert sheets.remove_row(FORM, EMPTY, ROWS, 5) is EMPTY


def test_an_added_row_is_kept_while_it_is_empty():
    plain = form(group("g", item("a"), repeats=True))
    sheet = sheets.add_row(plain, EMPTY, Slot("g"))[0]

    items = to_response_items(plain, evaluate(plain, sheet))

    assert [each["linkId"] for each in items] == ["g", "g"]
    assert from_response_items(plain, items) == Sheet({}, {Slot("g"): (0, 1)})
