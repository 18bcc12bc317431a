"""A page of a form becomes what its template needs, for every kind of question."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from app import i18n
from app.questionnaires.engine import journey
from app.questionnaires.engine.items import Item, ItemType, Option, Words
from app.questionnaires.engine.values import Coding, File, Quantity, Sheet, Signature, Slot
from app.web.asking import question_controls as controls
from app.web.asking import question_places
from app.web.asking.questions import Reading, shown
from tests.web.every_question import FORM, state, step_with

NAME = {item.link_id: f"q{item.index}" for item in FORM.in_order}


def view_of(link_id, values=None, *, groups=None, **more):
    sheet = Sheet({Slot(key): value for key, value in (values or {}).items()}, groups or {})
    step = step_with(link_id, sheet)
    return shown(FORM, state(sheet), step, language="en", zone="America/New_York", **more)


def question(link_id, *values, **more):
    view = view_of(link_id, {link_id: values} if values else None, **more)
    return next(block for block in view.questions if block.link_id == link_id)


@pytest.mark.parametrize(
    ("link_id", "control"),
    [
        ("pressure", "radio"),
        ("kinds", "checkboxes"),
        ("state", "select"),
        ("low", "scale"),
        ("name", "text"),
        ("number", "tel"),
        ("hope", "writing"),
        ("born", "date"),
        ("ate", "datetime-local"),
        ("bed", "time"),
        ("weight", "number"),
        ("upper", "number"),
        ("share", "number"),
        ("helps", "radio"),
        ("page", "url"),
        ("card", "file"),
        ("call", "radio"),
        ("video-agree", "agree"),
        ("video-name", "signature"),
    ],
)
def test_each_kind_of_question_has_its_own_native_control(link_id, control):
    assert question(link_id).control == control


@pytest.mark.parametrize(
    ("link_id", "value", "text"),
    [
        ("name", "Sam", "Sam"),
        ("born", date(1990, 4, 12), "1990-04-12"),
        ("ate", datetime(2026, 11, 20, 13, 5, tzinfo=UTC), "2026-11-20T08:05"),
        ("bed", time(22, 30), "22:30"),
        ("share", Decimal("0.50"), "0.50"),
        ("upper", 120, "120"),
        ("video-name", Signature("Sam Lee"), "Sam Lee"),
    ],
)
def test_what_was_answered_stands_in_its_field_again(link_id, value, text):
    assert [entry.value for entry in question(link_id, value).entries] == [text]


def test_what_was_chosen_is_chosen_again():
    asked = question("kinds", Coding("b", "urn:test"))

    assert [(choice.words, choice.is_chosen) for choice in asked.choices] == [
        ("Asthma", False),
        ("Glaucoma", True),
        ("None", False),
    ]
    assert [choice.is_exclusive for choice in asked.choices] == [False, False, True]


def test_words_of_ones_own_stand_beside_something_else():
    asked = question("helps", "My dog")

    assert asked.choices[-1].is_chosen
    assert asked.choices[-1].words == "Something else"
    assert asked.other == "My dog"


def test_an_amount_keeps_its_unit():
    asked = question("weight", Quantity(Decimal(70), "kg", "http://unitsofmeasure.org", "kg"))

    assert asked.is_group
    assert [(unit.words, unit.is_chosen) for unit in asked.entries[0].units] == [
        ("pounds", False),
        ("kilograms", True),
    ]


def test_a_unit_that_cannot_be_chosen_stands_beside_the_number():
    asked = question("upper")

    assert (asked.unit, asked.entries[0].units) == ("mmHg", ())


def test_limits_are_native_attributes():
    upper, share, name = question("upper"), question("share"), question("name")

    assert (upper.attributes["min"], upper.attributes["max"]) == ("50", "260")
    assert share.attributes["step"] == "any"
    assert (name.attributes["maxlength"], name.attributes["required"]) == (80, True)


def test_what_people_write_is_not_kept_by_the_browser():
    assert question("hope").attributes["autocomplete"] == "off"
    assert question("video-name").attributes["autocomplete"] == "name"


def test_a_scale_has_a_button_for_each_number_and_says_what_its_ends_are():
    asked = question("low", 3)

    assert [choice.words for choice in asked.choices] == [str(number) for number in range(11)]
    assert [choice.token for choice in asked.choices if choice.is_chosen] == ["3"]
    assert asked.ends == ("Not low", "As low as can be")


def test_of_several_answers_each_has_a_field_and_one_more_where_it_was_asked_for():
    asked = question("allergy", "Nuts", "Milk")
    with_more = question("allergy", "Nuts", more={NAME["allergy"]})

    assert [entry.value for entry in asked.entries] == ["Nuts", "Milk"]
    assert [(entry.value, entry.is_new) for entry in with_more.entries] == [
        ("Nuts", False),
        ("", True),
    ]


def test_what_was_just_typed_stays_whatever_is_stored():
    typed = {NAME["upper"]: ["12o"]}

    asked = question("upper", 120, posted=lambda name: typed.get(name, []))

    assert [entry.value for entry in asked.entries] == ["12o"]


def test_what_is_wrong_stands_at_its_field_and_on_top():
    view = view_of("name", faults={Slot("name"): "Write your name."})

    assert view.faults == ((NAME["name"], "Write your name."),)
    assert view.questions[0].fault == "Write your name."


def test_two_fields_that_miss_the_same_are_told_apart_on_top():
    both = {Slot("video-agree"): "Please answer.", Slot("video-name"): "Please answer."}
    view = view_of("video-agree", faults=both)

    said = [words for _field, words in view.faults]
    assert len(set(said)) == 2
    assert all(words.endswith("Please answer.") for words in said)
    assert [block.fault for block in view.questions if block.fault] == ["Please answer."] * 2


def test_what_is_wrong_elsewhere_leads_to_the_top_of_the_page():
    view = view_of("medicines", faults={Slot("medicines"): "Add one at least."})

    assert view.faults == (("page-title", "Add one at least."),)


def test_a_page_with_one_question_is_headed_by_it():
    view = view_of("pressure")

    assert view.heads_itself
    assert view.title == "Has a doctor told you that you have high blood pressure?"
    assert view.eyebrow == "Part 1 of 6 · About you"
    assert view.questions[0].hint == "We ask for your safety."


def test_each_question_of_a_scale_stands_under_its_stem_and_says_which_it_is():
    view = view_of("w1")

    assert view.stems == ("How often have you been bothered by any of these?",)
    assert view.place == "Question 2 of 3"
    assert view.may_skip


def test_what_has_to_be_answered_cannot_be_skipped():
    assert not view_of("pressure").may_skip
    assert view_of("hope").may_skip


def test_a_scale_on_one_page_is_set_closer():
    view = view_of("p0")

    assert view.is_scale
    assert view.title == "How often was it so?"
    assert [block.words for block in view.questions] == ["1. Nervous", "2. Worrying", "3. Restless"]


def test_no_word_stands_twice_above_a_page():
    assert view_of("p0").eyebrow == "Part 3 of 6"


def test_under_the_last_box_for_words_stands_who_reads_them():
    told = view_of("hope", facts={"read-when": "Your clinic reads this until 5:00 pm today."})

    assert told.reads == "Your clinic reads this until 5:00 pm today."
    assert told.last_writing == NAME["hope"]
    assert view_of("hope").reads.startswith("Your team reads this")
    assert view_of("pressure").reads == ""
    assert view_of("born").last_writing == ""


def test_the_rows_of_a_list_are_told_in_a_few_words_and_can_be_changed_and_taken_away():
    values = {
        Slot("called", (0,)): ("Sertraline",),
        Slot("dose", (0,)): ("50 mg",),
    }
    sheet = Sheet(values, {Slot("medicines"): (0, 1)})
    overview = step_with("medicines", sheet)

    view = shown(
        FORM, state(sheet), overview, language="en", address=lambda step: f"/intake/x/{step.id}"
    )

    number = FORM.by_link_id["medicines"].index
    assert [(row.words, row.remove) for row in view.rows] == [
        ("Sertraline, 50 mg", f"q{number}-0"),
        ("Nothing written yet", f"q{number}-1"),
    ]
    assert view.rows[0].address.startswith("/intake/x/s")
    assert view.add == f"q{number}"


def test_words_to_read_keep_their_markup_but_nothing_that_runs():
    view = view_of("rested", facts={"fasting": "Nothing to eat after 8:00 am."})
    rested, fasting = (block for block in view.blocks if isinstance(block, Reading))

    assert view.title == "How the day goes"
    assert "<strong>rested</strong>" in rested.html
    assert "<script" not in rested.html
    assert fasting.fact == "Nothing to eat after 8:00 am."


def test_a_consent_is_agreed_to_in_words():
    view = view_of("video-agree")

    assert view.kind == "consent"
    agree, name = view.questions
    assert [choice.words for choice in agree.choices] == ["I agree", "I do not agree"]
    assert not name.is_optional


def test_a_stored_picture_is_shown_to_whom_it_may():
    file = File("0199", "image/jpeg", 1000, "card.jpg")

    asked = question("card", file, file_address=lambda key: f"/files/{key}")

    assert [(each.words, each.address) for each in asked.files] == [("card.jpg", "/files/0199")]
    assert question("card", file).files[0].address == ""
    assert view_of("card").has_file
    assert not view_of("name").has_file


def test_of_several_papers_each_is_kept_by_a_tick():
    papers = [File(key, "application/pdf", 1000, f"{key}.pdf") for key in ("a", "b")]

    asked = question("papers", *papers)

    assert [each.words for each in asked.files] == ["a.pdf", "b.pdf"]
    assert asked.takes_files
    assert not question("card").takes_files


def test_the_parts_say_where_one_is():
    states = [part.state for part in view_of("w0").parts]
    known = [part.state for part in view_of("w0", done={0, 3}).parts]

    assert states == ["done", "here", "later", "later", "later", "later"]
    assert known == ["done", "here", "later", "done", "later", "later"]


def test_parts_without_a_name_are_no_list():
    nameless = replace(journey.parts(FORM, state())[0], words=Words())
    step = step_with("pressure")

    assert question_places.parts([nameless] * 4, step, "en", None) == ()
    assert question_places.eyebrow([nameless] * 4, step, "en", "") == "Part 1 of 4"


def test_a_question_without_words_is_called_by_what_it_has():
    texts = Item(index=0, link_id="texts", type=ItemType.CHOICE)
    yes = Option("yes", Words("Send me reminders"))

    assert controls.words_of(replace(texts, options=(yes,)), "en") == "Send me reminders"
    assert controls.words_of(texts, "en") == "Your answer"


def test_what_is_hidden_has_no_page():
    assert step_with("secret") is None


def test_buttons_of_ours_speak_the_readers_language():
    with i18n.using("es"):
        asked = question("call")

    assert [choice.words for choice in asked.choices] == ["Sí", "No"]


def test_a_form_without_words_in_the_readers_language_says_which_it_has():
    step = step_with("pressure")

    assert shown(FORM, state(), step, language="es").lang == "en"
    assert shown(FORM, state(), step, language="en").lang == ""
