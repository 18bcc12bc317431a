"""A sheet of answers against its form: what is asked, what counts, what it adds up to.

The same form and sheet always come to the same state, and the state's own sheet comes to it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.questionnaires.engine import enablement, sheets, sums
from app.questionnaires.engine.adding import Score
from app.questionnaires.engine.enablement import Settled
from app.questionnaires.engine.expressing import Ask, Expressions, Wanted
from app.questionnaires.engine.items import Form, Item, StaffRule
from app.questionnaires.engine.staff_rules import met, met_by_total
from app.questionnaires.engine.values import Sheet, Slot, Values

__all__ = ["Hit", "Score", "State", "evaluate", "opened"]

# Rounds in which expressions may change each other's minds freely, and rounds at all. In those
# between, what an expression hides stays hidden and what it worked out stays.
_FREE_ROUNDS = 5
_MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """A staff rule that an answer, or the total of a group, meets."""

    slot: Slot
    rule: StaffRule


@dataclass(frozen=True)
class State:
    """What a sheet comes to. `slots` are the questions that are asked, hidden ones included."""

    sheet: Sheet
    enabled: frozenset[Slot]
    slots: tuple[Slot, ...]
    hits: tuple[Hit, ...]
    dropped: tuple[Slot, ...]
    form: Form = field(repr=False)
    settled: Settled = field(repr=False, compare=False)

    def is_enabled(self, slot: Slot) -> bool:
        return slot in self.enabled

    def values(self, slot: Slot) -> Values:
        """The answers that count in a slot."""
        return self.sheet.values.get(slot, ())

    @cached_property
    def scores(self) -> Mapping[str, Score]:
        """Sums by the link id of a group or a total; those of the whole form under ""."""
        return sums.scores(self.form, self.settled)


def evaluate(form: Form, sheet: Sheet, *, expressions: Expressions | None = None) -> State:
    """Work out the state. Answers that are not asked are dropped; nothing here raises."""
    given = _prepared(form, sheet, keeps_worked_out=expressions is None)
    settled = _settled(form, given, expressions)
    enabled = settled.enabled
    kept = Sheet(
        settled.values,
        {
            slot: rows
            for slot, rows in sheet.groups.items()
            if slot in enabled and rows != sheets.ONE_ROW
        },
        {slot: row for slot, row in sheet.last_rows.items() if slot in enabled},
    )
    return State(
        sheet=kept,
        enabled=frozenset(enabled),
        slots=tuple(_in_order(form.items, (), enabled, kept)),
        hits=tuple(_hits(form, settled)),
        dropped=tuple(_dropped(form, sheet, kept)),
        form=form,
        settled=settled,
    )


def opened(form: Form, before: State, after: State) -> dict[Slot, Values]:
    """What questions begin with that are asked now and were not before."""
    beginning = {item.link_id: item.initial for item in form.in_order if item.initial}
    return {
        slot: beginning[slot.link_id]
        for slot in (after.slots if beginning else ())
        if slot.link_id in beginning
        and slot not in before.enabled
        and slot not in after.sheet.values
    }


def _prepared(form: Form, sheet: Sheet, *, keeps_worked_out: bool) -> Sheet:
    """Without totals, which are added up anew; with what hidden questions hold from the start."""
    values = dict(sheet.values)
    again = {item.link_id for item in form.worked_out if item.totals or not keeps_worked_out}
    if again:
        values = {slot: each for slot, each in values.items() if slot.link_id not in again}
    for link_id in form.unseen:
        item = form.by_link_id[link_id]
        if item.initial and item.is_question and link_id not in again:
            for rows in enablement.places(form, sheet, link_id):
                values.setdefault(Slot(link_id, rows), item.initial)
    return Sheet(values, sheet.groups)


def _settled(form: Form, given: Sheet, expressions: Expressions | None) -> Settled:
    verdicts: dict[Slot, bool] = {}
    worked_out: dict[Slot, Values] = {}
    for count in range(_MOST_ROUNDS):
        settled = enablement.settle(form, sheets.put_all(given, worked_out), verdicts)
        asks = [*_asked_whether(form, settled), *_asked_what(form, settled)]
        if expressions is None or not asks:
            break
        sheet = Sheet(settled.values, given.groups)
        outcomes = list(zip(asks, expressions.work_out(form, sheet, asks), strict=True))
        new_verdicts = {
            ask.slot: outcome.is_true and (count < _FREE_ROUNDS or verdicts.get(ask.slot, True))
            for ask, outcome in outcomes
            if ask.wanted is Wanted.ENABLED
        }
        new_values = (
            worked_out
            if count >= _FREE_ROUNDS
            else {
                ask.slot: outcome.values
                for ask, outcome in outcomes
                if ask.wanted is Wanted.CALCULATED and sums.may_stand(form, ask.slot, settled)
            }
        )
        if new_verdicts == verdicts and new_values == worked_out:
            break
        verdicts, worked_out = new_verdicts, new_values
    return settled


def _asked_whether(form: Form, settled: Settled) -> Iterator[Ask]:
    for item in form.by_expression:
        for rows in settled.rows[form.repeating_above[item.link_id]]:
            if item.enable_expression:
                yield Ask(Slot(item.link_id, rows), Wanted.ENABLED, item.enable_expression)


def _asked_what(form: Form, settled: Settled) -> Iterator[Ask]:
    for item in form.worked_out:
        for rows in settled.rows[form.repeating_above[item.link_id]]:
            slot = Slot(item.link_id, rows)
            if item.calculated and not item.totals and slot in settled.enabled:
                yield Ask(slot, Wanted.CALCULATED, item.calculated)


def _in_order(
    items: tuple[Item, ...], rows: tuple[int, ...], enabled: set[Slot], sheet: Sheet
) -> list[Slot]:
    found: list[Slot] = []
    for item in items:
        slot = Slot(item.link_id, rows) if rows else item.slot
        if slot not in enabled:
            continue
        if item.is_question:
            found.append(slot)
        if item.items and item.is_repeating and not item.is_question:
            for row in sheets.rows_of(sheet, slot):
                found += _in_order(item.items, (*rows, row), enabled, sheet)
        elif item.items:
            found += _in_order(item.items, rows, enabled, sheet)
    return found


def _dropped(form: Form, sheet: Sheet, kept: Sheet) -> Iterator[Slot]:
    """Answers that somebody gave and that do not count; what is worked out is nobody's answer."""
    worked_out = {item.link_id for item in form.worked_out}
    for slot in sheet.values:
        if slot not in kept.values and slot.link_id not in worked_out:
            yield slot


def _hits(form: Form, settled: Settled) -> Iterator[Hit]:
    has_totals = any(rule.of_score for item in form.ruled for rule in item.rules)
    scores = sums.scores(form, settled) if has_totals else {}
    for item in form.ruled:
        score = scores.get(item.link_id)
        total = score.total if score else None
        for rows in settled.rows[form.repeating_above[item.link_id]]:
            slot = Slot(item.link_id, rows)
            if slot not in settled.enabled:
                continue
            values = settled.values.get(slot, ())
            for rule in item.rules:
                if rule.of_score:
                    if met_by_total(rule, total):
                        yield Hit(slot, rule)
                elif found := met(item, rule, values):
                    yield Hit(slot, found)
