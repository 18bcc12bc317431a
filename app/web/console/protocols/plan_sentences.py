"""What each step of a protocol says, in one sentence."""

from collections.abc import Callable, Mapping
from typing import Any

from app.i18n import gettext as _
from app.i18n import ngettext, one_stop
from app.people.models import Clinic
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
    Visit,
    Week,
    is_on,
)
from app.web.console.protocols.plan_words import hour, route, sessions


def of(step: Step, clinic: Clinic) -> str:
    """The sentence; where a step leaves a choice to the clinic's settings, with what they say."""
    if not is_on(step):
        return _("Left out.")
    return one_stop(_BY_STEP[type(step)](step, clinic))


def _intake(step: Intake, _clinic: Clinic) -> str:
    opens = (
        _("As soon as it is booked") if step.opens_days is None else _days_ahead(step.opens_days)
    )
    said = _("%(opens)s; due %(hours)s before the start.") % {
        "opens": opens,
        "hours": _hours(step.due_hours),
    }
    if not step.reminds:
        return said
    return (
        said
        + " "
        + _("Once more at %(at)s, for whoever is not done.") % {"at": hour(step.remind_at)}
    )


def _eve(step: ReadinessEve, _clinic: Clinic) -> str:
    if step.days == 1:
        return _("At %(at)s on the day before.") % {"at": hour(step.at)}
    return _("At %(at)s, %(days)s ahead.") % {"at": hour(step.at), "days": _days(step.days)}


def _day_itself(step: ReadinessMorning, _clinic: Clinic) -> str:
    return _("%(hours)s before the start, never at night.") % {"hours": _hours(step.hours)}


def _scales_before(_step: ScalesBefore, _clinic: Clinic) -> str:
    return _("With what is asked before, no more than once a week.")


def _escort(step: Escort, _clinic: Clinic) -> str:
    return _("%(minutes)s before the planned end, where staff have named somebody.") % {
        "minutes": _minutes(step.minutes)
    }


def _visit(step: Visit, clinic: Clinic) -> str:
    opens = clinic.window_opens_hours if step.opens_hours is None else step.opens_hours
    closes = clinic.window_closes_hours if step.closes_hours is None else step.closes_hours
    return _(
        "%(minutes)s, booked at least %(rest)s after the end, inside the window from "
        "%(opens)s to %(closes)s hours."
    ) % {
        "minutes": _minutes(step.minutes),
        "rest": _hours(step.rest_hours),
        "opens": opens,
        "closes": closes,
    }


def _confirm(step: Confirm, _clinic: Clinic) -> str:
    return _("%(days)s before the visit, between %(earliest)s and %(latest)s.") % {
        "days": _days(step.days),
        "earliest": hour(step.earliest),
        "latest": hour(step.latest),
    }


def _join(step: Join, _clinic: Clinic) -> str:
    return _("%(minutes)s before the visit.") % {"minutes": _minutes(step.minutes)}


def _nudge(step: Nudge, _clinic: Clinic) -> str:
    return _("%(minutes)s after the visit's start.") % {"minutes": _minutes(step.minutes)}


def _evening(step: Evening, _clinic: Clinic) -> str:
    return _("At %(at)s, never sooner than %(hours)s after the end.") % {
        "at": hour(step.at),
        "hours": _hours(step.hours),
    }


def _morning(step: Morning, _clinic: Clinic) -> str:
    return _("At %(at)s, 12 to 20 hours after the end.") % {"at": hour(step.at)}


def _checks(step: Checks, _clinic: Clinic) -> str:
    if not step.with_morning:
        return _("With the evening's quiet minute.")
    hours = {"hours": _hours(step.hours)}
    if not step.with_evening:
        return _("With the morning's quiet minute, open for %(hours)s.") % hours
    return _("With both quiet minutes; the morning's is open for %(hours)s.") % hours


def _week(step: Week, _clinic: Clinic) -> str:
    return _("At %(at)s, %(days)s after the session.") % {
        "at": hour(step.at),
        "days": _days(step.days),
    }


def _goals(step: Goals, _clinic: Clinic) -> str:
    return _("After the visit, open for %(days)s.") % {"days": _days(step.days)}


def _scales_after(step: ScalesAfter, clinic: Clinic) -> str:
    days = clinic.scales_after_days if step.days is None else step.days
    every = clinic.scales_every_days if step.every_days is None else step.every_days
    if not every:
        return _("%(days)s after the last session, once.") % {"days": _days(days)}
    return _("%(days)s after the last session, then every %(every)s.") % {
        "days": _days(days),
        "every": _days(every),
    }


def _course(step: Course, _clinic: Clinic) -> str:
    return f"{sessions(step)}. {route(step.route)}."


def _days(number: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", number) % {"num": number}


def _hours(number: int) -> str:
    return ngettext("%(num)s hour", "%(num)s hours", number) % {"num": number}


def _minutes(number: int) -> str:
    return ngettext("%(num)s minute", "%(num)s minutes", number) % {"num": number}


def _days_ahead(number: int) -> str:
    return ngettext("%(num)s day ahead", "%(num)s days ahead", number) % {"num": number}


_BY_STEP: Mapping[type, Callable[[Any, Clinic], str]] = {
    Intake: _intake,
    ReadinessEve: _eve,
    ReadinessMorning: _day_itself,
    ScalesBefore: _scales_before,
    Escort: _escort,
    Visit: _visit,
    Confirm: _confirm,
    Join: _join,
    Nudge: _nudge,
    Evening: _evening,
    Morning: _morning,
    Checks: _checks,
    Week: _week,
    Goals: _goals,
    ScalesAfter: _scales_after,
    Course: _course,
}
