"""Finding patients by name, number or birth date."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.people import directory, names
from app.people.directory import Known, Listed

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_AS_WRITTEN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")  # month first
_NEAR_FROM = 3  # letters: shorter words are near to everything

_Test = Callable[[Known], bool]


@dataclass(frozen=True)
class Found:
    """Who was found, best first. `is_near`: nobody quite, but these are spelt nearly so."""

    ids: list[UUID]
    is_near: bool = False


def find(db: Session, clinic_id: UUID, asked: str, *, put_away: bool = False) -> Found:
    """The clinic's patients whose name has words that begin as each of those asked for.

    Accents, case and marks do not count, nor does the order. Digits are looked for in the number,
    a day is the day of birth. Nothing asked: everybody, by name. Those put away only when wanted.
    """
    known = directory.of(db, clinic_id)
    listed = known.everybody if put_away else known.listed
    words, rest = _taken_apart(asked)
    hits = _called(listed, [[word] for word in words], rest)
    if hits or not words:
        # Whoever is called just so comes before those whose name only begins so.
        hits.sort(key=lambda each: not all(f" {word} " in f"{each.spelt} " for word in words))
        return Found([each.id for each in hits])
    near = _called(listed, [_near(listed, word) for word in words], rest, whole=True)
    return Found([each.id for each in near], is_near=bool(near))


def _called(
    listed: Listed, wanted: list[list[str]], rest: list[_Test], *, whole: bool = False
) -> list[Known]:
    """Who has, of each list, a word that begins so; or, `whole`, that is so."""
    places = set(range(len(listed.people)))
    for beginnings in wanted:
        end = " " if whole else ""
        places &= {place for each in beginnings for place in listed.having(each + end)}
    found = [listed.people[place] for place in sorted(places)]
    return [each for each in found if all(is_it(each) for is_it in rest)]


def _near(listed: Listed, word: str) -> list[str]:
    if len(word) < _NEAR_FROM:
        return [word]
    return [each for each in listed.words if names.is_near(word, each)]


def _taken_apart(asked: str) -> tuple[list[str], list[_Test]]:
    words: list[str] = []
    rest: list[_Test] = []
    for piece in asked.split():
        if any(map(str.isalpha, piece)):
            words += names.words(piece)
        elif (born := _day(piece)) is not None:
            rest.append(_is_born(born))
        elif digits := "".join(filter(str.isdigit, piece)):
            rest.append(_has_in_number(digits))
    return words, rest


def _is_born(born: str) -> _Test:
    return lambda each: each.born == born


def _has_in_number(digits: str) -> _Test:
    return lambda each: digits in each.digits


def _day(piece: str) -> str | None:
    if written := _DAY.fullmatch(piece):
        year, month, day = written.groups()
    elif written := _DAY_AS_WRITTEN.fullmatch(piece):
        month, day, year = written.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""  # a February 30 is nobody's
