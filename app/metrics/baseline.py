"""The month before go-live, frozen: what it said once is what it says for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db.once import add_once
from app.i18n import gettext as _
from app.metrics import on_time, period
from app.metrics.figures import Figure
from app.metrics.models import Baseline
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal


class NotFrozen(Refusal):
    pass


@dataclass(frozen=True)
class Frozen:
    """The month, and each figure as it was. `by_hand`: counted from the clinic's charts."""

    month: date
    by_hand: bool
    figures: Mapping[str, Figure]
    row: Baseline


def of(db: Session, clinic: Clinic) -> Frozen | None:
    """What a clinic froze, if it did."""
    row = db.scalar(select(Baseline).where(Baseline.clinic_id == clinic.id))
    if row is None:
        return None
    figures = {slug: Figure(n, of) for slug, (n, of) in json.loads(row.figures).items()}
    return Frozen(row.month_on, row.by_hand, figures, row)


def freeze_counted(
    db: Session, clinic: Clinic, month: date, n: int, total: int, *, by: Practitioner
) -> None:
    """Freeze what the clinic counted itself: of so many sessions, so many talks on time.

    Refuses (NotFrozen) a second baseline, a month that is not over, and more talks than sessions.
    """
    if not 0 <= n <= total or total == 0:
        raise NotFrozen(_("Enter how many there were, and of how many."), field="n")
    _freeze(db, clinic, month, {on_time.SLUG: Figure(n, total)}, by_hand=True, by=by)


def freeze(
    db: Session, clinic: Clinic, month: date, figures: Mapping[str, Figure], *, by: Practitioner
) -> None:
    """Freeze a month as the rows tell it. Refuses as above, and a month without a session."""
    if not figures.get(on_time.SLUG, Figure(0, 0)).of:
        raise NotFrozen(_("No session of that month counts yet."), field="month")
    _freeze(db, clinic, month, figures, by_hand=False, by=by)


def _freeze(
    db: Session,
    clinic: Clinic,
    month: date,
    figures: Mapping[str, Figure],
    *,
    by_hand: bool,
    by: Practitioner,
) -> None:
    if period.after(month) > period.month_of(clock.now(), clinic.zone):
        raise NotFrozen(_("Choose a month that is over."), field="month")
    written = json.dumps({slug: [each.n, each.of] for slug, each in figures.items()})
    row = Baseline(
        clinic_id=clinic.id,
        month_on=month,
        by_hand=by_hand,
        figures=written,
        frozen_by_id=by.id,
        frozen_at=clock.now(),
    )
    if not add_once(db, row):
        raise NotFrozen(_("The baseline is frozen already. It does not change any more."))
    trail.record(db, "freeze-baseline", agent=by, entity=clinic, detail=f"{month:%Y-%m}")
