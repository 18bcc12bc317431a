"""A form's regular expressions, tried in a process that can be killed.

A pattern has to fit the whole answer. One that cannot be read, or goes over its time, is not held
against anybody; it is refused its part when a form is imported (`is_hostile`).
"""

import hashlib
import re
import time
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from app.questionnaires.killable import SHARED, Killable

# What reads patterns for `re` itself: the standard library has no public name for it.
parser: Any = import_module("re._parser")
codes: Any = import_module("re._constants")

LIMIT = 0.5  # seconds for all answers of a page
PROBE = 0.25  # seconds for all the texts that a pattern is tried with when it comes in
RESTS = 120.0  # seconds for which a pattern that was too slow is let be
MOST_SIGNS = 1_000  # of a pattern
_ROUNDS = (30, 3_000)  # what doubles with each sign shows at the first, what grows slower later


class FormPatterns:
    """Tries texts against patterns, as `engine.expressing.Patterns` says."""

    def __init__(self, killable: Killable = SHARED, *, limit: float = LIMIT) -> None:
        self._killable, self._limit = killable, limit

    def fit(self, pairs: Sequence[tuple[str, str]]) -> tuple[bool | None, ...]:
        """Whether each text fits its pattern; None where that cannot be told. Never raises."""
        told: list[bool | None] = [None] * len(pairs)
        moment = time.monotonic()
        waiting = [
            place
            for place, (pattern, _text) in enumerate(pairs)
            if is_readable(pattern) and _slow.get(_name(pattern), 0) <= moment
        ]
        for _attempt in range(2):
            if not waiting:
                break
            job = {"fits": [pairs[place] for place in waiting]}
            ran = self._killable.run(job, len(waiting), limit=self._limit)
            for place, answer in zip(waiting, ran.answers, strict=False):
                told[place] = answer.get("values", [None])[0]
            if len(ran.answers) >= len(waiting):
                break
            culprit, _text = pairs[waiting[len(ran.answers)]]
            if ran.was_slow:
                _slow[_name(culprit)] = moment + RESTS
            waiting = waiting[len(ran.answers) + 1 :]
        return tuple(told)


def shared() -> FormPatterns:
    """The one of this process."""
    return _SHARED


@lru_cache(maxsize=500)
def is_readable(pattern: str) -> bool:
    """Whether a pattern can be used at all: short enough, and in words that we know."""
    if len(pattern) > MOST_SIGNS:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def is_hostile(pattern: str, *, killable: Killable = SHARED) -> bool:
    """Whether a pattern goes over its time on texts that are made to hold it up.

    True as well for one that cannot be read: either way it must not be used.
    """
    if not is_readable(pattern):
        return True
    texts = list(dict.fromkeys(_hard_texts(pattern)))
    job = {"fits": [[pattern, text] for text in texts]}
    ran = killable.run(job, len(texts), limit=PROBE, patience=3)
    return len(ran.answers) < len(texts)


def _hard_texts(pattern: str) -> Iterator[str]:
    """Texts that fit for a long way and then do not, made from the pattern's own repeats."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = list(parser.parse(pattern))
    samples = list(dict.fromkeys(["a", "0", " ", *_repeated(tree)]))[:20]
    start = _sample(tree)
    for rounds in _ROUNDS:
        for sample in samples:
            for before in dict.fromkeys(("", start, start[:1])):
                yield before + sample * (rounds // len(sample) + 1) + "\x01"


def _repeated(tree: Sequence[Any]) -> Iterator[str]:
    """A sample of what each repeat in a pattern repeats."""
    for operator, content in tree:
        if operator in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            _least, most, inner = content
            if most > 1 and (sample := _sample(inner)):
                yield sample
            yield from _repeated(inner)
        else:
            for inner in _branches(operator, content):
                yield from _repeated(inner)


def _sample(tree: Sequence[Any]) -> str:
    """A short text of the kind that a part of a pattern takes."""
    found = ""
    for operator, content in tree:
        if operator is codes.LITERAL:
            found += chr(content)
        elif operator is codes.IN:
            found += _of_class(content)
        elif operator in (codes.ANY, codes.NOT_LITERAL):
            found += "a"
        elif operator in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, _most, inner = content
            found += _sample(inner) * min(max(least, 1), 3)
        elif branches := list(_branches(operator, content)):
            found += _sample(branches[0])
    return found[:50]


def _branches(operator: Any, content: Any) -> Iterator[Sequence[Any]]:
    if operator is codes.SUBPATTERN:
        yield content[-1]
    elif operator is codes.BRANCH:
        yield from content[1]
    elif operator in (codes.ASSERT, codes.ASSERT_NOT):
        yield content[1]
    elif operator is codes.ATOMIC_GROUP:
        yield content


_CLASSES = {
    codes.CATEGORY_DIGIT: "0",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_NOT_WORD: " ",
}


def _of_class(content: Sequence[Any]) -> str:
    for operator, value in content:
        if operator is codes.LITERAL:
            return chr(value)
        if operator is codes.RANGE:
            return chr(value[0])
        if operator is codes.CATEGORY:
            return _CLASSES.get(value, "a")
    return "a"


def _name(pattern: str) -> str:
    return hashlib.sha256(pattern.encode()).hexdigest()


_slow: dict[str, float] = {}  # patterns that were too slow, and until when they are let be
_SHARED = FormPatterns()
