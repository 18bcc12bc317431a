"""The steps of a plan: what each may say, and how far it may go. Pure values.

A step's fields carry their limits, so that a form, a file and the other system's resource are held
to the same. An empty field leaves the choice to the clinic's own settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_type_hints

from app.plans.kinds import Route

AWAKE = (time(8), time(21))  # outside these nothing is sent


class StepKind(StrEnum):
    INTAKE = "intake"
    READINESS_EVE = "readiness-eve"
    READINESS_MORNING = "readiness-morning"
    SCALES_BEFORE = "scales-before"
    ESCORT = "escort"
    VISIT = "visit"
    CONFIRM = "confirm"
    JOIN = "join"
    NUDGE = "nudge"
    EVENING = "evening"
    MORNING = "morning"
    CHECKS = "checks"
    WEEK = "week"
    GOALS = "goals"
    SCALES_AFTER = "scales-after"
    COURSE = "course"


class Unit(StrEnum):
    FLAG = "flag"
    COUNT = "count"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    TIME = "time"
    GAPS = "gaps"  # days between sessions, over and over
    ROUTE = "route"


@dataclass(frozen=True)
class Field:
    """One value of a step. `least` and `most` belong to the range."""

    name: str
    unit: Unit
    least: Any = None
    most: Any = None
    may_be_empty: bool = False


def _field(default: Any, unit: Unit, least: Any = None, most: Any = None) -> Any:
    return field(default=default, metadata={"unit": unit, "least": least, "most": most})


def _flag(default: bool) -> Any:
    return _field(default, Unit.FLAG)


def _minutes(default: int, least: int, most: int) -> Any:
    return _field(default, Unit.MINUTES, least, most)


def _hours(default: int | None, least: int, most: int) -> Any:
    return _field(default, Unit.HOURS, least, most)


def _days(default: int | None, least: int, most: int) -> Any:
    return _field(default, Unit.DAYS, least, most)


def _within(least: time = AWAKE[0], most: time = AWAKE[1]) -> dict[str, Any]:
    return {"unit": Unit.TIME, "least": least, "most": most}


@dataclass(frozen=True)
class Intake:
    """All that is asked before a session, texted at booking or so many days ahead."""

    is_on: bool = _flag(True)
    opens_days: int | None = _days(None, 1, 60)  # empty: as soon as it is booked
    due_hours: int = _hours(24, 3, 168)  # before the start
    reminds: bool = _flag(True)
    remind_at: time = field(default=time(10), metadata=_within(most=time(20)))


@dataclass(frozen=True)
class ReadinessEve:
    """The check of the day before, on the patient's clock."""

    is_on: bool = _flag(True)
    days: int = _days(1, 1, 3)
    at: time = field(default=time(17), metadata=_within(least=time(15), most=time(20)))


@dataclass(frozen=True)
class ReadinessMorning:
    """The check of the day itself, so long before the start and never at night."""

    is_on: bool = _flag(True)
    hours: int = _hours(3, 1, 6)


@dataclass(frozen=True)
class ScalesBefore:
    """The scales that come with what is asked before a session."""

    is_on: bool = _flag(True)


@dataclass(frozen=True)
class Escort:
    """A text to the person who drives home: when to come, and where to."""

    is_on: bool = _flag(False)
    minutes: int = _minutes(240, 15, 720)  # before the planned end


@dataclass(frozen=True)
class Visit:
    """The integration visit that is booked along with a session."""

    is_on: bool = _flag(True)
    rest_hours: int = _hours(16, 0, 120)  # after the session's end
    opens_hours: int | None = _hours(None, 0, 120)  # of the window; empty: as the clinic keeps it
    closes_hours: int | None = _hours(None, 6, 168)
    minutes: int = _minutes(50, 15, 120)  # its length

    @property
    def rest(self) -> timedelta:
        """What a visit booked by itself leaves after the session's end."""
        return timedelta(hours=self.rest_hours)

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Confirm:
    """The question whether the time of a visit still suits, at its own hour so many days ahead."""

    is_on: bool = _flag(True)
    days: int = _days(1, 1, 3)
    earliest: time = field(default=time(9), metadata=_within(most=time(12)))
    latest: time = field(default=time(20), metadata=_within(least=time(13)))


@dataclass(frozen=True)
class Join:
    """The text with the link. It cannot be switched off: without it nobody arrives."""

    minutes: int = _minutes(5, 2, 30)  # before the visit

    @property
    def before(self) -> timedelta:
        """How long before the visit it leaves."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Nudge:
    """Once more, for whoever has not joined."""

    is_on: bool = _flag(True)
    minutes: int = _minutes(3, 1, 15)  # after the visit's start

    @property
    def after(self) -> timedelta:
        """How long after the visit's start it leaves."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Evening:
    """A quiet minute on the session's evening. The patient's own hour goes before."""

    is_on: bool = _flag(True)
    at: time = field(default=time(18), metadata=_within(least=time(16), most=time(20, 30)))
    hours: int = _hours(2, 2, 6)  # after the end at least


@dataclass(frozen=True)
class Morning:
    """A quiet minute on the next morning. The patient's own hour goes before."""

    is_on: bool = _flag(True)
    at: time = field(default=time(9), metadata=_within(most=time(12)))


@dataclass(frozen=True)
class Checks:
    """How somebody is after a session: short, on the page of a quiet minute, never texted."""

    with_evening: bool = _flag(True)
    with_morning: bool = _flag(True)
    hours: int = _hours(48, 12, 96)  # how long the morning's stays open


@dataclass(frozen=True)
class Week:
    """A quiet minute a week later. Left out where the next session comes before it."""

    is_on: bool = _flag(True)
    days: int = _days(7, 5, 10)
    at: time = field(default=time(10), metadata=_within(most=time(20)))


@dataclass(frozen=True)
class Goals:
    """Goals old and new, after a visit that took place."""

    is_on: bool = _flag(True)
    days: int = _days(7, 2, 10)  # how long it stays open


@dataclass(frozen=True)
class ScalesAfter:
    """Mood and worry after a course's last session, and from then on."""

    is_on: bool = _flag(True)
    days: int | None = _days(None, 14, 31)  # empty: as the clinic keeps it
    every_days: int | None = _days(None, 0, 180)  # 0: not again


@dataclass(frozen=True)
class Course:
    """How many sessions belong together, how far apart, and how the medicine is given."""

    sessions: int = _field(1, Unit.COUNT, 1, 24)
    gaps: tuple[int, ...] = field(
        default=(7,), metadata={"unit": Unit.GAPS, "least": 1, "most": 60}
    )
    route: Route = field(default=Route.IV, metadata={"unit": Unit.ROUTE})


Step = (
    Intake
    | ReadinessEve
    | ReadinessMorning
    | ScalesBefore
    | Escort
    | Visit
    | Confirm
    | Join
    | Nudge
    | Evening
    | Morning
    | Checks
    | Week
    | Goals
    | ScalesAfter
    | Course
)
KINDS: Mapping[StepKind, type[Step]] = dict(zip(StepKind, get_args(Step), strict=True))


@cache
def fields_of(kind: StepKind) -> tuple[Field, ...]:
    """What a step may say, in the order in which a form asks for it."""
    hints = get_type_hints(KINDS[kind])
    return tuple(
        Field(each.name, **each.metadata, may_be_empty=type(None) in get_args(hints[each.name]))
        for each in fields(KINDS[kind])
    )


def is_on(step: Step) -> bool:
    """Whether a step takes place. One that cannot be switched off always does."""
    if isinstance(step, Checks):
        return step.with_evening or step.with_morning
    return getattr(step, "is_on", True)
