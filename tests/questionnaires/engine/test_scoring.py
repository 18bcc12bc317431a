"""Totals are told of whole scales only, and bands as they were published."""

from decimal import Decimal

import pytest

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.scales import BY_SLUG
from app.questionnaires.engine.scoring import band, score
from app.questionnaires.engine.values import Coding, Sheet, Slot
from tests.questionnaires.engine.forms import CORE, choice, form, group, item

LOINC = "http://loinc.org"
LA = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")


def bare(code):
    """A question with LOINC's codes and no weights: known by its answers."""
    options = [{"valueCoding": {"system": LOINC, "code": each}} for each in LA]
    return item(code, "choice", code=[{"system": LOINC, "code": code}], answerOption=options)


def answered(weights, questions):
    return Sheet(
        {
            Slot(link_id): (Coding(LA[weight], LOINC),)
            for link_id, weight in zip(questions, weights, strict=True)
        }
    )


@pytest.mark.parametrize(
    ("slug", "total", "words"),
    [
        *[("phq-9", total, "none or minimal") for total in (0, 4)],
        *[("phq-9", total, "mild") for total in (5, 9)],
        *[("phq-9", total, "moderate") for total in (10, 14)],
        *[("phq-9", total, "moderately severe") for total in (15, 19)],
        *[("phq-9", total, "severe") for total in (20, 27)],
        *[("gad-7", total, "minimal") for total in (0, 4)],
        *[("gad-7", total, "mild") for total in (5, 9)],
        *[("gad-7", total, "moderate") for total in (10, 14)],
        *[("gad-7", total, "severe") for total in (15, 21)],
        ("phq-2", 2, "below 3"),
        ("phq-2", 3, "3 or above: ask the whole PHQ-9"),
        ("pcl-5", 32, "below the cut-point of 33"),
        ("pcl-5", 33, "at or above the cut-point of 33"),
    ],
)
def test_bands_have_their_published_edges(slug, total, words):
    assert band(BY_SLUG[slug], Decimal(total)) == words


def test_the_cut_point_of_the_pcl_5_is_the_clinics():
    assert band(BY_SLUG["pcl-5"], Decimal(31), pcl_5_cut_point=31) == (
        "at or above the cut-point of 31"
    )


def test_a_scale_is_known_by_its_codes_in_whatever_form_it_stands():
    questions = BY_SLUG["gad-7"].items
    read_form = form(item("name", "string"), group("g", *map(bare, questions)))

    (result,) = score(read_form, evaluate(read_form, answered([2] * 7, questions)))

    assert (result.code, result.total, result.band) == ("gad-7", 14, "moderate")


def test_with_a_question_missing_from_the_form_it_is_not_that_scale():
    questions = BY_SLUG["gad-7"].items[:6]
    read_form = form(group("g", *map(bare, questions), code=[{"code": "69737-5"}]))
    state = evaluate(read_form, answered([3] * 6, questions))

    assert score(read_form, state) == ()
    assert state.scores["g"].total is None


def test_the_first_two_questions_of_a_phq_9_are_not_called_a_phq_2():
    questions = BY_SLUG["phq-9"].items
    read_form = form(*map(bare, questions))

    results = score(read_form, evaluate(read_form, answered([1] * 9, questions)))

    assert [result.code for result in results] == ["phq-9"]
    alone = form(*map(bare, questions[:2]))
    assert [each.code for each in score(alone, evaluate(alone, Sheet()))] == ["phq-2"]


def test_an_older_checklist_is_no_pcl_5():
    old = group(
        "g", *(choice(f"q{n}", "a", weights=(1,)) for n in range(17)), code=[{"code": "70221-7"}]
    )

    assert score(form(old), evaluate(form(old), Sheet())) == ()


def test_a_group_adds_up_what_is_asked_in_it():
    both = (choice("a", "no", "yes", weights=(0, 2.5)), choice("b", "no", "yes", weights=(0, 1)))
    read_form = form(group("g", *both, item("c")))
    yes = (Coding("yes", "urn:clinic"),)

    half = evaluate(read_form, Sheet({Slot("a"): yes})).scores["g"]
    whole = evaluate(read_form, Sheet({Slot("a"): yes, Slot("b"): yes})).scores["g"]

    assert (half.total, half.answered, half.of) == (None, 1, 2)
    assert (whole.total, whole.answered, whole.of) == (Decimal("3.5"), 2, 2)


def test_a_total_that_somebody_types_is_not_believed():
    questions = BY_SLUG["gad-7"].items
    total = item("t", "integer", code=[{"system": LOINC, "code": "70274-6"}])
    read_form = form(*map(bare, questions), total)
    filled = answered([1] * 7, questions)

    typed = evaluate(read_form, Sheet({**filled.values, Slot("t"): (21,)}))
    alone = evaluate(read_form, Sheet({Slot("t"): (21,)}))

    assert typed.values(Slot("t")) == (7,)
    assert alone.values(Slot("t")) == ()


def test_a_total_may_open_a_question():
    questions = BY_SLUG["gad-7"].items
    more = item("more", enableWhen=[{"question": "t", "operator": ">=", "answerInteger": 10}])
    read_form = form(*map(bare, questions), item("t", "integer", code=[{"code": "70274-6"}]), more)

    assert evaluate(read_form, answered([2] * 7, questions)).is_enabled(Slot("more"))
    assert not evaluate(read_form, answered([1] * 7, questions)).is_enabled(Slot("more"))


def test_a_total_that_hides_one_of_its_own_questions_comes_to_rest():
    one, other = (bare(code) for code in BY_SLUG["phq-2"].items)
    low = {"question": "t", "operator": "<", "answerInteger": 3}
    none = {"question": "t", "operator": "exists", "answerBoolean": False}
    total = item("t", "integer", code=[{"code": "55758-7"}])
    read_form = form(one, {**other, "enableWhen": [low, none], "enableBehavior": "any"}, total)

    few = evaluate(read_form, answered([1, 1], BY_SLUG["phq-2"].items))
    many = evaluate(read_form, answered([3, 3], BY_SLUG["phq-2"].items))

    assert few.values(Slot("t")) == (2,)
    assert many.values(Slot("t")) == ()
    for state in (few, many):
        again = evaluate(read_form, state.sheet)
        assert (again.sheet, again.enabled) == (state.sheet, state.enabled)


def test_weights_stand_on_options_on_codings_or_are_item_weights():
    for url in ("ordinalValue", "itemWeight"):
        carried = {"extension": [{"url": CORE + url, "valueDecimal": 4}]}
        on_option = {"valueCoding": {"code": "a"}, **carried}
        on_coding = {"valueCoding": {"code": "b", **carried}}
        read_form = form(item("q", "choice", answerOption=[on_option, on_coding]))

        assert [option.weight for option in read_form.by_link_id["q"].options] == [4, 4]
