"""What an answer can be, and a sheet of answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a code system. Two are the same when system and code are; words do not count."""

    code: str
    system: str = ""
    display: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    value: Decimal
    unit: str = ""
    system: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A stored attachment, by its id."""

    id: str
    content_type: str
    size: int
    name: str = field(default="", compare=False)
    digest: str = field(default="", compare=False)  # SHA-1 in base64, as FHIR's Attachment.hash


@dataclass(frozen=True, slots=True)
class Signature:
    """A typed name, with the moment and the hash of the words it stands under."""

    name: str
    signed_at: str = ""  # ISO, with its offset
    text_hash: str = ""  # SHA-256 in hex of the words as they were shown
    version: str = ""  # url|version of the form


# A FHIR dateTime may be a day or a month only, so it stays the text it was unless it is whole.
Value = bool | int | Decimal | str | date | datetime | time | Coding | Quantity | File | Signature
Values = tuple[Value, ...]


class Slot(NamedTuple):
    """One place for answers: a question, and in which rows of the repeating groups around it.

    `rows` holds the number of a row for each enclosing repeating group, the outermost first. A
    row's number is its name: it stays when an earlier row is taken away, and is not given again.
    """

    link_id: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One person's answers: what stands in each slot, and which rows each repeating group has.

    A slot without answers is not in `values`. A group that is not in `groups` has one row, 0.
    `last_rows` remembers the highest number of a row that is gone, where none that is left has a
    higher one.
    """

    values: Mapping[Slot, Values] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[Slot, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    last_rows: Mapping[Slot, int] = field(default_factory=lambda: MappingProxyType({}))


EMPTY = Sheet()
