"""A form's patterns: answers are held to them, and none holds anybody up."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaires import patterns
from app.questionnaires.killable import Killable
from app.questionnaires.patterns import FormPatterns, is_hostile, is_readable

CALMLY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
HOSTILE = r"(a+)+$"


@pytest.fixture(scope="module")
def killable():
    child = Killable()
    yield child
    child.close()


@pytest.fixture
def calm(killable):
    return FormPatterns(killable, limit=30.0)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"[0-9]{5}", "60601", True),
        (r"^[0-9]{5}$", "60601", True),
        (r"[0-9]{5}", "606011", False),
        (r"[0-9]{5}", "60601\n", False),
        (EMAIL, "maya@example.org", True),
        (EMAIL, "maya", False),
        (r"\p{L}+", "maya", None),
        ("[", "maya", None),
        ("a" * 1001, "maya", None),
    ],
)
def test_a_pattern_has_to_fit_the_whole_answer(calm, pattern, text, fits):
    assert calm.fit([(pattern, text)]) == (fits,)


def test_a_hostile_pattern_is_stopped_and_the_others_are_tried():
    killable = Killable()
    forms_patterns = FormPatterns(killable, limit=0.5)
    pairs = [(r"\d+", "12"), (r"(b+)+$", "b" * 40 + "!"), (r"\d+", "x")]

    try:
        first, again = forms_patterns.fit(pairs), forms_patterns.fit(pairs)
    finally:
        killable.close()

    assert first == again == (True, None, False)
    assert killable.started == 2, "ended once, and not tried again"


@pytest.mark.parametrize(
    "pattern",
    [
        HOSTILE,
        r"(a|a)*b",
        r"(a|aa)+$",
        r"(.*)*x",
        r"\s*\s*\s*\s*x",
        r"([a-zA-Z]+)*\d",
        r"(\w+\s?)*$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(x+x+)+y",
        r"^(\d+)*$",
        r"(?=(a+)+$)b",
        r"(é+)+$",
        r"(a{1,50}){1,50}b",
        r"^abc(d+)+$",
        "[",
    ],
)
def test_a_pattern_that_can_be_held_up_is_known_for_it(killable, pattern):
    assert is_hostile(pattern, killable=killable)


@pytest.mark.parametrize("pattern", [r"^[0-9]{5}$", r"\d{3}-\d{4}", r"[A-Z]{2}\d*", r"\S+@\S+", ""])
def test_an_ordinary_pattern_is_not(killable, pattern, monkeypatch):
    monkeypatch.setattr(patterns, "PROBE", 10.0)

    assert not is_hostile(pattern, killable=killable)


def test_the_pattern_of_an_address_in_use_is_not(killable, monkeypatch):
    monkeypatch.setattr(patterns, "PROBE", 10.0)

    assert not is_hostile(EMAIL, killable=killable)


@CALMLY
@given(st.text(alphabet="ab01().*+?|[]{}^$\\dw,:=!<>P", max_size=12))
def test_any_pattern_at_all_can_be_looked_at(pattern):
    if is_readable(pattern):
        texts = list(patterns._hard_texts(pattern))
        assert texts
        assert max(map(len, texts)) < 4_000
