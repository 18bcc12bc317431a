"""A sheet of answers as people read it: parts, questions, answers, in the language in use."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app import i18n
from app.i18n import gettext as _
from app.questionnaires.engine import fields
from app.questionnaires.engine.evaluation import State
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.sheets import rows_of
from app.questionnaires.engine.values import File, Slot, Values
from app.questionnaires.spoken import is_free_text, spoken


class Kind(StrEnum):
    PART = "part"
    HEADING = "heading"  # words that stand above several questions, a row of a list
    QUESTION = "question"


@dataclass(frozen=True)
class Line:
    """One line. `name` is that of the question's field: good for an anchor."""

    kind: Kind
    words: str
    answer: str = ""
    name: str = ""
    slot: Slot | None = None
    under: Slot | None = None  # the group, and its row, that a question stands in
    is_own_words: bool = False  # written freely, not chosen
    files: tuple[File, ...] = ()


def lines(
    form: Form, state: State, *, zone: str, only: Collection[Slot] | None = None
) -> tuple[Line, ...]:
    """Everything that was asked, answered or not, in order; with `only`, these questions alone."""
    return tuple(_Reader(form, state, zone, only).read(form.items, (), None, depth=0))


def is_about_substances(form: Form, state: State) -> bool:
    """Whether an answer tells about substance use (42 CFR Part 2)."""
    return any(form.by_link_id[slot.link_id].is_substance_use for slot in state.sheet.values)


@dataclass(frozen=True)
class _Reader:
    form: Form
    state: State
    zone: str
    only: Collection[Slot] | None

    def read(
        self, items: tuple[Item, ...], rows: tuple[int, ...], under: Slot | None, depth: int
    ) -> Iterator[Line]:
        for item in items:
            slot = Slot(item.link_id, rows)
            if slot not in self.state.enabled or item.is_hidden or item.type is ItemType.DISPLAY:
                continue
            if item.type is ItemType.GROUP:
                yield from self._group(item, slot, depth)
                continue
            if not item.is_worked_out and (self.only is None or slot in self.only):
                yield self._question(item, slot, under)
            yield from self.read(item.items, rows, under, depth + 1)

    def _group(self, item: Item, slot: Slot, depth: int) -> Iterator[Line]:
        words = item.words.within(i18n.language())
        kind = Kind.PART if depth == 0 else Kind.HEADING
        if not item.is_repeating:
            yield from _under(Line(kind, words), self.read(item.items, slot.rows, slot, depth + 1))
            return
        for place, row in enumerate(rows_of(self.state.sheet, slot), 1):
            here = (*slot.rows, row)
            inner = self.read(item.items, here, Slot(item.link_id, here), depth + 1)
            yield from _under(Line(kind, f"{words or _('Row')} {place}"), inner)

    def _question(self, item: Item, slot: Slot, under: Slot | None) -> Line:
        language = i18n.language()
        values = self.state.sheet.values.get(slot, ())
        words = f"{item.prefix.within(language)} {item.words.within(language)}".strip()
        return Line(
            Kind.QUESTION,
            words or item.link_id,
            spoken(item, values, zone=self.zone),
            fields.name(self.form, slot),
            slot,
            under,
            is_own_words=_is_own(item, values),
            files=tuple(value for value in values if isinstance(value, File)),
        )


def _under(head: Line, inner: Iterator[Line]) -> Iterator[Line]:
    """The head only when anything stands below it."""
    first = next(inner, None)
    if first is None:
        return
    if head.words:
        yield head
    yield first
    yield from inner


def _is_own(item: Item, values: Values) -> bool:
    offered = [option.value for option in item.options]
    own = [value for value in values if isinstance(value, str) and value not in offered]
    return is_free_text(item) and bool(own)


@dataclass(frozen=True)
class Block:
    """Questions that stand together under one heading, which may be empty."""

    words: str
    questions: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """A part of the form, in blocks."""

    words: str
    blocks: tuple[Block, ...]


def parts(read: tuple[Line, ...]) -> tuple[Part, ...]:
    """The lines as parts, in them blocks, in them questions."""
    found: list[tuple[str, list[tuple[str, list[Line]]]]] = []
    for line in read:
        if line.kind is Kind.PART or not found:
            found.append((line.words if line.kind is Kind.PART else "", []))
        blocks = found[-1][1]
        if line.kind is Kind.HEADING:
            blocks.append((line.words, []))
        elif line.kind is Kind.QUESTION:
            # Behind a group that ended, questions stand under no heading.
            if not blocks or (blocks[-1][1] and blocks[-1][1][-1].under != line.under):
                blocks.append(("", []))
            blocks[-1][1].append(line)
    return tuple(
        Part(words, tuple(Block(each, tuple(inner)) for each, inner in blocks if inner))
        for words, blocks in found
    )
