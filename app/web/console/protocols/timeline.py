"""What hangs on a session as a page shows it: a picture of its days, and the same as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app import wall_time
from app.i18n import gettext as _
from app.people.models import Clinic
from app.plans import kept, order
from app.plans.plan import Plan
from app.plans.steps import StepKind
from app.protocols import dry_run, picture
from app.protocols.dry_run import Planned
from app.protocols.picture import Picture, Shown, Sign
from app.web.console.protocols import plan_words
from app.web.console.protocols.sample_session import Sample

_LANES = {
    StepKind.INTAKE: 0,
    StepKind.READINESS_EVE: 0,
    StepKind.READINESS_MORNING: 0,
    StepKind.ESCORT: 1,
    StepKind.VISIT: 2,
    StepKind.CONFIRM: 2,
    StepKind.JOIN: 2,
    StepKind.NUDGE: 2,
    StepKind.EVENING: 3,
    StepKind.MORNING: 3,
    StepKind.WEEK: 3,
    StepKind.GOALS: 3,
    StepKind.CHECKS: 4,
    StepKind.SCALES_BEFORE: 4,
    StepKind.SCALES_AFTER: 4,
}


@dataclass(frozen=True)
class Row:
    """One thing, and how it comes. `sign`: one of `Sign`, or `session` for the session itself."""

    title: str
    sign: str
    at: datetime
    text: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class OneDay:
    """What comes on one day of the patient's calendar."""

    at: datetime
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Drawn:
    """A picture and its list. `window`: from and to; None where no visit is planned."""

    picture: Picture
    days: tuple[OneDay, ...]
    window: tuple[datetime, datetime] | None
    zone: str
    texts: int  # how many leave by themselves

    @property
    def rows(self) -> list[Row]:
        """Everything in its order."""
        return [row for day in self.days for row in day.rows]


def of(db: Session, clinic: Clinic, plan: Plan, sample: Sample) -> Drawn:
    """What this plan makes of that session, on the patient's clock."""
    planned = dry_run.foresee(
        db,
        clinic,
        plan,
        sample.starts_at,
        sample.ends_at,
        zone=sample.zone,
        language=sample.language,
    )
    session = (sample.starts_at, sample.ends_at)
    window = _window(clinic, plan, sample.ends_at)
    shown = [Shown(_LANES[each.kind], each.at, _sign(each)) for each in planned]
    return Drawn(
        picture=picture.draw(shown, session=session, window=window, zone=sample.zone),
        days=_days([*_rows(planned), Row(_("The session"), "session", session[0])], sample),
        window=window,
        zone=sample.zone,
        texts=sum(each.sign is Sign.TEXT for each in shown),
    )


def lane(number: int) -> str:
    """What a row of the picture is called."""
    return (
        _("Forms and checks before"),
        _("Whoever drives home"),
        _("Integration visit"),
        _("Quiet minutes"),
        _("Scales and side effects"),
    )[number]


def _sign(planned: Planned) -> Sign:
    if planned.why_not:
        return Sign.OUT
    if planned.kind is StepKind.VISIT:
        return Sign.VISIT
    return Sign.TEXT if planned.text else Sign.PAGE


def _window(clinic: Clinic, plan: Plan, ended_at: datetime) -> tuple[datetime, datetime] | None:
    if not plan.visit.is_on:
        return None
    opens, closes = order.window_of(plan, kept.own_window(clinic))
    return ended_at + timedelta(hours=opens), ended_at + timedelta(hours=closes)


def _rows(planned: Sequence[Planned]) -> list[Row]:
    """A row for each; the second text about forms is their reminder."""
    rows, has_asked = [], False
    for each in planned:
        title, sign = plan_words.title(each.kind), _sign(each)
        if each.kind is StepKind.INTAKE:
            title = _("Reminder of the forms") if has_asked else title
            has_asked = True
        rows.append(Row(title, sign, each.at, each.text or "", each.why_not or ""))
    return rows


def _days(rows: Sequence[Row], sample: Sample) -> tuple[OneDay, ...]:
    by_day: dict[date, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.at):
        by_day.setdefault(wall_time.wall(row.at, sample.zone).date(), []).append(row)
    return tuple(OneDay(of_day[0].at, tuple(of_day)) for of_day in by_day.values())
