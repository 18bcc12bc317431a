"""What an evaluated sheet has to tell those who check it and lead through it."""

from typing import Protocol

from app.questionnaires.engine import sheets
from app.questionnaires.engine.values import Sheet, Slot, Values


class Standing(Protocol):
    """How a form stands with the answers so far. `evaluation.State` is one."""

    @property
    def sheet(self) -> Sheet:
        """The answers that count: those of enabled questions."""

    @property
    def enabled(self) -> frozenset[Slot]:
        """Everything that is shown, groups and displays too."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The enabled questions in the order of the form, one for each row."""


def rows_of(state: Standing, group: Slot) -> tuple[int, ...]:
    """The rows of a repeating group: one, unless it was said otherwise."""
    return sheets.rows_of(state.sheet, group)


def answers_to(state: Standing, slot: Slot) -> Values:
    """What stands at a place."""
    return state.sheet.values.get(slot, ())
