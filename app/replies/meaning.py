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
_ACTS = {Kind.STOP, Kind.CALL, Kind.LATER}
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

    is_danger = tell_of_danger(body)
    if not is_danger and (agrees := from_phones.reaction(body)) is not None:
        return Understood((Kind.OK if agrees else Kind.UNCLEAR,), is_automatic=not agrees)
    is_automatic = from_phones.is_automatic(body)
    kinds = _UNCLEAR if is_automatic else _kinds(plain_words(from_phones.own_words(body)), names)
    if is_danger:
        kinds = frozenset({Kind.CRISIS} | (kinds & {Kind.STOP}))
    return Understood(tuple(sorted(kinds, key=list(Kind).index)), is_automatic=is_automatic)


def _kinds(words: list[str], names: tuple[str, ...]) -> frozenset[Kind]:
    """Everything the words say, when every word is understood; else what is clear even so."""
    senses = _senses(words, frozenset(plain_words(" ".join(names))))
    said = {sense for sense in senses if sense not in ("courtesy", "reason", PAUSE)}
    if not said:
        return _UNCLEAR
    if said & {_NOT_UNDERSTOOD, "doubt"}:
        return frozenset({Kind.STOP}) if _has_clear_stop(senses) else _UNCLEAR
    return _agreed(said, alone=set(senses) - {PAUSE} == said)


def _agreed(said: set[str], *, alone: bool) -> frozenset[Kind]:
    """The kinds of a text that is understood whole."""
    if said == {"stop alone"}:
        return frozenset({Kind.STOP}) if alone else _UNCLEAR
    plain = {sense for sense in said if sense not in (QUESTION, YES_SIGN, OTHER_SIGN)}
    if plain <= {"stop word", "ok"} and "stop word" in plain:
        return frozenset({Kind.STOP})
    for whole in (Kind.START, Kind.HELP):
        if whole in plain and plain <= {whole, "ok"}:
            return frozenset({whole})
    acts = {Kind(sense) for sense in plain if sense in _ACTS}
    if acts and plain <= {*_ACTS, "ok"}:
        return frozenset(acts)
    if said <= {"ok", YES_SIGN}:
        return frozenset({Kind.OK})
    return _UNCLEAR


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
            if "stop" in sentence and set(sentence) <= {"stop", "courtesy", "ok", OTHER_SIGN}:
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
