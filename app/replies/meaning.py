"""What a patient's text means: OK, LATER, CALL, STOP … or that a person has to read it.

Precision before reach. A text means something only when every word of it is understood; one word
too many and it goes to a person. Two exceptions: danger is heard anywhere, and a clear "stop
texting me" counts beside a sentence that is not understood.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from app.replies import from_phones, phrases_en, phrases_es
from app.replies.phrase_book import PhraseBook
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

_NOT_UNDERSTOOD = "not understood"
_ACTS = frozenset({Kind.STOP, Kind.CALL, Kind.LATER})
_BESIDE_ACTS = frozenset({Kind.OK, "reason", QUESTION, YES_SIGN, OTHER_SIGN})
_WHOLE: dict[Kind, set[str]] = {  # what may stand beside them
    Kind.START: {Kind.OK, YES_SIGN},
    Kind.HELP: {QUESTION},
    Kind.OK: {YES_SIGN},
}
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
    senses = _senses(words, frozenset(plain_words(" ".join(names))))
    said = set(senses) - {"courtesy", PAUSE}
    if said & {_NOT_UNDERSTOOD, "doubt"}:
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
    return said == {"stop alone"} or said <= {
        "stop word",
        "courtesy",
        Kind.OK,
        QUESTION,
        OTHER_SIGN,
    }


def _senses(words: list[str], names: frozenset[str]) -> list[str]:
    """What each phrase says, in order; a mark says itself."""
    senses, at = [], 0
    while at < len(words):
        taken, sense = _book().longest(words, at) or (1, _sense_of(words[at], names))
        senses.append(sense)
        at += taken
    return senses


def _sense_of(word: str, names: frozenset[str]) -> str:
    if word in (PAUSE, QUESTION, YES_SIGN, OTHER_SIGN):
        return word
    return "courtesy" if word in names else _NOT_UNDERSTOOD


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
            sense: getattr(phrases_en, name) + getattr(phrases_es, name)
            for sense, name in {
                "doubt": "DOUBT",
                "stop alone": "STOP_ALONE",
                "stop word": "STOP_WORD",
                "stop": "STOP",
                "start": "START",
                "help": "HELP",
                "call": "CALL",
                "later": "LATER",
                "ok": "OK",
                "reason": "REASON",
                "courtesy": "COURTESY",
            }.items()
        }
    )
