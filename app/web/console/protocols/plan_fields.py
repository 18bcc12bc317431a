"""The form of one step of a protocol: what is asked for, what it means, what stands there now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from app.i18n import gettext as _
from app.people.models import Clinic
from app.plans.kinds import Route
from app.plans.steps import Field, Step, StepKind, Unit, fields_of
from app.web.console.protocols import plan_words
from app.web.console.protocols.plan_words import hour

_INPUTS = {Unit.FLAG: "checkbox", Unit.TIME: "time", Unit.ROUTE: "select", Unit.GAPS: "text"}


@dataclass(frozen=True)
class Asked:
    """One field as the page asks for it. `type` as the field macro knows it."""

    name: str
    label: str
    hint: str
    type: str
    value: Any
    least: str = ""
    most: str = ""
    optional: bool = False
    options: tuple[tuple[str, str], ...] = ()


def of(
    kind: StepKind, step: Step, clinic: Clinic, typed: Mapping[str, str] | None = None
) -> list[Asked]:
    """The fields of a step with what it says, or with what was typed."""
    return [_asked(kind, each, step, clinic, typed) for each in fields_of(kind)]


def written(value: Any) -> str:
    """A value as a field of a form holds it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, time):
        return value.isoformat("minutes")
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _asked(
    kind: StepKind, field: Field, step: Step, clinic: Clinic, typed: Mapping[str, str] | None
) -> Asked:
    label, hint = _said(kind, field.name, clinic)
    now = written(getattr(step, field.name))
    routes = tuple((each.value, plan_words.route(each)) for each in Route)
    limited = field.unit not in (Unit.FLAG, Unit.GAPS, Unit.ROUTE)
    return Asked(
        name=field.name,
        label=label,
        hint=" ".join(filter(None, (hint, _range(field) if limited else ""))),
        type=_INPUTS.get(field.unit, "number"),
        value=now if typed is None else typed.get(field.name, ""),
        least=written(field.least) if limited else "",
        most=written(field.most) if limited else "",
        optional=field.may_be_empty,
        options=routes if field.unit is Unit.ROUTE else (),
    )


def _range(field: Field) -> str:
    if isinstance(field.least, time):
        ends = {"least": hour(field.least), "most": hour(field.most)}
    else:
        ends = {"least": str(field.least), "most": str(field.most)}
    return _("From %(least)s to %(most)s.") % ends


def _said(kind: StepKind, name: str, clinic: Clinic) -> tuple[str, str]:
    """Label and hint. What is the same in every step is said in one place."""
    if name == "is_on":
        return _("This takes place"), _what_off_means(kind)
    said = _labels(clinic)
    return said.get((kind, name)) or said[(None, name)]


def _labels(clinic: Clinic) -> dict[tuple[StepKind | None, str], tuple[str, str]]:
    kept = _("Left empty: as the clinic keeps it, %(number)s.")
    return {
        (None, "at"): (_("At what time"), _("On the patient's own clock.")),
        (StepKind.EVENING, "at"): _own_hour(),
        (StepKind.MORNING, "at"): _own_hour(),
        (StepKind.INTAKE, "opens_days"): (
            _("How many days ahead it is asked"),
            _("Left empty: as soon as the session is booked."),
        ),
        (StepKind.INTAKE, "due_hours"): (_("How many hours before the start it is due"), ""),
        (StepKind.INTAKE, "reminds"): (_("Remind whoever is not done"), ""),
        (StepKind.INTAKE, "remind_at"): (
            _("At what time they are reminded"),
            _("On the patient's own clock."),
        ),
        (StepKind.READINESS_EVE, "days"): (_("How many days ahead"), ""),
        (StepKind.READINESS_MORNING, "hours"): (_("How many hours before the start"), ""),
        (StepKind.ESCORT, "minutes"): (_("How many minutes before the planned end"), ""),
        (StepKind.VISIT, "rest_hours"): (
            _("Hours of rest before it"),
            _("From the session's end, for a visit that is booked by itself."),
        ),
        (StepKind.VISIT, "opens_hours"): (
            _("Window opens, hours after the end"),
            kept % {"number": clinic.window_opens_hours},
        ),
        (StepKind.VISIT, "closes_hours"): (
            _("Window closes, hours after the end"),
            kept % {"number": clinic.window_closes_hours},
        ),
        (StepKind.VISIT, "minutes"): (_("Length in minutes"), ""),
        (StepKind.CONFIRM, "days"): (_("How many days ahead"), ""),
        (StepKind.CONFIRM, "earliest"): (
            _("Never before"),
            _("On the patient's own clock."),
        ),
        (StepKind.CONFIRM, "latest"): (_("Never after"), ""),
        (StepKind.JOIN, "minutes"): (_("How many minutes before the visit"), ""),
        (StepKind.NUDGE, "minutes"): (_("How many minutes after the start"), ""),
        (StepKind.EVENING, "hours"): (_("Hours after the end at least"), ""),
        (StepKind.CHECKS, "with_evening"): (_("With the evening's quiet minute"), ""),
        (StepKind.CHECKS, "with_morning"): (_("With the morning's quiet minute"), ""),
        (StepKind.CHECKS, "hours"): (_("Hours for which the morning's is open"), ""),
        (StepKind.WEEK, "days"): (_("How many days after the session"), ""),
        (StepKind.GOALS, "days"): (_("Days for which it is open"), ""),
        (StepKind.SCALES_AFTER, "days"): (
            _("How many days after the last session"),
            kept % {"number": clinic.scales_after_days},
        ),
        (StepKind.SCALES_AFTER, "every_days"): (
            _("Then again every so many days"),
            kept % {"number": clinic.scales_every_days} + " " + _("0: not again."),
        ),
        (StepKind.COURSE, "sessions"): (_("How many sessions"), ""),
        (StepKind.COURSE, "gaps"): (
            _("Days from one session to the next"),
            _("One number, or several that take turns, like 3, 4."),
        ),
        (StepKind.COURSE, "route"): (
            _("How the medicine is given"),
            _("A session may say otherwise when it is booked."),
        ),
    }


def _own_hour() -> tuple[str, str]:
    return _("At what time"), _("Whoever has chosen an hour of their own is held to it.")


def _what_off_means(kind: StepKind) -> str:
    if kind is StepKind.VISIT:
        return _("Without it no visit is booked along, and none is asked for.")
    return ""
