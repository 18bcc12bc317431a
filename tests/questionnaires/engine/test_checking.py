"""All that is wrong with a page is told at once, and nobody is held to what they cannot see."""

from decimal import Decimal

import pytest

from app.questionnaires.engine import extensions
from app.questionnaires.engine.checking import check
from app.questionnaires.engine.expressing import Outcome, Trouble
from app.questionnaires.engine.faults import Code
from app.questionnaires.engine.limiting import is_address
from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Slot
from tests.questionnaires.engine.made import (
    HL7,
    OURS,
    ask,
    form_of,
    group,
    item_control,
    option,
    slot,
    state_of,
    when,
)

SYSTEM = "https://northside.example/codes"


def faults(form, values=(), groups=(), slots=None, **rest):
    """The codes of the faults by place."""
    state = state_of(form, values, groups)
    found = check(form, state, slots, **rest)
    return {fault.slot.link_id: fault.code for fault in found}


def limit(name, **value):
    return {"url": HL7 + name, **value}


class Patterns:
    """A pattern is a word here: what fits is that word. "slow" cannot be told."""

    def fit(self, pairs):
        return tuple(None if pattern == "slow" else pattern == text for pattern, text in pairs)


class Expressions:
    """Answers each path with what it was told to."""

    def __init__(self, **outcomes):
        self.outcomes = outcomes

    def work_out(self, form, sheet, asks):
        return tuple(self.outcomes[each.expression.path] for each in asks)


def test_a_required_question_wants_an_answer_and_others_do_not():
    form = form_of(
        ask("name", required=True),
        ask("yes", "boolean", required=True),
        ask("one", "choice", required=True, answerOption=[option("x")]),
        ask("card", "attachment", required=True),
        ask("free"),
    )

    assert faults(form) == {
        "name": Code.REQUIRED,
        "yes": Code.REQUIRED_CHOICE,
        "one": Code.REQUIRED_CHOICE,
        "card": Code.REQUIRED_FILE,
    }
    assert faults(form, {"yes": False})["name"] is Code.REQUIRED
    assert "yes" not in faults(form, {"yes": False}), "No is an answer"


def test_nobody_is_held_to_what_they_cannot_see_or_change():
    form = form_of(
        ask("gate", "boolean"),
        ask("shut", required=True, **when("gate", True)),
        ask("fixed", required=True, readOnly=True),
        ask("hidden", "string", limit("questionnaire-hidden", valueBoolean=True), required=True),
        {
            **group("hidden-group", ask("inside", required=True)),
            "extension": [limit("questionnaire-hidden", valueBoolean=True)],
        },
    )

    assert faults(form, {"gate": False}) == {}
    assert faults(form, {"gate": True}) == {"shut": Code.REQUIRED}


def test_only_the_asked_page_is_looked_at():
    form = form_of(ask("a", required=True), ask("b", required=True))

    assert faults(form, slots=[Slot("b")]) == {"b": Code.REQUIRED}


@pytest.mark.parametrize(
    ("kind", "extension", "value", "code"),
    [
        ("integer", limit("minValue", valueInteger=2), 1, Code.TOO_SMALL),
        ("integer", limit("minValue", valueInteger=2), 2, None),
        ("integer", limit("maxValue", valueInteger=5), 6, Code.TOO_LARGE),
        ("decimal", limit("maxValue", valueDecimal=5.5), 5, None),
        ("date", limit("minValue", valueDate="2026-01-01"), "2025-12-31", Code.TOO_EARLY),
        ("date", limit("maxValue", valueDate="2026-01-01"), "2026-01-01", None),
        ("date", limit("maxValue", valueDate="2026-01-01"), "2027", Code.TOO_LATE),
        ("date", limit("maxValue", valueDate="2026-01-01"), "2026", None),
        ("string", limit("minLength", valueInteger=3), "ab", Code.TOO_SHORT),
        ("string", limit("minLength", valueInteger=3), "abc", None),
        ("string", limit("maxValue", valueInteger=3), "9", None),
        ("url", limit("minLength", valueInteger=3), "not one", Code.URL),
    ],
)
def test_limits_of_one_answer(kind, extension, value, code):
    form = form_of(ask("a", kind, extension))

    assert faults(form, {"a": value}) == ({"a": code} if code else {})


def test_length_places_and_counts():
    form = form_of(
        ask("short", maxLength=3),
        ask("money", "decimal", limit("maxDecimalPlaces", valueInteger=2)),
        ask(
            "few",
            "string",
            limit("questionnaire-minOccurs", valueInteger=2),
            limit("questionnaire-maxOccurs", valueInteger=3),
            repeats=True,
        ),
    )

    assert faults(form, {"short": "abcd", "money": Decimal("1.234"), "few": ("a",)}) == {
        "short": Code.TOO_LONG,
        "money": Code.DECIMALS,
        "few": Code.TOO_FEW,
    }
    assert faults(form, {"short": "abc", "money": Decimal("1.20"), "few": ("a", "b")}) == {}
    assert faults(form, {"few": ("a", "b", "c", "d")}) == {"few": Code.TOO_MANY}
    assert faults(form) == {}, "left empty, since it is not required"


