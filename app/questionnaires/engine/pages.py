"""The pages of one part of a form: what stands on each, and what it is called.

One question is one page, with the displays that stand before it. A group that says so (itemControl
page, gtable, table, list, whole) and a consent are one page; a repeating group has a page for each
row and then an overview. What is hidden, worked out or not enabled has none.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.standing import Standing, answers_to, rows_of
from app.questionnaires.engine.values import Slot

WHOLE = frozenset({"page", "gtable", "table", "htable", "atable", "grid", "list", "whole"})


class Kind(StrEnum):
    QUESTION = "question"
    PAGE = "page"  # several questions; a row of a repeating group too
    CONSENT = "consent"
    ROWS = "rows"  # the overview of a repeating group
    READING = "reading"  # nothing to answer


class Step(NamedTuple):
    """One page. `anchor` is what it is named for: its question, its group or its row."""

    id: str  # opaque, the same for as long as the form is
    kind: Kind
    anchor: Slot
    slots: tuple[Slot, ...]  # what is answered here
    content: tuple[Slot, ...]  # all that stands here in order: displays, nested groups, questions
    heads: tuple[Slot, ...] = ()  # the groups around it below its part, the outermost first
    part: int = 0  # its part's place in `parts`
    group: Slot | None = None  # of a whole group, a row or an overview: the group
    row: int | None = None  # of a row: which

    @property
    def displays(self) -> tuple[Slot, ...]:
        """What stands here and is not answered."""
        return tuple(slot for slot in self.content if slot not in self.slots)

    @property
    def marks(self) -> tuple[Slot, ...]:
        """What counts as touched once this page was saved."""
        return self.slots or (self.anchor,)


class Walk:
    """Goes through the items of one part and gathers its pages."""

    def __init__(self, form: Form, state: Standing, chapter: str, number: int) -> None:
        self.form, self.state, self.chapter, self.number = form, state, chapter, number
        self.pages: list[Step] = []
        self.waiting: list[Slot] = []  # displays that ride on the page of the next question

    def through(self, items: Sequence[Item]) -> tuple[Step, ...]:
        self._items(items, (), ())
        self._end()
        return tuple(self.pages)

    def _items(self, items: Sequence[Item], rows: tuple[int, ...], heads: tuple[Slot, ...]) -> None:
        for item in items:
            slot = Slot(item.link_id, rows)
            if item.is_hidden or slot not in self.state.enabled:
                continue
            if item.type is ItemType.DISPLAY:
                self.waiting.append(slot)
            elif item.type is ItemType.GROUP:
                self._group(item, slot, heads)
            else:
                self._question(item, slot, heads)

    def _question(self, item: Item, slot: Slot, heads: tuple[Slot, ...]) -> None:
        if is_asked(item):
            if self.waiting:
                self._page(Kind.QUESTION, slot, heads)
            else:
                self._alone(item, slot, heads)
        elif answers_to(self.state, slot) and not item.is_worked_out:
            self.waiting.append(slot)
        if item.items:
            self._items(_questions_below(item), slot.rows, heads)

    def _group(self, item: Item, slot: Slot, heads: tuple[Slot, ...]) -> None:
        if item.is_repeating:
            for row in rows_of(self.state, slot):
                self._page(Kind.PAGE, Slot(item.link_id, (*slot.rows, row)), heads)
            self._page(Kind.ROWS, slot, heads)
        elif item.consent or item.control in WHOLE or _is_reading(item):
            self._page(Kind.CONSENT if item.consent else Kind.PAGE, slot, heads)
        else:
            inner = heads if item.link_id == self.chapter else (*heads, slot)
            self._items(item.items, slot.rows, inner)

    def _inside(self, items: Sequence[Item], rows: tuple[int, ...]) -> Iterator[Slot]:
        """All that is shown of these items on one page, in order. A question's displays are its."""
        for item in items:
            slot = Slot(item.link_id, rows)
            if item.is_hidden or slot not in self.state.enabled:
                continue
            if self._is_seen(item, slot):
                yield slot
            if item.type is not ItemType.GROUP:
                yield from self._inside(_questions_below(item), rows)
            elif item.is_repeating:
                for row in rows_of(self.state, slot):
                    yield from self._inside(item.items, (*rows, row))
            else:
                yield from self._inside(item.items, rows)

    def _is_seen(self, item: Item, slot: Slot) -> bool:
        if is_asked(item) or item.type in (ItemType.GROUP, ItemType.DISPLAY):
            return True
        return bool(answers_to(self.state, slot)) and not item.is_worked_out

    def _alone(self, item: Item, slot: Slot, heads: tuple[Slot, ...]) -> None:
        # The commonest page by far, so the shortest way to it: large forms have a thousand.
        here = (slot,)
        step_id = _name("s", item, slot)
        self.pages.append(Step(step_id, Kind.QUESTION, slot, here, here, heads, self.number))

    def _page(self, kind: Kind, anchor: Slot, heads: tuple[Slot, ...]) -> None:
        item = self.form.by_link_id[anchor.link_id]
        content = list(self.waiting)
        if kind is Kind.QUESTION:
            content.append(anchor)
        elif kind is not Kind.ROWS:
            content += self._inside(item.items, anchor.rows)
        self._add(kind, anchor, tuple(content), heads)

    def _add(
        self, kind: Kind, anchor: Slot, content: tuple[Slot, ...], heads: tuple[Slot, ...]
    ) -> None:
        known = self.form.by_link_id
        slots = tuple([slot for slot in content if is_asked(known[slot.link_id])])
        if kind is not Kind.ROWS and not slots:
            kind = Kind.READING
        if content or kind is Kind.ROWS:
            letter = "r" if kind is Kind.ROWS else "s"
            step_id = _name(letter, known[anchor.link_id], anchor)
            step = Step(step_id, kind, anchor, slots, content, heads, self.number)
            self.pages.append(self._of_group(step))
            self.waiting = []

    def _of_group(self, step: Step) -> Step:
        item = self.form.by_link_id[step.anchor.link_id]
        if item.type is not ItemType.GROUP:
            return step
        rows = step.anchor.rows
        if len(rows) == len(self.form.repeating_above.get(item.link_id, ())):
            return step._replace(group=step.anchor)
        return step._replace(group=Slot(item.link_id, rows[:-1]), row=rows[-1])

    def _end(self) -> None:
        """Displays with no question behind them: on the last page, unless an answer opened them."""
        always = [slot for slot in self.waiting if not self._is_opened(slot)]
        if self.pages and always:
            last = self.pages[-1]
            self.pages[-1] = last._replace(content=(*last.content, *always))
            self.waiting = [slot for slot in self.waiting if slot not in always]
        if self.waiting:
            self._add(Kind.READING, self.waiting[0], tuple(self.waiting), ())

    def _is_opened(self, slot: Slot) -> bool:
        link_id: str | None = slot.link_id
        while link_id and link_id != self.chapter:
            item = self.form.by_link_id[link_id]
            if item.enable_when or item.enable_expression:
                return True
            link_id = self.form.parents.get(link_id)
        return False


def _name(letter: str, item: Item, slot: Slot) -> str:
    return "-".join((f"{letter}{item.index}", *map(str, slot.rows)))


def is_asked(item: Item) -> bool:
    """Whether people answer it: not a group or a display, not hidden, not filled in for them."""
    if item.type in (ItemType.GROUP, ItemType.DISPLAY):
        return False
    return not (item.is_hidden or item.is_read_only or item.is_worked_out)


def _questions_below(item: Item) -> list[Item]:
    return [child for child in item.items if child.type is not ItemType.DISPLAY]


def _is_reading(item: Item) -> bool:
    return all(inner.type in (ItemType.GROUP, ItemType.DISPLAY) for inner in item.walk())
