"""What the engine asks of whoever can work out a form's own expressions and patterns.

The engine itself runs neither: both come from outside and may be hostile. They are worked out in
`app.questionnaires.expressions` and `app.questionnaires.patterns`, with a limit of time. What
they answer never raises: trouble is told in the outcome, and the caller goes on without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from app.questionnaires.engine.items import Expression, Form
from app.questionnaires.engine.values import Sheet, Slot, Values

WHOLE_FORM = Slot("")  # where the form's own constraints stand


class Wanted(StrEnum):
    """What an expression is for, and so how its outcome is typed."""

    ENABLED = "enabled"  # True or False; trouble: True, the question is shown
    CONSTRAINT = "constraint"  # True or False; trouble or nothing: True, not held against anybody
    CALCULATED = "calculated"  # values of the item's type; trouble: none
    INITIAL = "initial"  # values of the item's type; trouble: none


class Ask(NamedTuple):
    """One expression, at the place of the item that carries it."""

    slot: Slot
    wanted: Wanted
    expression: Expression


class Trouble(StrEnum):
    """Why an expression has no true outcome."""

    NONE = ""
    SLOW = "slow"  # it went over its time and was stopped
    FAILED = "failed"  # it cannot be read, or broke on these answers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expression: `is_true` for a condition, `values` for an answer."""

    values: Values = ()
    is_true: bool = False
    trouble: Trouble = Trouble.NONE


class Expressions(Protocol):
    """Works out expressions over a sheet: all of a page in one call, since each call has a price.

    `sheet` holds what counts right now (enabled answers only). Outcomes come in the order of the
    asks. The same asks over the same sheet are answered from memory.
    """

    def work_out(self, form: Form, sheet: Sheet, asks: Sequence[Ask]) -> tuple[Outcome, ...]: ...


class Patterns(Protocol):
    """Tries texts against a form's patterns: None when a pattern cannot be used or is too slow."""

    def fit(self, pairs: Sequence[tuple[str, str]]) -> tuple[bool | None, ...]: ...
