"""What a patient's text means, over everything we could think of that they write."""

import pytest

from app.replies.meaning import Kind, understand
from tests.replies.phrasings import gathered
from tests.replies.share import lines

TWILIO_STOPS = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]


def test_nothing_is_done_that_was_not_meant():
    wronged = [
        (phrasing.body, understood.kinds)
        for phrasing in gathered()
        if phrasing.is_wronged(understood := understand(phrasing.body))
    ]
    assert wronged == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", [Kind.STOP, Kind.CRISIS])
def test_no_clear_stop_and_no_danger_is_missed(kind, language):
    meant = [p for p in gathered() if kind in p.kinds and p.language == language]
    missed = [phrasing.body for phrasing in meant if kind not in understand(phrasing.body)]
    assert len(meant) > 90
    assert missed == []


def test_nearly_all_that_is_clear_is_understood():
    clear = gathered("clear")
    understood = [
        phrasing for phrasing in clear if phrasing.is_understood(understand(phrasing.body))
    ]
    assert len(understood) >= 0.98 * len(clear)


def test_the_corpus_is_large_and_half_of_it_is_hard():
    everything = gathered()
    doubtful = [phrasing for phrasing in everything if Kind.UNCLEAR in phrasing.kinds]
    assert len({phrasing.body for phrasing in everything}) == len(everything) >= 2000
    assert len(doubtful) >= 800
    assert {phrasing.language for phrasing in doubtful} == {"en", "es"}


def test_the_share_understood_can_be_printed():
    assert lines()[-1].startswith("wrong    actions 0 of")


@pytest.mark.parametrize("word", TWILIO_STOPS)
@pytest.mark.parametrize("written", ["{}", " {}\n", "\t{} "])
def test_twilios_own_words_are_known_as_twilio_matches_them(word, written):
    for body in (written.format(word), written.format(word.lower()), written.format(word.title())):
        understood = understand(body)
        assert understood.kinds == (Kind.STOP,)
        assert understood.is_twilio_word


@pytest.mark.parametrize("body", ["STOP.", "stop!", "s t o p", "please stop", "\u200bSTOP", "ſtop"])
def test_what_twilio_does_not_know_is_ours_to_confirm(body):
    understood = understand(body)
    assert understood.kinds == (Kind.STOP,)
    assert not understood.is_twilio_word


def test_yes_means_texts_again_after_an_opt_out():
    assert understand("Yes").kinds == (Kind.OK,)
    assert understand("Yes", opted_out=True).kinds == (Kind.START,)
    assert understand("Yes", opted_out=True).is_twilio_word
    assert understand("Yes.", opted_out=True).kinds == (Kind.OK,)


@pytest.mark.parametrize("body", ["HELP", " info ", "Help"])
def test_twilio_answers_help(body):
    assert understand(body).kinds == (Kind.HELP,)
    assert understand(body).is_twilio_word


def test_danger_comes_before_the_end_of_texts():
    assert understand("Stop texting me. I want to die.").kinds == (Kind.CRISIS, Kind.STOP)


def test_a_call_comes_before_other_times():
    assert understand("not today, call me").kinds == (Kind.CALL, Kind.LATER)


def test_known_names_do_not_hide_what_is_meant():
    body = "Ok thanks Dr. Patel, see you tomorrow - Sam"
    assert understand(body).kind is Kind.UNCLEAR
    assert understand(body, names=("Sam", "Patel")).kind is Kind.OK


@pytest.mark.parametrize(
    "body",
    [
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message later.",
        "Estoy conduciendo. Te llamo luego.",
        "Auto-reply: out of the office until Monday, call me if urgent",
        "Respuesta automática: ok, más tarde",
        "Loved “Northside: a quiet minute if you want it. Tap LINK to say or write a few words”",
        "😂 to “Reply OK, or LATER if you need a new time.”",
    ],
)
def test_what_a_phone_wrote_is_known_and_means_nothing(body):
    understood = understand(body)
    assert understood.kinds == (Kind.UNCLEAR,)
    assert understood.is_automatic


@pytest.mark.parametrize(
    "body", ["I'm driving and I want to die", "Estoy manejando, quiero morirme"]
)
def test_danger_is_heard_in_what_looks_automatic(body):
    assert understand(body).kinds == (Kind.CRISIS,)
    assert not understand(body).is_automatic
