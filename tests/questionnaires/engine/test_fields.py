"""Posted strings become typed answers, and answers stand in their fields again."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaires.engine import fields, typed
from app.questionnaires.engine.faults import Code
from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Slot
from app.questionnaires.engine.written import written
from tests.questionnaires.engine.made import HL7, OURS, ask, form_of, group, option, posting

CALMLY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CHICAGO = ZoneInfo("America/Chicago")
SYSTEM = "https://northside.example/codes"


def read(item, language="en", zone=UTC, file_of=None, sign=None, **posted):
    form = form_of(item)
    return fields.read(
        form,
        Slot("a"),
        posting(**posted),
        language,
        zone=zone,
        file_of=file_of,
        sign=sign,
    )


def test_a_field_is_called_by_the_place_of_its_question_and_its_rows():
    inner = group("inner", ask("deep"), repeats=True)
    form = form_of(ask("first"), group("outer", inner, repeats=True))

    assert fields.name(form, Slot("first")) == "q0"
    assert fields.name(form, Slot("deep", (0, 12))) == "q3-0-12"
    assert fields.slot_of(form, "q3-0-12") == Slot("deep", (0, 12))


@pytest.mark.parametrize(
    "field",
    ["", "q", "q0-0", "q9", "q3", "q3-0", "q3-0-0-0", "q-1", "q3-0--1", "q00", "q²", "x0", "q0 "],
)
def test_a_field_that_the_form_does_not_have_stands_for_nothing(field):
    inner = group("inner", ask("deep"), repeats=True)
    form = form_of(ask("first"), group("outer", inner, repeats=True))

    assert fields.slot_of(form, field) is None


@CALMLY
@given(st.text(max_size=12))
def test_no_name_of_a_field_is_ever_too_odd(text):
    form = form_of(group("outer", ask("deep"), repeats=True))

    found = fields.slot_of(form, text)

    assert found is None or fields.name(form, found) == text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "  Maya \t Reyes ", "Maya Reyes"),
        ("text", "one\r\ntwo\x00", "one\ntwo"),
        ("text", "half a sign \ud83d.", "half a sign ."),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("integer", "12", 12),
        ("integer", "-3", -3),
        ("integer", "12.0", 12),
        ("decimal", "1.5", Decimal("1.5")),
        ("decimal", "1,5", Decimal("1.5")),
        ("decimal", "1,500", Decimal("1500")),
        ("decimal", ".5", Decimal(".5")),
        ("date", "2026-11-24", date(2026, 11, 24)),
        ("date", "11/24/2026", date(2026, 11, 24)),
        ("date", "2026-11", "2026-11"),
        ("date", "2026", "2026"),
        ("time", "14:30", time(14, 30)),
        ("time", "2:30 pm", time(14, 30)),
        ("time", "12:05 a.m.", time(0, 5)),
        ("dateTime", "2026-11-24T10:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("dateTime", "2026-11-24T10:00:00-06:00", datetime(2026, 11, 24, 16, tzinfo=UTC)),
        ("dateTime", "2026-11-24", "2026-11-24"),
        ("dateTime", "2026", "2026"),
        ("url", "www.example.org", "https://www.example.org"),
        ("url", "https://example.org/a", "https://example.org/a"),
        ("url", "example.org/a", "https://example.org/a"),
        ("url", "mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_what_is_typed_becomes_a_value_of_the_question_s_type(kind, text, value):
    values, fault = read(ask("a", kind), q0=text)

    assert (values, fault) == ((value,), None)
    assert type(values[0]) is type(value)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "1,500", "1500"),
        ("es", "1,500", "1.5"),
        ("es", "1.500", "1.5"),
        ("es", "1.500,25", "1500.25"),
        ("en", "1,500.25", "1500.25"),
        ("es", "1,500.25", "1500.25"),
        ("en", "1 500", "1500"),
        ("en", "−2", "-2"),
        ("en", "1,2,3", None),
        ("en", "1e5", None),
        ("en", "12 kg", None),
        ("en", "NaN", None),
        ("en", "Infinity", None),
        ("en", "٣", None),
        ("en", "9" * 31, None),
        ("en", "", None),
    ],
)
def test_a_number_has_a_comma_or_a_point(language, text, value):
    assert typed.number(text, language) == (None if value is None else Decimal(value))


def test_days_are_said_in_the_order_of_the_language():
    assert typed.day("3/4/2026", "en") == date(2026, 3, 4)
    assert typed.day("3/4/2026", "es") == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("integer", "two", Code.NUMBER),
        ("integer", "1.5", Code.WHOLE_NUMBER),
        ("integer", "3000000000", Code.TOO_LARGE),
        ("integer", "-3000000000", Code.TOO_SMALL),
        ("decimal", "1.2.3", Code.NUMBER),
        ("date", "2026-02-30", Code.DATE),
        ("date", "yesterday", Code.DATE),
        ("date", "0000", Code.DATE),
        ("time", "25:00", Code.TIME),
        ("time", "13:00 pm", Code.TIME),
        ("dateTime", "2026-11-24T", Code.MOMENT),
        ("dateTime", "2026-11T10:00", Code.MOMENT),
        ("dateTime", "0001-01-01T00:00", Code.MOMENT),
        ("dateTime", "9999-12-31T23:59", Code.MOMENT),
        ("dateTime", "2026-11-24T10:00+99:99", Code.MOMENT),
        ("boolean", "maybe", Code.OPTION),
        ("text", "x" * 20_001, Code.TOO_LONG),
        ("attachment", "of-somebody-else", Code.FILE),
    ],
)
def test_what_cannot_be_read_is_a_fault_at_its_place(kind, text, code):
    _values, fault = read(ask("a", kind), q0=text)

    assert (fault.slot, fault.code) == (Slot("a"), code)


def test_nothing_typed_is_no_answer_and_no_fault():
    for kind in ("string", "integer", "date", "choice", "quantity", "boolean", "attachment"):
        item = ask("a", kind, answerOption=[option("yes")]) if kind == "choice" else ask("a", kind)
        assert read(item, q0="  ") == ((), None)
        assert read(item) == ((), None)


def test_several_fields_of_one_name_are_several_answers():
    values, fault = read(ask("a", "integer", repeats=True), q0=["1", "", "3", "3"])

    assert (values, fault) == ((1, 3, 3), None)


def test_one_that_cannot_be_read_among_several_keeps_the_others():
    values, fault = read(ask("a", "integer", repeats=True), q0=["1", "two", "3"])

    assert values == (1, 3)
    assert fault.code is Code.NUMBER


def test_a_question_that_takes_one_answer_says_so_when_there_are_two():
    _values, fault = read(ask("a", "string"), q0=["one", "two"])

    assert fault.code is Code.ONE_ONLY


def test_a_check_box_after_its_hidden_no_means_yes():
    assert read(ask("a", "boolean"), q0=["false", "true"]) == ((True,), None)


def test_options_are_chosen_by_their_place():
    item = ask("a", "choice", repeats=True, answerOption=[option("one"), option("two")])

    values, fault = read(item, q0=["o1", "o0", "o1"])

    assert values == (Coding("two", SYSTEM), Coding("one", SYSTEM))
    assert fault is None


@pytest.mark.parametrize("token", ["o2", "two", "-1", "other", "o", "o99999999999999999999"])
def test_an_option_that_is_not_there_cannot_be_chosen(token):
    item = ask("a", "choice", answerOption=[option("one"), option("two")])

    values, fault = read(item, q0=token)

    assert values == ()
    assert fault.code is Code.OPTION


def test_words_of_their_own_stand_beside_the_options():
    item = ask("a", "open-choice", repeats=True, answerOption=[option("one")])

    assert read(item, q0=["o0", "other"], q0_other=" my own ")[0] == (
        Coding("one", SYSTEM),
        "my own",
    )
    assert read(item, q0_other="my own")[0] == ("my own",), "typed, but the box not checked"
    assert read(item, q0="o0", q0_other="left over")[0] == (Coding("one", SYSTEM),)
    assert read(item, q0="other", q0_other=" ")[1].code is Code.OTHER_WORDS


def test_a_choice_whose_options_could_not_be_found_is_a_field_for_words():
    form = form_of(ask("a", "choice", answerValueSet="https://elsewhere.example/words"))

    values, fault = fields.read(form, Slot("a"), posting(q0=" my own "), "en")

    assert (values, fault) == (("my own",), None)
    assert written(form.by_link_id["a"], values).texts == ("my own",)


def test_an_amount_comes_with_its_unit():
    unit = {"url": HL7 + "questionnaire-unit", "valueCoding": {"code": "kg", "display": "kg"}}
    one = ask("a", "quantity", unit)
    several = ask(
        "a",
        "quantity",
        *(
            {"url": HL7 + "questionnaire-unitOption", "valueCoding": {"system": "u", "code": code}}
            for code in ("kg", "lb")
        ),
    )

    assert read(one, q0="70,5", q0_unit="")[0][0].value == Decimal("70.5")
    assert read(several, q0="154", q0_unit="o1")[0][0].code == "lb"
    assert read(several, q0="154")[1].code is Code.UNIT
    assert read(several, q0="heavy", q0_unit="o1")[1].code is Code.NUMBER
    assert read(several, q0="", q0_unit="o1") == ((), None)


def test_a_file_is_told_by_its_id_and_a_name_is_signed():
    card = File("7f", "image/jpeg", 900)
    signature = {"url": OURS + "signature", "valueBoolean": True}

    stored = read(ask("a", "attachment"), file_of={"7f": card}.get, q0="7f")
    signed = read(
        ask("a", "string", signature),
        sign=lambda name: Signature(name, "2026-11-24T10:00:00-06:00", "abc"),
        q0=" Maya  Reyes",
    )

    assert stored == ((card,), None)
    assert signed == ((Signature("Maya Reyes", "2026-11-24T10:00:00-06:00", "abc"),), None)


def test_a_moment_is_on_the_clock_of_the_patient():
    (value,), _ = read(ask("a", "dateTime"), zone=CHICAGO, q0="2026-11-24T10:00")

    assert value == datetime(2026, 11, 24, 16, tzinfo=UTC)
    item = form_of(ask("a", "dateTime")).by_link_id["a"]
    assert written(item, (value,), zone=CHICAGO).texts == ("2026-11-24T10:00",)


_ITEMS = {
    "string": (ask("a", "string"), st.from_regex(r"[A-Za-z]+( [a-z]+)?", fullmatch=True)),
    "text": (ask("a", "text"), st.from_regex(r"[a-z]+(\n[a-z]+)?", fullmatch=True)),
    "boolean": (ask("a", "boolean"), st.booleans()),
    "integer": (ask("a", "integer"), st.integers(-(2**31), 2**31 - 1)),
    "decimal": (ask("a", "decimal"), st.decimals(-(10**9), 10**9, places=3, allow_nan=False)),
    "date": (ask("a", "date"), st.dates()),
    "time": (ask("a", "time"), st.times().map(lambda each: each.replace(microsecond=0))),
    "dateTime": (
        ask("a", "dateTime"),
        st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC)).map(
            lambda each: each.replace(microsecond=0)
        ),
    ),
    "choice": (
        ask("a", "choice", answerOption=[option("one"), option("two")]),
        st.sampled_from([Coding("one", SYSTEM), Coding("two", SYSTEM)]),
    ),
    "open-choice": (
        ask("a", "open-choice", answerOption=[option("one")]),
        st.sampled_from([Coding("one", SYSTEM), "mine"]),
    ),
    "quantity": (
        ask("a", "quantity"),
        st.decimals(0, 999, places=2, allow_nan=False).map(lambda each: Quantity(each)),
    ),
}


@pytest.mark.parametrize("kind", _ITEMS)
@CALMLY
@given(data=st.data())
def test_what_stands_in_a_field_is_read_as_what_was_written(kind, data):
    made, values = _ITEMS[kind]
    form = form_of(made)
    value = data.draw(values)

    stands = written(form.by_link_id["a"], (value,))
    posted = posting(q0=list(stands.texts), q0_other=stands.other, q0_unit=list(stands.units))

    assert fields.read(form, Slot("a"), posted, "en") == ((value,), None)


@pytest.mark.parametrize("kind", [*_ITEMS, "url", "attachment"])
@CALMLY
@given(texts=st.lists(st.text(max_size=30), max_size=3), other=st.text(max_size=10))
def test_whatever_is_posted_is_read_without_a_crash(kind, texts, other):
    made = _ITEMS[kind][0] if kind in _ITEMS else ask("a", kind)
    form = form_of(made)

    for language in ("en", "es"):
        posted = posting(q0=texts, q0_other=other, q0_unit=texts)
        values, fault = fields.read(form, Slot("a"), posted, language)
        assert isinstance(values, tuple)
        assert fault is None or fault.slot == Slot("a")
