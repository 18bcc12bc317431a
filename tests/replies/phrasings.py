"""Invented texts, as people write them, and what each means: kind, language, words.

`clear` and `hard` were written with the rules. Those held out were written afterwards, without
looking at them, and each was read once before anything was mended: 11 wrong actions of 976, none
of 328, 22 of the 270 hardest (17 of these false alarms), none of 91; wishes understood 61 %, then
84 %, then 87 %.
`\\n` stands for a new line.
"""

from dataclasses import dataclass
from pathlib import Path

from app.replies.meaning import Kind, Understood

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Phrasing:
    """One invented text."""

    kinds: frozenset[Kind]
    language: str
    body: str

    def is_understood(self, understood: Understood) -> bool:
        """Whether exactly this was understood."""
        return frozenset(understood.kinds) == self.kinds

    def is_wronged(self, understood: Understood) -> bool:
        """Whether something would be done that was not meant."""
        return not (self.is_understood(understood) or Kind.UNCLEAR in understood)


def gathered(*names: str) -> list[Phrasing]:
    """Those of the files named, or all."""
    files = [CORPUS / f"{name}.tsv" for name in names] or sorted(CORPUS.glob("*.tsv"))
    return [_phrasing(line) for file in files for line in file.read_text("utf-8").splitlines()]


def _phrasing(line: str) -> Phrasing:
    kinds, language, body = line.split("\t")
    return Phrasing(frozenset(map(Kind, kinds.split("+"))), language, body.replace("\\n", "\n"))
