"""Where a page stands in its form: its part, its place in a scale, the rows around it."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.i18n import gettext as _
from app.questionnaires import spoken
from app.questionnaires.engine import fields, journey
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.standing import Standing, answers_to, rows_of
from app.questionnaires.engine.values import Slot
from app.web.asking.question_fields import Sight

LEAST_IN_A_SCALE = 3
_MOST_PARTS = 8  # a longer list is no help
Address = Callable[[Step], str]


@dataclass(frozen=True)
class RowView:
    """One row of a repeating group in its overview."""

    words: str
    address: str
    remove: str  # the value of its remove button


@dataclass(frozen=True)
class PartView:
    """One chapter in the list of them. `state`: done here later."""

    words: str
    state: str


def stems(form: Form, step: Step, language: str, title: str) -> tuple[str, ...]:
    """What the groups around a page say about all of their questions."""
    words = (form.by_link_id[slot.link_id].words.within(language) for slot in step.heads)
    return tuple(text for text in words if text and text != title)


def eyebrow(chapters: Sequence[journey.Part], step: Step, language: str, title: str) -> str:
    """`Part 2 of 5 · Your heart`; nothing for a form of one part. No word twice."""
    if len(chapters) < 2:
        return ""
    numbers = {"number": step.part + 1, "total": len(chapters)}
    told = _("Part %(number)s of %(total)s") % numbers
    words = chapters[step.part].words.within(language)
    return f"{told} · {words}" if words and words != title else told


def place(form: Form, step: Step) -> str:
    """`Question 3 of 9` within a scale whose questions are all asked, whatever is answered.

    `Number 2` on the page of a second row.
    """
    if step.row:
        return _("Number %(number)s") % {"number": step.row + 1}
    if step.kind is not Kind.QUESTION or not step.heads:
        return ""
    items = form.by_link_id[step.heads[-1].link_id].items
    alike = [item for item in items if item.type in (ItemType.CHOICE, ItemType.INTEGER)]
    always = [item.link_id for item in alike if not _depends(item) and not item.is_hidden]
    if len(always) < LEAST_IN_A_SCALE or step.anchor.link_id not in always:
        return ""
    numbers = {"number": always.index(step.anchor.link_id) + 1, "total": len(always)}
    return _("Question %(number)s of %(total)s") % numbers


def _depends(item: Item) -> bool:
    return bool(item.enable_when or item.enable_expression) or item.calculated is not None


def parts(
    chapters: Sequence[journey.Part], step: Step, language: str, done: AbstractSet[int] | None
) -> tuple[PartView, ...]:
    """The list of parts, with the one that is open. Nothing where too few have a name."""
    named = [part for part in chapters if part.words]
    if not 2 <= len(chapters) <= _MOST_PARTS or len(named) < len(chapters) - 1:
        return ()
    finished = done if done is not None else set(range(step.part))
    return tuple(
        PartView(
            part.words.within(language) or _("More questions"),
            "here" if number == step.part else "done" if number in finished else "later",
        )
        for number, part in enumerate(chapters)
    )


def may_remove(form: Form, state: Standing, group: Slot) -> bool:
    """Whether a repeating group keeps rows enough when one is taken away."""
    item = form.by_link_id[group.link_id]
    least = item.limits.min_occurs or (1 if item.is_required else 0)
    return len(rows_of(state, group)) > least


def remove_of(form: Form, state: Standing, step: Step) -> str:
    """What the remove button of a row's page says, empty where none may go."""
    if step.group is None or step.row is None or not may_remove(form, state, step.group):
        return ""
    return fields.name(form, step.anchor)


def add_of(form: Form, state: Standing, step: Step) -> str:
    """What "Add another" says on an overview, empty where no row fits."""
    if step.kind is not Kind.ROWS or not journey.may_add_row(form, state, step.anchor):
        return ""
    return fields.name(form, step.anchor)


def rows(
    sight: Sight, state: Standing, overview: Step, pages: Sequence[Step], address: Address
) -> tuple[RowView, ...]:
    """The rows of an overview, none for another page."""
    if overview.kind is not Kind.ROWS:
        return ()
    own = [page for page in pages if page.row is not None and page.group == overview.anchor]
    return tuple(
        RowView(
            row_words(sight.form, state, page, zone=sight.zone),
            address(page),
            remove_of(sight.form, state, page),
        )
        for page in own
    )


def row_words(form: Form, state: Standing, step: Step, *, zone: str = "UTC") -> str:
    """The first answers of a row, in one line."""
    told = (
        spoken.spoken(form.by_link_id[slot.link_id], answers_to(state, slot), zone=zone)
        for slot in step.slots
    )
    return ", ".join([words for words in told if words][:3]) or _("Nothing written yet")
