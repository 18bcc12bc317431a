"""Names as they are looked for: without accents, case and marks, in every way they are typed."""

import re
import unicodedata

# What taking a letter apart does not turn into a plain one.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
# "Müller" is "Mueller" to whoever has no such key.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})

_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """`Ángela O'Brien` as `angela o'brien`: small letters without accents."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(each for each in small if not unicodedata.combining(each))
    return kept.translate(_PLAIN)


def words(text: str) -> list[str]:
    """The words of a name, plain: `angela`, `o`, `brien`."""
    return _WORD.findall(folded(text))


def spellings(*parts: str) -> list[str]:
    """Every word by which the parts of a name may be typed, each once, in order.

    A part of several words also as one: `O'Brien` is `obrien`, `de la Cruz` is `delacruz`.
    """
    found: dict[str, None] = {}
    for part in parts:
        ways = [part]
        if not part.isascii():
            ways.append(unicodedata.normalize("NFC", part.casefold()).translate(_SPELT_OUT))
        for way in ways:
            said = words(way)
            found |= dict.fromkeys(said)
            if len(said) > 1:
                found["".join(said)] = None
    return list(found)


def sorted_by(given: str, family: str) -> tuple[str, str]:
    """What puts people in order: the first name, then the last."""
    return " ".join(words(given)), " ".join(words(family))


def is_near(typed: str, word: str) -> bool:
    """Whether one letter more, less, another, or two in the wrong order tell them apart."""
    if abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    rest, other = typed[start:], word[start:]
    return (
        rest[1:] == other[1:]
        or rest == other[1:]
        or rest[1:] == other
        or (rest[:2] == other[:2][::-1] and rest[2:] == other[2:])
    )
