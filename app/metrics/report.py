"""All metrics of some months at one clinic, read at once: as many questions for ten rows as for
ten thousand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from app.metrics import (
    cohort,
    guard_rails,
    intake,
    joining,
    journaling,
    leaving_texts,
    on_time,
    replying,
    talks,
)
from app.metrics.baseline import Frozen
from app.metrics.cohort import Cohort
from app.metrics.figures import Figure, Metric
from app.metrics.period import Period
from app.people.models import Clinic


@dataclass(frozen=True)
class Report:
    """The metrics in the order in which they are shown."""

    cohort: Cohort
    metrics: Mapping[str, Metric]

    @property
    def period(self) -> Period:
        """The months that stand side by side."""
        return self.cohort.period


@dataclass(frozen=True)
class Together:
    """On-time visits rose, and so did opt-outs: both, from one month to a later one."""

    earlier: date
    later: date
    on_time: tuple[Figure, Figure]
    opt_outs: tuple[Figure, Figure]


def read(db: Session, clinic: Clinic, months: Period, *, for_export: bool = False) -> Report:
    """Read everything. `for_export`: a demo clinic's rows are all left out."""
    whom = cohort.load(db, clinic, months, for_export=for_export)
    found = talks.load(db, whom)
    leavings = leaving_texts.load(db, whom)
    texts = guard_rails.texts_of(db, whom)
    metrics = (
        on_time.measure(whom, found, leavings),
        joining.measure(whom, found),
        intake.measure(db, whom),
        journaling.measure(db, whom),
        replying.measure(db, whom, found),
        guard_rails.undelivered(whom, texts),
        guard_rails.left_texts(whom, texts, leavings),
        guard_rails.texts_each(whom, texts),
        *guard_rails.ease(whom, found),
    )
    return Report(whom, {metric.slug: metric for metric in metrics})


def rose_together(report: Report, frozen: Frozen | None = None) -> Iterator[Together]:
    """Where on-time visits and opt-outs both rose from one month to the next, compared exactly.

    The frozen month is compared with the last one that has figures.
    """
    on_time_of = report.metrics[on_time.SLUG].figure
    left_of = report.metrics[guard_rails.LEFT_TEXTS].figure
    months = [month for month in report.period.months if on_time_of(month).of]
    for earlier, later in pairwise(months):
        visits = on_time_of(earlier), on_time_of(later)
        leavers = left_of(earlier), left_of(later)
        if _rose(*visits) and _rose(*leavers):
            yield Together(earlier, later, visits, leavers)
    if frozen and months and guard_rails.LEFT_TEXTS in frozen.figures:
        visits = frozen.figures[on_time.SLUG], on_time_of(months[-1])
        leavers = frozen.figures[guard_rails.LEFT_TEXTS], left_of(months[-1])
        if _rose(*visits) and _rose(*leavers):
            yield Together(frozen.month, months[-1], visits, leavers)


def _rose(earlier: Figure, later: Figure) -> bool:
    return later.n * earlier.of > earlier.n * later.of
