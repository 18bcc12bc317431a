"""Through a form: its parts, its pages in order, and where to go on.

What a page is, `pages` tells.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from threading import local
from weakref import ref

from app.questionnaires.engine.items import Form, Item, ItemType, Words
from app.questionnaires.engine.pages import WHOLE, Kind, Step, Walk, is_asked
from app.questionnaires.engine.standing import Standing, answers_to, rows_of
from app.questionnaires.engine.values import Slot

__all__ = [
    "Kind",
    "Part",
    "Step",
    "has_one_part",
    "is_answered",
    "is_asked",
    "may_add_row",
    "next_unanswered",
    "parts",
    "step_named",
    "step_of",
    "steps",
]

MOST_ROWS = 50


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
    of, where, found = getattr(_LAST, "seen", (None, None, ()))
    if of is form and where is not None and where() is state:
        return found
    found = tuple(_found(form, state))
    _LAST.seen = (form, ref(state), found)
    return found


# A page asks for the same parts several times; they hold no answers.
_LAST = local()


def _found(form: Form, state: Standing) -> Iterator[Part]:
    number = 0
    for words, link_id, items in _chapters(form):
        if pages := Walk(form, state, link_id, number).through(items):
            yield Part(words, link_id, pages)
            number += 1


def has_one_part(form: Form) -> bool:
    """Whether it has one chapter, whatever is answered."""
    return len(_chapters(form)) == 1


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