def test_an_amount_is_held_to_the_limit_of_its_unit():
    most = limit("maxValue", valueQuantity={"value": 200, "unit": "kg", "code": "kg"})
    form = form_of(ask("a", "quantity", most))

    assert faults(form, {"a": Quantity(Decimal(201), "kg", "", "kg")}) == {"a": Code.TOO_LARGE}
    assert faults(form, {"a": Quantity(Decimal(300), "lb", "", "lb")}) == {}


def test_none_of_these_stands_alone():
    alone = limit("questionnaire-optionExclusive", valueBoolean=True)
    form = form_of(
        ask("a", "choice", repeats=True, answerOption=[option("x"), option("none", alone)])
    )
    x, none = Coding("x", SYSTEM), Coding("none", SYSTEM)

    assert faults(form, {"a": (x, none)}) == {"a": Code.EXCLUSIVE}
    assert faults(form, {"a": (none,)}) == {}


def test_a_file_has_a_size_and_a_kind():
    form = form_of(
        ask(
            "card",
            "attachment",
            limit("maxSize", valueDecimal=0.001),
            limit("mimeType", valueCode="image/jpeg"),
        )
    )

    assert faults(form, {"card": File("1", "image/jpeg", 1001)}) == {"card": Code.FILE_SIZE}
    assert faults(form, {"card": File("1", "application/pdf", 9)}) == {"card": Code.FILE_TYPE}
    assert faults(form, {"card": File("1", "image/jpeg", 9)}) == {}


def test_a_pattern_has_to_fit_and_one_that_cannot_be_told_is_not_held_against_anybody():
    form = form_of(
        ask("a", "string", limit("regex", valueString="fits")),
        ask("b", "string", limit("regex", valueString="slow")),
    )

    assert faults(form, {"a": "no", "b": "no"}, patterns=Patterns()) == {"a": Code.PATTERN}
    assert faults(form, {"a": "fits", "b": "no"}, patterns=Patterns()) == {}
    assert faults(form, {"a": "no"}) == {}


def test_a_phone_number_that_does_not_fit_is_told_as_one():
    keyboard = {"url": extensions.KEYBOARD, "valueCoding": {"code": "phone"}}
    form = form_of(ask("a", "string", keyboard, limit("regex", valueString="fits")))

    assert faults(form, {"a": "no"}, patterns=Patterns()) == {"a": Code.PHONE}


def constraint(path, human="Check this.", severity="error"):
    parts = [
        {"url": "key", "valueId": "c-1"},
        {"url": "severity", "valueCode": severity},
        {"url": "expression", "valueString": path},
        {"url": "human", "valueString": human},
    ]
    return {"url": HL7 + "questionnaire-constraint", "extension": parts}


def test_a_broken_constraint_is_told_in_the_form_s_own_words():
    form = form_of(ask("a", "string", constraint("no", "The two must match.")))

    found = check(
        form, state_of(form, {"a": "x"}), expressions=Expressions(no=Outcome(is_true=False))
    )

    assert [(each.slot.link_id, each.code, each.words.plain) for each in found] == [
        ("a", Code.CONSTRAINT, "The two must match.")
    ]


@pytest.mark.parametrize(
    "outcome", [Outcome(is_true=True), Outcome(is_true=False, trouble=Trouble.SLOW)]
)
def test_a_constraint_that_holds_or_cannot_be_told_is_no_fault(outcome):
    form = form_of(ask("a", "string", constraint("path")))

    assert faults(form, {"a": "x"}, expressions=Expressions(path=outcome)) == {}


def test_a_constraint_that_only_warns_keeps_nobody_back():
    form = form_of(ask("a", "string", constraint("path", severity="warning")))

    assert faults(form, {"a": "x"}, expressions=Expressions()) == {}


def test_a_constraint_of_the_form_leads_to_the_question_it_speaks_of():
    path = "%resource.item.where(linkId = 'a').exists()"
    form = form_of(ask("a"), ask("b"), extension=[constraint(path)])
    broken = Expressions(**{path: Outcome(is_true=False)})

    assert faults(form, {"b": "x"}, expressions=broken) == {"a": Code.CONSTRAINT}
    assert faults(form, {"b": "x"}, slots=[Slot("b")], expressions=broken) == {}


class Held:
    """Notes where constraints are held; those that the test names are broken."""

    def __init__(self, *broken):
        self.broken, self.places = broken, []

    def work_out(self, form, sheet, asks):
        self.places += [each.slot for each in asks]
        return tuple(Outcome(is_true=each.slot not in self.broken) for each in asks)


