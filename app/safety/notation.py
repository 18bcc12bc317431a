"""How lists of phrases are written, for people to read and to mend.

One phrase a line, as people say it; a line that begins with spaces goes on with the one before.
`(a|b)` stands for either, `[a|b]` for either or nothing.
"""

import re
from dataclasses import dataclass

_PART = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]|([^()\[\]]+)")
_WHOLE = re.compile(r"(?:\([^()\[\]]+\)|\[[^()\[\]]+\]|[^()\[\]|])*")


@dataclass(frozen=True)
class Part:
    """One place in a phrase: the ways to fill it, each some words, and whether it may be empty."""

    ways: tuple[tuple[str, ...], ...]
    may_be_empty: bool


def phrases(lines: str) -> list[list[Part]]:
    """Every phrase of a list, as its parts. Refuses (ValueError) brackets that do not match."""
    joined = re.sub(r"\n[ \t]+", " ", lines)
    return [_parts(line) for line in joined.splitlines() if line.strip()]


def _parts(line: str) -> list[Part]:
    if not _WHOLE.fullmatch(line):
        raise ValueError(f"Brackets that do not match: {line}")
    return [
        Part(
            tuple(tuple(way.split()) for way in (either or perhaps or plain).split("|")),
            bool(perhaps),
        )
        for either, perhaps, plain in _PART.findall(line)
        if not plain.isspace()
    ]
