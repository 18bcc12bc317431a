"""Words that may mean danger to somebody, in English and Spanish. A net with holes.

It adds to the control on every page and to the question in every form, it never replaces them.
Negation is no excuse: "I'm not going to kill myself" is read by a person too. When in doubt, it is
danger. One list for everything patients write; it holds words, so a phone can be given it as well.

Written as in notation; `a*` stands for words that begin so, `..` for up to three words between,
`#` for a number, `##` for ten and more. Everything is compared as plain words.
"""

import re
from functools import cache

from app.safety import words_en, words_es
from app.safety.notation import Part, phrases
from app.safety.plain_words import plain_words


def tell_of_danger(body: str) -> bool:
    """Whether somebody may be in danger, by what they wrote."""
    words = [word for word in plain_words(body) if word[0].isalnum()]
    anywhere, alone, harmless = searches()
    text = harmless.sub(" - ", f" {' '.join(words)} ")
    return bool(anywhere.search(text) or alone.fullmatch(text))


@cache
def searches() -> tuple[re.Pattern[str], ...]:
    """What is danger anywhere, what is when it is all that was written, and what is none."""
    both = words_en, words_es
    return (
        _pattern("".join(language.ANYWHERE for language in both)),
        _pattern("".join(language.ALONE for language in both)),
        _pattern("".join(language.HARMLESS for language in both)),
    )


def _pattern(lines: str) -> re.Pattern[str]:
    """A search over words that stand with one space before, between and after them."""
    ways = ("".join(map(_part, phrase)) for phrase in phrases(lines))
    return re.compile(f" (?:{'|'.join(ways)})")


def _part(part: Part) -> str:
    ways = "|".join("".join(map(_word, way)) for way in part.ways)
    return f"(?:{ways}){'?' if part.may_be_empty else ''}"


def _word(word: str) -> str:
    if word == "..":
        return "(?:[^ ]+ ){0,3}"
    if word == "#":
        return "[0-9][^ ]* "
    if word == "##":
        return "[0-9]{2,} "
    return " ".join(plain_words(word)) + ("[^ ]* " if word.endswith("*") else " ")
