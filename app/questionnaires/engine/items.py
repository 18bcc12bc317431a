"""A Questionnaire as the engine knows it: a frozen tree of items."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.questionnaires.engine.values import Slot, Value


class ItemType(StrEnum):
    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "dateTime"
    TIME = "time"
    STRING = "string"
    TEXT = "text"
    URL = "url"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    ATTACHMENT = "attachment"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in its own language and in others. `html` is sanitised markup, or empty."""

    plain: str = ""
    others: Mapping[str, str] = field(default_factory=dict)  # "es" → the text in Spanish
    html: str = ""
    html_others: Mapping[str, str] = field(default_factory=dict)

    def within(self, language: str) -> str:
        """The text in a language, else as it was written."""
        return self.others.get(language) or self.others.get(language.split("-")[0]) or self.plain

    def __bool__(self) -> bool:
        return bool(self.plain or self.others)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen."""

    value: Value  # Coding, str, int, date or time
    words: Words
    prefix: str = ""
    weight: Decimal | None = None  # ordinalValue or itemWeight
    is_exclusive: bool = False  # "none of these"
    is_initial: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One enableWhen. `answer` is True or False for `exists`."""

    question: str
    operator: str  # exists = != > < >= <=
    answer: Value


@dataclass(frozen=True, slots=True)
class Expression:
    """FHIRPath from a form. `key` names it: an invariant's key, a variable's name."""

    path: str
    key: str = ""
    words: Words = field(default_factory=Words)  # what a constraint says when it is broken
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class StaffRule:
    """Which answers a clinician has to see, or must be told of at once."""

    # "flag": the review list · "safety": an alert, and 988 at once · of the body, an alert, too:
    # "emergency": 911 at once · "call-today": the clinic's number and hours at once
    kind: str
    operator: str  # as enableWhen
    answer: Value
    label: Words = field(default_factory=Words)  # what the review list calls it
    is_urgent: bool = True
    of_score: bool = False  # the total weight of the item's questions, not one answer


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer has to keep to. None or empty: unsaid."""

    min_value: Value | None = None
    max_value: Value | None = None
    min_length: int | None = None
    max_length: int | None = None
    decimal_places: int | None = None
    pattern: str = ""
    pattern_words: Words = field(default_factory=Words)  # the form's own message
    min_occurs: int | None = None
    max_occurs: int | None = None
    max_size: int | None = None  # bytes of an attachment
    mime_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One item. `index` is its place in the whole form, from 0; names of fields are made of it."""

    index: int
    link_id: str
    type: ItemType
    words: Words = field(default_factory=Words)
    prefix: Words = field(default_factory=Words)
    help: Words = field(default_factory=Words)
    lower: Words = field(default_factory=Words)  # words at the ends of a slider
    upper: Words = field(default_factory=Words)
    open_label: Words = field(default_factory=Words)  # what "other" is called
    entry_format: str = ""  # "yyyy-mm-dd"
    keyboard: str = ""  # what a phone offers for typing: phone email number url text
    slider_step: int | None = None
    unit: str = ""
    units: tuple[Option, ...] = ()
    control: str = ""  # radio-button drop-down check-box slider page text-area gtable …
    is_horizontal: bool = False
    is_required: bool = False
    is_repeating: bool = False
    is_read_only: bool = False
    is_hidden: bool = False
    is_signature: bool = False
    limits: Limits = field(default_factory=Limits)
    options: tuple[Option, ...] = ()
    enable_when: tuple[Condition, ...] = ()
    enable_any: bool = False  # enableBehavior any
    enable_expression: Expression | None = None
    initial: tuple[Value, ...] = ()
    initial_expression: Expression | None = None
    calculated: Expression | None = None
    variables: tuple[Expression, ...] = ()
    constraints: tuple[Expression, ...] = ()
    codes: tuple[str, ...] = ()  # LOINC and other codes of the question, code alone
    totals: str = ""  # of a total: the scale whose sum it is, "phq-9"; the engine adds it up
    rules: tuple[StaffRule, ...] = ()
    consent: str = ""  # of a group: which consent its agreement is
    fact: str = ""  # of a display: what the server fills in: fasting, session-time, clinic-phone
    is_substance_use: bool = False  # 42 CFR Part 2
    items: tuple["Item", ...] = ()

    @property
    def is_worked_out(self) -> bool:
        """Nobody is asked: a total or an expression fills it in."""
        return bool(self.totals) or self.calculated is not None

    @cached_property
    def slot(self) -> Slot:
        """Where its answers stand when no rows are around it."""
        return Slot(self.link_id)

    @cached_property
    def is_question(self) -> bool:
        """It may have answers."""
        return self.type not in (ItemType.GROUP, ItemType.DISPLAY)

    def walk(self) -> Iterator["Item"]:
        """This item and all below it, in order."""
        yield self
        for item in self.items:
            yield from item.walk()


@dataclass(frozen=True, eq=False)
class Form:
    """A whole Questionnaire. `repeating_above` has the repeating groups around each item.

    A form is itself: two readings of one file are two forms.
    """

    url: str
    version: str
    title: Words
    description: Words
    language: str
    copyright: str
    items: tuple[Item, ...]
    variables: tuple[Expression, ...]
    constraints: tuple[Expression, ...]
    by_link_id: Mapping[str, Item]
    in_order: tuple[Item, ...]
    parents: Mapping[str, str]  # link id → its parent's, top items have none
    repeating_above: Mapping[str, tuple[str, ...]]  # link ids, outermost first
    codes: tuple[str, ...] = ()
    unseen: frozenset[str] = frozenset()  # link ids of hidden items and of all below them
    # In the order in which it can be told whether they are asked. Those together wait for
    # each other: a cycle.
    settling: tuple[tuple[Item, ...], ...] = ()
    weighted: tuple[Item, ...] = ()  # questions whose options weigh something
    summed: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)  # questions by their total
    ruled: tuple[Item, ...] = ()  # items with staff rules
    worked_out: tuple[Item, ...] = ()  # totals and calculated answers
    by_expression: tuple[Item, ...] = ()  # items whose being asked an expression decides
    source: Mapping[str, Any] = field(default_factory=dict)  # FHIR JSON, for %questionnaire

    @property
    def canonical(self) -> str:
        """url|version: what a response is bound to."""
        return f"{self.url}|{self.version}" if self.version else self.url
