"""A plan: all the steps around a session, as one value that never changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import time
from typing import Any

from app.plans.kinds import Route
from app.plans.steps import (
    Checks,
    Confirm,
    Course,
    Escort,
    Evening,
    Goals,
    Intake,
    Join,
    Morning,
    Nudge,
    ReadinessEve,
    ReadinessMorning,
    ScalesAfter,
    ScalesBefore,
    Step,
    StepKind,
    Visit,
    Week,
)


@dataclass(frozen=True)
class Plan:
    """What is sent, asked and booked around a session, and when."""

    intake: Intake = field(default_factory=Intake)
    readiness_eve: ReadinessEve = field(default_factory=ReadinessEve)
    readiness_morning: ReadinessMorning = field(default_factory=ReadinessMorning)
    scales_before: ScalesBefore = field(default_factory=ScalesBefore)
    escort: Escort = field(default_factory=Escort)
    visit: Visit = field(default_factory=Visit)
    confirm: Confirm = field(default_factory=Confirm)
    join: Join = field(default_factory=Join)
    nudge: Nudge = field(default_factory=Nudge)
    evening: Evening = field(default_factory=Evening)
    morning: Morning = field(default_factory=Morning)
    checks: Checks = field(default_factory=Checks)
    week: Week = field(default_factory=Week)
    goals: Goals = field(default_factory=Goals)
    scales_after: ScalesAfter = field(default_factory=ScalesAfter)
    course: Course = field(default_factory=Course)

    @property
    def route(self) -> Route:
        """How the medicine is given unless a session says otherwise."""
        return self.course.route

    def steps(self) -> Iterator[tuple[StepKind, Step]]:
        """Every step with its kind, those before a session first."""
        for kind in StepKind:
            yield kind, self.step(kind)

    def step(self, kind: StepKind) -> Step:
        """The step of a kind."""
        step: Step = getattr(self, name_of(kind))
        return step

    def written(self) -> dict[str, dict[str, Any]]:
        """As JSON keeps it: a step's kind, then its values; an hour as "17:00"."""
        return {
            str(kind): {each.name: _plain(getattr(step, each.name)) for each in fields(step)}
            for kind, step in self.steps()
        }


STANDARD = Plan()


def name_of(kind: StepKind) -> str:
    """How a plan calls its step of a kind."""
    return kind.value.replace("-", "_")


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat("minutes")
    return list(value) if isinstance(value, tuple) else value
