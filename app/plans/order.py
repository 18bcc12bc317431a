"""What the steps of a plan may not do to each other."""

from datetime import timedelta

from app.i18n import gettext as _
from app.plans.plan import Plan
from app.plans.steps import StepKind
from app.refusal import Refusal

WINDOW = (0, 72)  # hours after a session's end, where neither plan nor clinic says otherwise
_LEAST_EVERY = 14  # the mood scale asks about two weeks
_DAY = timedelta(days=1)


class PlanRefusal(Refusal):
    """A plan may not say that. `step` is the kind of the step, `field` its value."""

    def __init__(self, message: str, *, step: StepKind | None, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.step = step


def refuse_disorder(plan: Plan, window: tuple[int, int] = WINDOW) -> None:
    """Refuses (PlanRefusal) steps that contradict each other. `window`: the clinic's own hours."""
    _refuse_window(plan, window)
    _refuse_late_asking(plan)
    if 0 < (plan.scales_after.every_days or 0) < _LEAST_EVERY:
        raise PlanRefusal(
            _("Enter days from 14 to 180, or 0."), step=StepKind.SCALES_AFTER, field="every_days"
        )


def window_of(plan: Plan, window: tuple[int, int]) -> tuple[int, int]:
    """When the window after a session opens and closes, in hours; `window`: the clinic's own."""
    opens, closes = plan.visit.opens_hours, plan.visit.closes_hours
    return window[0] if opens is None else opens, window[1] if closes is None else closes


def _refuse_window(plan: Plan, window: tuple[int, int]) -> None:
    opens, closes = window_of(plan, window)
    if opens >= closes:
        raise PlanRefusal(
            _("The window must close after it opens."), step=StepKind.VISIT, field="closes_hours"
        )
    if plan.visit.is_on and plan.visit.rest_hours >= closes:
        raise PlanRefusal(
            _("The rest must end before the window closes."),
            step=StepKind.VISIT,
            field="rest_hours",
        )
    if plan.week.is_on and plan.week.days * _DAY < timedelta(hours=closes):
        # From a session's end to the close of its window no more than four texts leave.
        raise PlanRefusal(
            _("This must come after the window has closed."), step=StepKind.WEEK, field="days"
        )


def _refuse_late_asking(plan: Plan) -> None:
    opens_days, due = plan.intake.opens_days, timedelta(hours=plan.intake.due_hours)
    if opens_days is not None and opens_days * _DAY <= due:
        raise PlanRefusal(
            _("It must be due after it was asked."), step=StepKind.INTAKE, field="due_hours"
        )
