"""What a patient's text means: OK, LATER, CALL, STOP … or that a person has to read it.

Precision before reach. A text means something only when every word of it is understood; one word
too many and it goes to a person. Two exceptions: danger is heard anywhere, and a clear "stop
texting me" counts beside a sentence that is not understood.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from app.replies import beside_en, beside_es, from_phones, phrases_en, phrases_es
from app.replies.phrase_book import NOT_UNDERSTOOD, PhraseBook
from app.safety.plain_words import OTHER_SIGN, PAUSE, QUESTION, YES_SIGN, plain_words
from app.safety.words import tell_of_danger


class Kind(StrEnum):
    """In order of right: what comes first is acted on first."""

    CRISIS = "crisis"
    STOP = "stop"
    START = "start"
    HELP = "help"
    CALL = "call"
    LATER = "later"
    OK = "ok"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Understood:
    """What a text means.

    Several kinds only where both are meant: CRISIS with STOP, STOP with CALL or LATER, CALL with
    LATER. A Twilio word is one that Twilio itself acts on and confirms. An automatic text was
    written by a phone and is never answered.
    """

    kinds: tuple[Kind, ...]
    is_twilio_word: bool = False
    is_automatic: bool = False

    @property
    def kind(self) -> Kind:
        """The one that comes first."""
        return self.kinds[0]

    def __contains__(self, kind: Kind) -> bool:
        return kind in self.kinds


TWILIO_STOP = frozenset(
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
TWILIO_START = frozenset(["START", "YES", "UNSTOP"])
TWILIO_HELP = frozenset(["HELP", "INFO"])

_MARKS = {mark: mark for mark in (PAUSE, QUESTION, YES_SIGN, OTHER_SIGN)}
_ACTS = frozenset({Kind.STOP, Kind.CALL, Kind.LATER})
_BESIDE_ACTS = frozenset({Kind.OK, "reason", QUESTION, YES_SIGN, OTHER_SIGN})
_WHOLE: dict[Kind, set[str]] = {  # what may stand beside them
    Kind.START: {YES_SIGN},
    Kind.HELP: {QUESTION},
    Kind.OK: {YES_SIGN},
}
_WORDS = {"call word": Kind.CALL, "later word": Kind.LATER}
_BESIDE_WORDS = frozenset({PAUSE, "courtesy", QUESTION, YES_SIGN, OTHER_SIGN})
_BESIDE_STOP = frozenset({"courtesy", Kind.STOP, Kind.OK, QUESTION, OTHER_SIGN})
_UNCLEAR = frozenset({Kind.UNCLEAR})


def understand(body: str, *, opted_out: bool = False, names: tuple[str, ...] = ()) -> Understood:
    """Understand a text. Never raises.

    `opted_out`: YES then means "text me again". `names`: those of the patient and of the clinic's
    people, so that a greeting or a signature does not hide the meaning.
    """
    word = body.strip().upper() if body.isascii() else ""
    if word in TWILIO_STOP:
        return Understood((Kind.STOP,), is_twilio_word=True)
    if word in TWILIO_HELP:
        return Understood((Kind.HELP,), is_twilio_word=True)
    if word in TWILIO_START:
        joins = opted_out or word != "YES"
        return Understood((Kind.START if joins else Kind.OK,), is_twilio_word=True)

    agrees = from_phones.agrees(body)
    if agrees is not None:
        return Understood((Kind.OK if agrees else Kind.UNCLEAR,), is_automatic=not agrees)
    kinds = _kinds(plain_words(from_phones.own_words(body)), names)
    if tell_of_danger(body):
        return Understood((Kind.CRISIS, *(kinds & {Kind.STOP})))
    if from_phones.is_automatic(body) and Kind.STOP not in kinds:
        return Understood((Kind.UNCLEAR,), is_automatic=True)
    return Understood(tuple(sorted(kinds, key=list(Kind).index)))


def _kinds(words: list[str], names: tuple[str, ...]) -> frozenset[Kind]:
    """Everything the words say, when every word is understood; else what is clear even so."""
    known = dict.fromkeys(plain_words(" ".join(names)), "courtesy") | _MARKS
    senses = _weighed(_book().read(words, known))
    said = set(senses) - {"courtesy", PAUSE}
    if said & {NOT_UNDERSTOOD, "doubt"}:
        return frozenset({Kind.STOP}) if _has_clear_stop(senses) else _UNCLEAR
    if said & {"stop alone", "stop word"}:
        return frozenset({Kind.STOP}) if _is_bare_stop(senses) else _UNCLEAR
    if acts := frozenset(Kind(sense) for sense in said & _ACTS):
        return acts if said <= _ACTS | _BESIDE_ACTS else _UNCLEAR
    for kind, beside in _WHOLE.items():
        if kind in said and said <= {kind, *beside}:
            return frozenset({kind})
    return frozenset({Kind.OK}) if said == {YES_SIGN} else _UNCLEAR


def _is_bare_stop(senses: list[str]) -> bool:
    """Whether nothing is said but a word like STOP; courtesies may stand beside some of those."""
    said = set(senses) - {PAUSE}
    return said == {"stop alone"} or said <= {"stop word", *_BESIDE_STOP}


def _weighed(senses: list[str]) -> list[str]:
    """Single words count only where nothing but courtesies touch them: not in "good call"."""
    weighed, around = [], [PAUSE, *senses, PAUSE]
    for sense, before, after in zip(senses, around, around[2:], strict=False):
        is_doubtful = sense in _WORDS and not {before, after} <= _BESIDE_WORDS
        weighed.append("doubt" if is_doubtful else _WORDS.get(sense, sense))
    return weighed


def _has_clear_stop(senses: list[str]) -> bool:
    """Whether "stop texting me" is a sentence of its own, beside courtesies at most."""
    sentence: list[str] = []
    for sense in [*senses, PAUSE]:
        if sense in (PAUSE, QUESTION):
            if Kind.STOP in sentence and set(sentence) <= {Kind.STOP, "courtesy", *_BESIDE_ACTS}:
                return True
            sentence = []
        else:
            sentence.append(sense)
    return False


@cache
def _book() -> PhraseBook:
    return PhraseBook(
        {
            "doubt": beside_en.DOUBT + beside_es.DOUBT,
            "stop alone": phrases_en.STOP_ALONE + phrases_es.STOP_ALONE,
            "stop word": phrases_en.STOP_WORD + phrases_es.STOP_WORD,
            Kind.STOP: phrases_en.STOP + phrases_es.STOP,
            Kind.START: phrases_en.START + phrases_es.START,
            Kind.HELP: phrases_en.HELP + phrases_es.HELP,
            "call word": phrases_en.CALL_WORD + phrases_es.CALL_WORD,
            Kind.CALL: phrases_en.CALL + phrases_es.CALL,
            "later word": phrases_en.LATER_WORD + phrases_es.LATER_WORD,
            Kind.LATER: phrases_en.LATER + phrases_es.LATER,
            Kind.OK: beside_en.OK + beside_es.OK,
            "reason": beside_en.REASON + beside_es.REASON,
            "courtesy": beside_en.COURTESY + beside_es.COURTESY,
        }
    )
