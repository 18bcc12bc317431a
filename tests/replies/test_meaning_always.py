"""What holds of every text, however it is written."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replies.meaning import Kind, understand
from tests.replies.phrasings import gathered

PHRASINGS = gathered()
BODIES = [phrasing.body for phrasing in PHRASINGS]
TYPED = [body for body in BODIES if not set(body) & set('“”"\n>')]
ACTS = [
    p.body for p in PHRASINGS if p.kinds <= {Kind.OK, Kind.LATER, Kind.CALL} and p.body in TYPED
]
WORDS = sorted({word for body in BODIES for word in body.split()})

written = st.one_of(
    st.text(max_size=1600),
    st.lists(st.sampled_from(WORDS), max_size=300).map(" ".join),
)


def without_accents(body):
    return "".join(s for s in unicodedata.normalize("NFD", body) if unicodedata.category(s) != "Mn")


@given(written, st.booleans())
def test_any_text_means_something(body, opted_out):
    understood = understand(body, opted_out=opted_out)
    assert understood.kind in Kind
    assert Kind.UNCLEAR not in understood.kinds[1:]


@given(st.sampled_from(BODIES), st.sampled_from([str.upper, str.lower, str.swapcase, str.title]))
def test_case_changes_nothing(body, cased):
    assert understand(cased(body)).kinds == understand(body).kinds


@given(st.sampled_from(BODIES), st.sampled_from(["", " ", "\n", "\t ", "\xa0", "\u2003\r\n"]))
def test_space_around_and_between_changes_nothing(body, space):
    assert understand(space + body.replace(" ", "  ") + space).kinds == understand(body).kinds


@given(
    st.sampled_from(TYPED), st.sampled_from([".", "!", "!!!", "...", "…", " .", "\u200b", " 😊"])
)
def test_what_ends_a_sentence_changes_nothing(body, end):
    assert understand(body + end).kinds == understand(body).kinds


@given(st.sampled_from(BODIES))
def test_accents_change_nothing(body):
    assert understand(without_accents(body)).kinds == understand(body).kinds


@given(st.sampled_from(TYPED))
def test_curly_and_invisible_signs_change_nothing(body):
    curly = body.replace("'", "’").replace(" ", " \u2060")
    assert understand(curly).kinds == understand(body).kinds


@given(st.sampled_from(ACTS), st.sampled_from(["xylograph", "zorro verde"]), st.booleans())
def test_a_word_nobody_knows_makes_it_a_persons(body, unknown, comes_first):
    told = f"{unknown} {body}" if comes_first else f"{body} {unknown}"
    assert understand(told).kinds == (Kind.UNCLEAR,)


@given(st.sampled_from(BODIES), st.sampled_from(["I want to kill myself", "me quiero matar"]))
def test_danger_is_heard_beside_anything(body, danger):
    if body[:1] not in "LRDQE👍👎😂" or "“" not in body:  # a reaction is followed by nothing
        assert understand(f"{body}. {danger}").kind is Kind.CRISIS
    assert understand(f"{danger}. {body}").kind is Kind.CRISIS


@pytest.mark.parametrize(
    "piece",
    [
        "can we ",
        "a ",
        "no quiero ",
        "(",
        "s t o p ",
        '"liked "',
        "ﷺ",
        "\n",
        "“",
        " - ",
        "👍",
        "took all ",
    ],
)
def test_hostile_texts_take_no_longer_than_their_length(piece):
    body = (piece * 1600)[:1600]
    started = time.process_time()
    understand(body)
    assert time.process_time() - started < 1  # seconds; a quadratic rule would take many
