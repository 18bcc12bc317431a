"""What a protocol's steps are called, in groups, and how courses and routes are said."""

from datetime import UTC, date, datetime, time

from app import i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.plans.kinds import ProtocolKind, Route
from app.plans.steps import Course, StepKind

_SOME_DAY = date(2026, 1, 1)  # an hour of the day is said without one


def parts() -> list[tuple[str, str, tuple[StepKind, ...]]]:
    """The steps in groups, in the order in which they come about: place, words and steps."""
    return [
        ("sessions", _("The sessions"), (StepKind.COURSE,)),
        (
            "before",
            _("Before a session"),
            (
                StepKind.INTAKE,
                StepKind.SCALES_BEFORE,
                StepKind.READINESS_EVE,
                StepKind.READINESS_MORNING,
                StepKind.ESCORT,
            ),
        ),
        (
            "visit",
            _("The integration visit"),
            (StepKind.VISIT, StepKind.CONFIRM, StepKind.JOIN, StepKind.NUDGE),
        ),
        (
            "after",
            _("After a session"),
            (StepKind.EVENING, StepKind.MORNING, StepKind.CHECKS, StepKind.GOALS, StepKind.WEEK),
        ),
        ("end", _("After the last session"), (StepKind.SCALES_AFTER,)),
    ]


def title(kind: StepKind) -> str:
    """What a step is called."""
    return {
        StepKind.INTAKE: _("Forms before a session"),
        StepKind.READINESS_EVE: _("Check on the day before"),
        StepKind.READINESS_MORNING: _("Check on the day itself"),
        StepKind.SCALES_BEFORE: _("Scales before a session"),
        StepKind.ESCORT: _("Text to whoever drives home"),
        StepKind.VISIT: _("Integration visit"),
        StepKind.CONFIRM: _("Question whether the time suits"),
        StepKind.JOIN: _("Text with the link"),
        StepKind.NUDGE: _("Second text after the start"),
        StepKind.EVENING: _("Quiet minute in the evening"),
        StepKind.MORNING: _("Quiet minute in the morning"),
        StepKind.CHECKS: _("Check for side effects"),
        StepKind.WEEK: _("Quiet minute a week later"),
        StepKind.GOALS: _("Looking at hopes again"),
        StepKind.SCALES_AFTER: _("Scales afterwards"),
        StepKind.COURSE: _("How many, how far apart"),
    }[kind]


def about(kind: StepKind) -> str:
    """What a step is for, on the page where it is changed."""
    return {
        StepKind.INTAKE: _("Every form that is asked before a session, behind one link."),
        StepKind.READINESS_EVE: _("A few questions whether all is ready: food, a lift, how it is."),
        StepKind.READINESS_MORNING: _("A few questions before they leave home."),
        StepKind.SCALES_BEFORE: _("Mood and worry, on the page of what is asked before."),
        StepKind.ESCORT: _(
            "When to come and where to, where somebody is named. It tells of no medicine."
        ),
        StepKind.VISIT: _("The talk by video that is booked along with a session."),
        StepKind.CONFIRM: _("“Reply OK, or LATER”. Whoever just agreed to the time is not asked."),
        StepKind.JOIN: _("One tap opens the room. Without it nobody arrives, so it always leaves."),
        StepKind.NUDGE: _("For whoever has not joined: the same link, and the offer of a call."),
        StepKind.EVENING: _("One question, a few words or none, on the evening of the session."),
        StepKind.MORNING: _("One question, a few words or none, on the morning after."),
        StepKind.CHECKS: _("Short, on the page of the quiet minute. It has no text of its own."),
        StepKind.WEEK: _("One question a week on. Left out where the next session comes first."),
        StepKind.GOALS: _("After a visit that took place: keep a hope, change it, let it go."),
        StepKind.SCALES_AFTER: _("Mood and worry once a course is over, and from then on."),
        StepKind.COURSE: _("How many sessions belong together, and how the medicine is given."),
    }[kind]


def kind(value: ProtocolKind) -> str:
    """What sort of protocol it is."""
    return {
        ProtocolKind.SINGLE: _("One session"),
        ProtocolKind.COURSE: _("A course"),
        ProtocolKind.HOME: _("At home"),
    }[value]


def route(value: Route) -> str:
    """How the medicine is given."""
    return {
        Route.IV: _("Infusion (IV)"),
        Route.IM: _("Injection (IM)"),
        Route.TABLET: _("Tablet"),
        Route.NASAL: _("Nasal spray"),
    }[value]


def sessions(course: Course) -> str:
    """`6 sessions, 3 and 4 days apart in turn`."""
    if course.sessions == 1:
        return _("1 session")
    number = {"num": course.sessions}
    many = ngettext("%(num)s session", "%(num)s sessions", course.sessions) % number
    return f"{many}, {_apart(course.gaps)}"


def hour(value: time) -> str:
    """`6:00 pm`."""
    return i18n.local_clock(datetime.combine(_SOME_DAY, value, UTC), "UTC")


def _apart(gaps: tuple[int, ...]) -> str:
    if set(gaps) == {7}:
        return _("weekly")
    if set(gaps) == {14}:
        return _("every two weeks")
    if len(set(gaps)) == 1:
        return ngettext("%(num)s day apart", "%(num)s days apart", gaps[0]) % {"num": gaps[0]}
    some = {"some": ", ".join(map(str, gaps[:-1])), "last": gaps[-1]}
    return _("%(some)s and %(last)s days apart in turn") % some
