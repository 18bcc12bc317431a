"""Which items are asked, and so which answers count.

An item is asked when the one it stands in is, and its conditions are met by answers that count. A
question below another question waits for an answer to that one. `!=` is met as long as no answer
is equal, also when there is none, as FHIR R4 has it.

Where rows make several places of one question, a condition means the one in its own row; from
outside of the rows the nearest one that has an answer: the last row of a group that stands before,
the first row of one that comes after.

Items are settled in the order in which they wait for each other, so answers of hidden questions
are gone before anything is made of them. In a cycle, where that order has no beginning, all start
with their answers and those not asked lose them, one after the other in the order of the form.
What was lost does not come back: it ends, and always in the same way.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from app.questionnaires.engine import adding
from app.questionnaires.engine.comparing import compares
from app.questionnaires.engine.items import Condition, Form, Item, ItemType
from app.questionnaires.engine.sheets import rows_of
from app.questionnaires.engine.values import Sheet, Slot, Values

Rows = tuple[int, ...]


@dataclass(frozen=True)
class Settled:
    """Answers that count, everything that is asked, and the rows there are."""

    values: dict[Slot, Values]
    enabled: set[Slot]
    rows: dict[tuple[str, ...], list[Rows]]


def settle(form: Form, sheet: Sheet, verdicts: Mapping[Slot, bool]) -> Settled:
    """What is asked and what counts. `verdicts` are those of expressions; unsaid is yes."""
    rows = _all_rows(form, sheet)
    settled = Settled(_placed(form, sheet, rows), set(), rows)
    asking = _Asking(form, settled, verdicts)
    for part in form.settling:
        if len(part) == 1:
            asking.settle_one(part[0])
        else:
            asking.settle_cycle(part)
    return settled


def places(form: Form, sheet: Sheet, link_id: str) -> list[Rows]:
    """The rows an item has a place in."""
    found: list[Rows] = [()]
    for group in form.repeating_above[link_id]:
        found = [(*outer, row) for outer in found for row in rows_of(sheet, Slot(group, outer))]
    return found


def _all_rows(form: Form, sheet: Sheet) -> dict[tuple[str, ...], list[Rows]]:
    """For each chain of repeating groups, the rows that exist in it."""
    found: dict[tuple[str, ...], list[Rows]] = {(): [()]}
    for above in form.repeating_above.values():
        for length in range(1, len(above) + 1):
            chain = above[:length]
            if chain not in found:
                found[chain] = [
                    (*outer, row)
                    for outer in found[chain[:-1]]
                    for row in rows_of(sheet, Slot(chain[-1], outer))
                ]
    return found


def _placed(
    form: Form, sheet: Sheet, rows: Mapping[tuple[str, ...], list[Rows]]
) -> dict[Slot, Values]:
    """Answers to questions of this form, in rows that exist."""
    above, items = form.repeating_above, form.by_link_id
    existing = {chain: set(found) for chain, found in rows.items()}
    return {
        slot: values
        for slot, values in sheet.values.items()
        if values
        and (item := items.get(slot.link_id))
        and item.is_question
        and slot.rows in existing[above[item.link_id]]
    }


@dataclass(frozen=True)
class _Asking:
    form: Form
    settled: Settled
    verdicts: Mapping[Slot, bool]

    def settle_one(self, item: Item) -> None:
        values, enabled = self.settled.values, self.settled.enabled
        for rows in self.settled.rows[self.form.repeating_above[item.link_id]]:
            slot = Slot(item.link_id, rows) if rows else item.slot
            if self._is_asked(item, rows):
                enabled.add(slot)
                if item.totals:
                    self._add_up(item, slot)
            else:
                values.pop(slot, None)

    def settle_cycle(self, part: tuple[Item, ...]) -> None:
        """Again and again whatever hangs on what changed, the first in the form first."""
        hanging = self._hanging(part)
        for item in part:
            for rows in self.settled.rows[self.form.repeating_above[item.link_id]]:
                self._add_up(item, Slot(item.link_id, rows))
        waiting = [item.index for item in part]
        heapify(waiting)
        queued = set(waiting)
        while waiting:
            index = heappop(waiting)
            queued.discard(index)
            item = self.form.in_order[index]
            if self._again(item):
                for other in hanging[item.link_id]:
                    if other not in queued:
                        queued.add(other)
                        heappush(waiting, other)

    def _again(self, item: Item) -> bool:
        """Look at an item of a cycle once more. Whether anything changed for others."""
        values, enabled = self.settled.values, self.settled.enabled
        has_changed = False
        for rows in self.settled.rows[self.form.repeating_above[item.link_id]]:
            slot = Slot(item.link_id, rows)
            is_asked = self._is_asked(item, rows)
            has_changed |= is_asked is not (slot in enabled)
            if is_asked:
                enabled.add(slot)
                has_changed |= self._add_up(item, slot)
            else:
                enabled.discard(slot)
                has_changed |= values.pop(slot, None) is not None
        return has_changed

    def _add_up(self, item: Item, slot: Slot) -> bool:
        """Put the total where it belongs, or take it away. Whether that changed anything."""
        if not item.totals:
            return False
        values = self.settled.values
        before, found = values.pop(slot, ()), adding.total(self.form, item, slot.rows, values)
        if found:
            values[slot] = found
        return before != found

    def _hanging(self, part: tuple[Item, ...]) -> defaultdict[str, list[int]]:
        """For each item of a cycle, the places of those that wait for it."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for item in part:
            found[self.form.parents.get(item.link_id, "")].append(item.index)
            for condition in item.enable_when:
                found[condition.question].append(item.index)
            for question in self.form.summed.get(item.link_id, ()):
                found[question.link_id].append(item.index)
        return found

    def _is_asked(self, item: Item, rows: Rows) -> bool:
        form = self.form
        parent = form.parents.get(item.link_id)
        if parent is not None:
            holder = form.by_link_id[parent]
            above = Slot(parent, rows[: len(form.repeating_above[parent])]) if rows else holder.slot
            if above not in self.settled.enabled:
                return False
            if (
                holder.is_question
                and item.type is not ItemType.DISPLAY
                and above not in self.settled.values
            ):
                return False
        if item.enable_expression and not self.verdicts.get(Slot(item.link_id, rows), True):
            return False
        conditions = item.enable_when
        if not conditions:
            return True
        if len(conditions) == 1:
            return self._is_met(conditions[0], item, rows)
        met = (self._is_met(condition, item, rows) for condition in conditions)
        return any(met) if item.enable_any else all(met)

    def _is_met(self, condition: Condition, item: Item, rows: Rows) -> bool:
        answers = self._answers(condition.question, item, rows)
        operator, answer = condition.operator, condition.answer
        if operator == "exists":
            return bool(answers) is answer
        if operator == "!=":
            return not any(compares("=", value, answer) for value in answers)
        return any(compares(operator, value, answer) for value in answers)

    def _answers(self, question: str, item: Item, rows: Rows) -> Values:
        form, values = self.form, self.settled.values
        chain = form.repeating_above[question]
        if not chain:
            return values.get(form.by_link_id[question].slot, ())
        shared = _shared(chain, form.repeating_above[item.link_id])
        own = rows[:shared]
        if shared == len(chain):
            return values.get(Slot(question, own), ())
        candidates = self.settled.rows[chain]
        comes_before = form.by_link_id[question].index < item.index
        for candidate in reversed(candidates) if comes_before else candidates:
            if candidate[:shared] == own:
                found = values.get(Slot(question, candidate))
                if found:
                    return found
        return ()


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many of the outermost repeating groups two items have in common."""
    count = 0
    for each, same in zip(one, other, strict=False):
        if each != same:
            break
        count += 1
    return count
