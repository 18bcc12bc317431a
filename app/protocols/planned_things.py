"""One thing that a plan brings a patient, and which of them the cap would hold back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.messaging import caps
from app.messaging.models import Purpose
from app.plans.steps import StepKind

_PURPOSES = {
    StepKind.INTAKE: Purpose.INTAKE,
    StepKind.READINESS_EVE: Purpose.READINESS,
    StepKind.READINESS_MORNING: Purpose.READINESS,
    StepKind.CONFIRM: Purpose.CONFIRM,
    StepKind.JOIN: Purpose.JOIN,
    StepKind.EVENING: Purpose.EVENING,
    StepKind.MORNING: Purpose.MORNING,
}


@dataclass(frozen=True)
class Planned:
    """One thing a patient would get at `at`. Without `text` it waits on a page, or is a visit.

    `why_not`: it falls out, and why; `at` is then when it would have been. `until`: how long it
    can be answered, or lasts.
    """

    kind: StepKind
    at: datetime
    text: str | None = None
    why_not: str | None = None
    until: datetime | None = None


def capped(planned: Sequence[Planned], ends_at: datetime) -> Iterator[Planned]:
    """What the cap on texts around a session would hold back waits on its page."""
    for place, each in enumerate(planned):
        if place in _withheld(planned, ends_at):
            yield replace(each, text=None)
        else:
            yield each


def _withheld(planned: Sequence[Planned], ends_at: datetime) -> set[int]:
    found = set()
    for key in ("before", "after"):
        counted = {
            place: (each.at, _PURPOSES[each.kind])
            for place, each in _counted(planned)
            if (each.at < ends_at) is (key == "before")
        }
        found |= caps.withheld(counted, key)
    return found


def _counted(planned: Sequence[Planned]) -> Iterator[tuple[int, Planned]]:
    """What counts against a cap: not the second text of the forms, which is the reminder."""
    has_asked = False
    for place, each in enumerate(planned):
        if each.text is None or each.kind not in _PURPOSES:
            continue
        if each.kind is StepKind.INTAKE and has_asked:
            continue
        has_asked = has_asked or each.kind is StepKind.INTAKE
        yield place, each
