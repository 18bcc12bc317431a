"""Takes in what somebody wants a step to say: typed into a form, or written in a file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from app import i18n
from app.i18n import gettext as _
from app.plans.kinds import Route
from app.plans.order import WINDOW, PlanRefusal, refuse_disorder
from app.plans.plan import STANDARD, Plan, name_of
from app.plans.steps import Field, StepKind, Unit, fields_of

_MOST_GAPS = 24
_A_DAY = date(2026, 11, 23)


def read(written: Mapping[str, Mapping[str, Any]], window: tuple[int, int] = WINDOW) -> Plan:
    """The plan that `Plan.written` wrote, or another system. What it leaves out is as standard.

    Refuses (PlanRefusal) steps that do not exist and what a step may not say. `window`: the hours
    of the clinic's own, for a plan that names none.
    """
    plan = STANDARD
    for name, values in written.items():
        if name not in [*StepKind] or not isinstance(values, Mapping):
            raise PlanRefusal(_("A plan has no such step."), step=None)
        plan = _with(plan, StepKind(name), values)
    refuse_disorder(plan, window)
    return plan


def changed(
    plan: Plan, kind: StepKind, values: Mapping[str, Any], window: tuple[int, int] = WINDOW
) -> Plan:
    """The plan with these values in one step; what is not named stays. Refuses as `read` does."""
    plan = _with(plan, kind, values)
    refuse_disorder(plan, window)
    return plan


def stored(written: Mapping[str, Mapping[str, Any]]) -> Plan:
    """A plan out of the database: what steps no longer know is left out."""
    plan = STANDARD
    for kind in StepKind:
        names = {each.name for each in fields_of(kind)}
        values = written.get(kind, {})
        plan = _with(plan, kind, {name: values[name] for name in values if name in names})
    return plan


def typed(kind: StepKind, form: Mapping[str, str]) -> dict[str, Any]:
    """All values of a step as a page's form sends them: a box that is not ticked is not sent."""
    return {
        each.name: each.name in form if each.unit is Unit.FLAG else form.get(each.name, "")
        for each in fields_of(kind)
    }


def _with(plan: Plan, kind: StepKind, values: Mapping[str, Any]) -> Plan:
    known = {each.name: each for each in fields_of(kind)}
    wanted = {}
    for name, value in values.items():
        if name not in known:
            raise PlanRefusal(_("A step says no such thing."), step=kind, field=name)
        wanted[name] = _value(kind, known[name], value)
    step: Any = replace(plan.step(kind), **wanted)
    return replace(plan, **{name_of(kind): step})


def _value(kind: StepKind, field: Field, value: Any) -> Any:
    """One value in its own type, within its limits."""
    if isinstance(value, str):
        value = value.strip()
    if value in (None, ""):
        if field.may_be_empty:
            return None
        raise PlanRefusal(_("Fill this in."), step=kind, field=field.name)
    if field.unit is Unit.FLAG:
        return _flag(kind, field, value)
    if field.unit is Unit.TIME:
        return _time(kind, field, value)
    if field.unit is Unit.GAPS:
        return _gaps(kind, field, value)
    if field.unit is Unit.ROUTE:
        if value not in [*Route]:
            raise PlanRefusal(_("Choose from the list."), step=kind, field=field.name)
        return Route(value)
    return _number(kind, field, value)


def _flag(kind: StepKind, field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise PlanRefusal(_("Say yes or no."), step=kind, field=field.name)
    return value


def _number(kind: StepKind, field: Field, value: Any) -> int:
    number = _whole(value)
    if number is None or not field.least <= number <= field.most:
        raise PlanRefusal(
            _("Enter a number from %(least)s to %(most)s.")
            % {"least": field.least, "most": field.most},
            step=kind,
            field=field.name,
        )
    return number


def _time(kind: StepKind, field: Field, value: Any) -> time:
    try:
        at = value if isinstance(value, time) else time.fromisoformat(value)
    except (TypeError, ValueError):
        raise PlanRefusal(_("Enter a time, like 17:00."), step=kind, field=field.name) from None
    at = at.replace(second=0, microsecond=0, tzinfo=None)
    if not field.least <= at <= field.most:
        raise PlanRefusal(
            _("Enter a time from %(least)s to %(most)s.")
            % {"least": _said(field.least), "most": _said(field.most)},
            step=kind,
            field=field.name,
        )
    return at


def _gaps(kind: StepKind, field: Field, value: Any) -> tuple[int, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    numbers = [_whole(part) for part in parts] if isinstance(parts, list | tuple) else []
    good = tuple(number for number in numbers if number and field.least <= number <= field.most)
    if not good or len(good) < len(numbers) or len(good) > _MOST_GAPS:
        raise PlanRefusal(
            _("Enter days from 1 to 60, one after the other, like 3, 4."),
            step=kind,
            field=field.name,
        )
    return good


def _whole(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    is_number = isinstance(value, str) and value.strip().isascii() and value.strip().isdigit()
    return int(value) if is_number and len(value) < 6 else None


def _said(at: time) -> str:
    return i18n.local_clock(datetime.combine(_A_DAY, at, UTC), "UTC")
