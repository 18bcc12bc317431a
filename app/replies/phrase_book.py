"""Finds known phrases in plain words: at each word the longest phrase that begins there.

Phrases are written as in notation; `#` stands for a number or a time of day, `@` for a day of the
week.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping

from app.safety import notation
from app.safety.notation import Part
from app.safety.plain_words import plain_words

_NUMBER = re.compile(r"\d{1,2}(?::\d\d)?(?:\s?[ap]\.?m)?")
_DAYS = frozenset(
    plain_words(
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs "
        "fri sat sun lunes martes miércoles jueves viernes sábado domingo"
    )
)
_START = 0


class PhraseBook:
    """Phrases by what they say; several phrases may say the same.

    Inside, places in phrases are numbers and a word leads from a place to others: phrases with
    many choices stay small, and reading takes time in the number of words only.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        """Take `{sense: one phrase a line}`. Of equals, the sense named first is meant."""
        self._ways: list[defaultdict[str, set[int]]] = [defaultdict(set)]
        self._senses: dict[int, str] = {}
        self._rank = {sense: rank for rank, sense in enumerate(phrases)}
        for sense, lines in phrases.items():
            for phrase in notation.phrases(lines):
                self._add(phrase, sense)

    def longest(self, words: list[str], start: int) -> tuple[int, str] | None:
        """How many words the longest phrase from `start` on takes, and its sense."""
        best: tuple[int, str] | None = None
        places = {_START}
        for taken, word in enumerate(itertools.islice(words, start, None), 1):
            places = {
                place
                for before in places
                for key in _keys(word)
                for place in self._ways[before].get(key, ())
            }
            if not places:
                break
            if ends := [self._senses[place] for place in places if place in self._senses]:
                best = (taken, min(ends, key=self._rank.__getitem__))
        return best

    def _add(self, phrase: list[Part], sense: str) -> None:
        reached = {_START}
        for part in phrase:
            joint = self._place()
            for way in part.ways:
                self._lead(reached, _words(way), joint)
            reached = {*reached, joint} if part.may_be_empty else {joint}
        self._senses.update(dict.fromkeys(reached, sense))

    def _lead(self, reached: set[int], words: list[str], joint: int) -> None:
        for word in words[:-1]:
            following = self._place()
            for place in reached:
                self._ways[place][word].add(following)
            reached = {following}
        for place in reached:
            self._ways[place][words[-1]].add(joint)

    def _place(self) -> int:
        self._ways.append(defaultdict(set))
        return len(self._ways) - 1


def _words(way: tuple[str, ...]) -> list[str]:
    words: list[str] = []
    for word in way:
        words.extend([word] if word in ("#", "@") else plain_words(word))
    return words


def _keys(word: str) -> tuple[str, ...]:
    if _NUMBER.fullmatch(word):
        return (word, "#")
    return (word, "@") if word in _DAYS else (word,)