def test_a_constraint_of_a_group_is_held_with_its_page_and_in_each_row():
    rule = {"extension": [constraint("path")]}
    form = form_of(
        {**group("pair", ask("a"), ask("b")), **rule},
        {**group("rows", ask("c"), repeats=True), **rule},
    )
    state = state_of(form, groups={"rows": (0, 5)})

    def found(held, slots=None):
        return [each.slot for each in check(form, state, slots, expressions=held)]

    whole, page, part = Held(Slot("rows", (5,))), Held(Slot("pair")), Held()
    assert found(whole) == [slot(("c", 5))]
    assert whole.places == [Slot("pair"), Slot("rows", (0,)), Slot("rows", (5,))]
    assert found(page, [Slot("a"), Slot("b")]) == [Slot("b")]
    assert found(part, [Slot("a")]) == []
    assert part.places == [], "half of a group says nothing of the whole"
    row = Held(Slot("rows", (5,)))
    assert found(row, [slot(("c", 5))]) == [slot(("c", 5))]
    assert row.places == [Slot("rows", (5,))]


def test_a_required_group_is_asked_for_on_the_page_that_holds_it():
    form = form_of(group("some", ask("a"), ask("b"), required=True))

    assert faults(form, slots=[Slot("a"), Slot("b")]) == {"a": Code.REQUIRED_ROW}
    assert faults(form, slots=[Slot("a")]) == {}


def test_a_required_group_wants_one_answer_and_rows_have_their_number():
    form = form_of(
        group("some", ask("a"), ask("b"), required=True),
        {
            **group("rows", ask("medicine"), repeats=True, required=True),
            "extension": [
                limit("questionnaire-minOccurs", valueInteger=2),
                limit("questionnaire-maxOccurs", valueInteger=3),
            ],
        },
    )

    assert faults(form) == {"a": Code.REQUIRED_ROW, "medicine": Code.REQUIRED_ROW}
    one = {"b": "x", ("medicine", 0): "x"}
    assert faults(form, one, {"rows": (0, 1)}) == {"rows": Code.TOO_FEW}
    full = {("medicine", 0): "x", ("medicine", 1): "y"}
    assert faults(form, {"b": "x", **full}, {"rows": (0, 1)}) == {}
    assert faults(form, {"b": "x", **full}, {"rows": (0, 1, 2, 3)}) == {"rows": Code.TOO_MANY}


def test_faults_come_in_the_order_of_the_form_row_by_row():
    form = form_of(group("rows", ask("a", required=True), ask("b", required=True), repeats=True))

    found = check(form, state_of(form, groups={"rows": (0, 4)}))

    assert [each.slot for each in found] == [
        slot(("a", 0)),
        slot(("b", 0)),
        slot(("a", 4)),
        slot(("b", 4)),
    ]


def consent(agreement, **rest):
    signature = {"url": OURS + "signature", "valueBoolean": True}
    made = group("consent", agreement, ask("name", "string", signature, **rest))
    return {**made, "extension": [{"url": OURS + "consent", "valueCode": "treatment"}]}


YES, NO = Coding("agree", SYSTEM), Coding("decline", SYSTEM)


@pytest.mark.parametrize(
    ("agreement", "answer", "is_needed"),
    [
        (ask("agreed", "boolean"), True, True),
        (ask("agreed", "boolean"), False, False),
        (ask("agreed", "choice", answerOption=[option("decline"), option("agree")]), YES, True),
        (ask("agreed", "choice", answerOption=[option("decline"), option("agree")]), NO, False),
        (ask("agreed", "choice", answerOption=[option("first"), option("second")]), "first", True),
    ],
)
@pytest.mark.parametrize("is_required", [True, False])
def test_a_consent_needs_a_name_under_it_only_once_it_is_agreed_to(
    agreement, answer, is_needed, is_required
):
    form = form_of(consent(agreement, required=is_required))
    answer = Coding(answer, SYSTEM) if answer == "first" else answer

    assert faults(form, {"agreed": answer}) == ({"name": Code.SIGNATURE} if is_needed else {})
    assert faults(form, {"agreed": answer, "name": Signature("Maya Reyes")}) == {}


def test_a_box_that_must_be_checked_says_so():
    form = form_of(ask("agreed", "boolean", item_control("check-box"), required=True))

    assert faults(form) == {"agreed": Code.REQUIRED_TICK}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://example.org", True),
        ("http://localhost:80/a", True),
        ("mailto:maya@example.org", True),
        ("urn:uuid:1", True),
        ("https://", False),
        ("https://nodot", False),
        ("example.org", False),
        ("https://a b.org", False),
        ("javascript:alert(1)", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_the_shape_of_an_address(text, is_one):
    assert is_address(text) is is_one
