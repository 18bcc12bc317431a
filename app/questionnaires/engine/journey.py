"""The pages that one person's answers lead through, in order, and where to go on.

One question is one page, with the displays that stand before it. A group that says so (itemControl
page, gtable, table, list, whole) and a consent are one page; a repeating group has a page for each
row and then an overview. What is hidden, calculated or not enabled has none.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.questionnaires.engine.items import Form, Item, ItemType, Words
from app.questionnaires.engine.standing import Standing, answers_to, rows_of
from app.questionnaires.engine.values import Slot

WHOLE = frozenset({"page", "gtable", "table", "htable", "atable", "grid", "list", "whole"})
MOST_ROWS = 50


class Kind(StrEnum):
    QUESTION = "question"
    PAGE = "page"  # several questions; a row of a repeating group too
    CONSENT = "consent"
    ROWS = "rows"  # the overview of a repeating group
    READING = "reading"  # nothing to answer


@dataclass(frozen=True, slots=True)
class Step:
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


@dataclass(frozen=True, slots=True)
class Part:
    """A short chapter of a form: its title, empty when it has none, and its pages."""

    words: Words
    link_id: str
    steps: tuple[Step, ...]


def steps(form: Form, state: Standing) -> tuple[Step, ...]:
    """All pages, in order."""
    return tuple(step for part in parts(form, state) for step in part.steps)


def parts(form: Form, state: Standing) -> tuple[Part, ...]:
    """The chapters that have a page. A form without groups is one chapter without a title."""
    found: list[Part] = []
    for words, link_id, items in _chapters(form):
        walk = _Walk(form, state, link_id)
        if pages := walk.through(items):
            numbered = tuple(replace(page, part=len(found)) for page in pages)
            found.append(Part(words, link_id, numbered))
    return tuple(found)


def step_named(form: Form, state: Standing, step_id: str) -> Step | None:
    """The page of that name, or None when these answers do not lead to it."""
    return next((step for step in steps(form, state) if step.id == step_id), None)


def step_of(form: Form, state: Standing, slot: Slot) -> Step | None:
    """The page on which something stands."""
    return next(
        (step for step in steps(form, state) if slot in step.content or slot == step.anchor), None
    )


def is_answered(form: Form, state: Standing, step: Step, touched: Container[Slot]) -> bool:
    """Whether a page is done: each question has its answer, or was left empty where it may be.

    `touched` has the places that were written by a save, `Step.marks` of every page saved.
    """
    return all(_is_settled(form, state, slot, touched) for slot in step.marks)


def next_unanswered(
    form: Form, state: Standing, touched: Container[Slot], after: str | None = None
) -> Step | None:
    """The first page that is not done; with `after`, where Continue leads from that page.

    From a page: the same again while something new has opened on it, else the first after it that
    is not done, else the first of all. None: everything is done.
    """
    pages = steps(form, state)
    here = next((place for place, step in enumerate(pages) if step.id == after), 0)
    ordered = (*pages[here:], *pages[:here])
    return next((step for step in ordered if not is_answered(form, state, step, touched)), None)


def may_add_row(form: Form, state: Standing, group: Slot) -> bool:
    """Whether a repeating group takes one more row."""
    most = form.by_link_id[group.link_id].limits.max_occurs
    return len(rows_of(state, group)) < (MOST_ROWS if most is None else min(most, MOST_ROWS))


def _is_settled(form: Form, state: Standing, slot: Slot, touched: Container[Slot]) -> bool:
    item = form.by_link_id[slot.link_id]
    if item.type in (ItemType.GROUP, ItemType.DISPLAY):
        return slot in touched
    return bool(answers_to(state, slot)) or (slot in touched and not item.is_required)


def _chapters(form: Form) -> list[tuple[Words, str, list[Item]]]:
    """The top groups, each with what is only read before it; loose questions are one chapter."""
    found: list[tuple[Words, str, list[Item]]] = []
    loose: list[Item] = []
    for item in _top(form):
        if item.is_hidden:
            continue
        if item.type is not ItemType.GROUP:
            loose.append(item)
            continue
        if any(_has_question(other) for other in loose):
            found.append((Words(), loose[0].link_id, loose))
            loose = []
        found.append((item.words, item.link_id, [*loose, item]))
        loose = []
    if found and not any(_has_question(other) for other in loose):
        found[-1][2].extend(loose)
    elif loose:
        found.append((Words(), loose[0].link_id, loose))
    return found


def _top(form: Form) -> tuple[Item, ...]:
    """The top items; when there is but one group and it only wraps others, what is in it."""
    if len(form.items) == 1 and _is_plain(form.items[0]):
        inner = form.items[0].items
        if sum(item.type is ItemType.GROUP for item in inner) > 1:
            return inner
    return form.items


def _has_question(item: Item) -> bool:
    return any(is_asked(inner) for inner in item.walk())


def _is_plain(item: Item) -> bool:
    if item.type is not ItemType.GROUP or item.is_hidden:
        return False
    is_conditional = bool(item.enable_when or item.enable_expression)
    return not (item.consent or item.is_repeating or item.control in WHOLE or is_conditional)


class _Walk:
    """Goes through the items of one part and gathers its pages."""

    def __init__(self, form: Form, state: Standing, chapter: str) -> None:
        self.form, self.state, self.chapter = form, state, chapter
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
            self._page(Kind.QUESTION, slot, heads)
        elif answers_to(self.state, slot) and not item.is_worked_out:
            self.waiting.append(slot)
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
        slots = tuple(slot for slot in content if is_asked(self.form.by_link_id[slot.link_id]))
        if kind is not Kind.ROWS and not slots:
            kind = Kind.READING
        if content or kind is Kind.ROWS:
            letter = "r" if kind is Kind.ROWS else "s"
            index = self.form.by_link_id[anchor.link_id].index
            step_id = "-".join((f"{letter}{index}", *map(str, anchor.rows)))
            step = Step(step_id, kind, anchor, slots, content, heads)
            self.pages.append(self._of_group(step))
            self.waiting = []

    def _of_group(self, step: Step) -> Step:
        item = self.form.by_link_id[step.anchor.link_id]
        if item.type is not ItemType.GROUP:
            return step
        rows = step.anchor.rows
        if len(rows) == len(self.form.repeating_above.get(item.link_id, ())):
            return replace(step, group=step.anchor)
        return replace(step, group=Slot(item.link_id, rows[:-1]), row=rows[-1])

    def _end(self) -> None:
        """Displays with no question behind them: on the last page, unless an answer opened them."""
        always = [slot for slot in self.waiting if not self._is_opened(slot)]
        if self.pages and always:
            last = self.pages[-1]
            self.pages[-1] = replace(last, content=(*last.content, *always))
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


def is_asked(item: Item) -> bool:
    """Whether people answer it: not a group or a display, not hidden, not filled in for them."""
    if item.type in (ItemType.GROUP, ItemType.DISPLAY):
        return False
    return not (item.is_hidden or item.is_read_only or item.is_worked_out)


def _questions_below(item: Item) -> list[Item]:
    return [child for child in item.items if child.type is not ItemType.DISPLAY]


def _is_reading(item: Item) -> bool:
    return all(inner.type in (ItemType.GROUP, ItemType.DISPLAY) for inner in item.walk())
