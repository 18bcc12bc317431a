"""Finds known phrases in plain words.

Phrases are written as in notation; `#` stands for a number or a time of day, `@` for a day of the
week.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

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
NOT_UNDERSTOOD = "not understood"


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

    def read(self, words: list[str], known: Mapping[str, str]) -> list[str]:
        """What the words say, phrase by phrase: so that as few words as can be are left over.

        `known`: what single words say that stand in no phrase. Others say NOT_UNDERSTOOD.
        """
        # For the words from each place on, read from the end: how many are left over, in how many
        # phrases, and the first of these.
        ahead: list[tuple[int, int, int, str]] = [(0, 0, 0, "")]
        for start in reversed(range(len(words))):
            single = known.get(words[start], NOT_UNDERSTOOD)
            ways = [*self._phrases(words, start), (1, single)]
            ahead.append(min(_cost(ahead, taken, sense) for taken, sense in ways))
        senses, left = [], len(words)
        while left:
            _, _, untaken, sense = ahead[left]
            senses.append(sense)
            left += untaken
        return senses

    def _phrases(self, words: list[str], start: int) -> Iterator[tuple[int, str]]:
        """Each phrase that begins at `start`: how many words it takes, and its sense."""
        places = {_START}
        for at in range(start, len(words)):
            places = {
                place
                for before in places
                for key in _keys(words[at])
                for place in self._ways[before].get(key, ())
            }
            if not places:
                return
            if ends := [self._senses[place] for place in places if place in self._senses]:
                yield at + 1 - start, min(ends, key=self._rank.__getitem__)

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


def _cost(
    ahead: list[tuple[int, int, int, str]], taken: int, sense: str
) -> tuple[int, int, int, str]:
    left_over, phrases, _, _ = ahead[-taken]
    return left_over + (sense == NOT_UNDERSTOOD), phrases + 1, -taken, sense


def _words(way: tuple[str, ...]) -> list[str]:
    words: list[str] = []
    for word in way:
        words.extend([word] if word in ("#", "@") else plain_words(word))
    return words


def _keys(word: str) -> tuple[str, ...]:
    if _NUMBER.fullmatch(word):
        return (word, "#")
    return (word, "@") if word in _DAYS else (word,)
