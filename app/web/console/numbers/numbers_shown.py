"""The figures as a page shows them: lines of a table, and where their marks stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.i18n import gettext as _
from app.metrics import intake, joining
from app.metrics.baseline import Frozen
from app.metrics.figures import Figure, Metric, Spread, State
from app.metrics.report import Report
from app.web.console.numbers import numbers_words as words

ALL = "all"


@dataclass(frozen=True)
class Line:
    """One month, or all of them, or the frozen one. `key` leads to its rows; "" leads nowhere."""

    key: str
    label: str
    figure: Figure
    is_hidden: bool = False

    @property
    def percent(self) -> str:
        """`85 %`, or nothing while they are few."""
        share = self.figure.share
        return "" if share is None or self.is_hidden else _("%(n)s %%") % {"n": share.percent}

    @property
    def between(self) -> tuple[int, int] | None:
        """The interval in whole percent."""
        share = self.figure.share
        return None if share is None or self.is_hidden else share.between

    @property
    def at(self) -> int | None:
        """Where the share's mark stands, from 0 to 100."""
        share = self.figure.share
        return None if share is None or self.is_hidden else share.percent


@dataclass(frozen=True)
class Count:
    """How many stopped somewhere, or are left out for a reason, in each month and in all."""

    code: str
    words: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Spreads:
    """One measure: of how many, and its ranks in words."""

    code: str
    words: str
    count: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A metric with everything a page says about it."""

    slug: str
    name: str
    metric: Metric
    lines: list[Line]
    whole: Line
    frozen: Line | None
    open: int
    is_plain: bool

    @property
    def few(self) -> bool:
        """Whether nothing at all may be said of a share."""
        return self.whole.at is None


def shown(report: Report, slug: str, frozen: Frozen | None) -> Shown:
    """One metric of a report."""
    metric = report.metrics[slug]
    lines = [
        Line(
            f"{month:%Y-%m}",
            _month(report, month),
            metric.figure(month),
            metric.hides_months or metric.hides_all,
        )
        for month in report.period.months
    ]
    before = frozen.figures.get(slug) if frozen else None
    return Shown(
        slug=slug,
        name=words.name(slug),
        metric=metric,
        lines=lines,
        whole=Line(ALL, _("All three"), metric.figure(), metric.hides_all),
        frozen=_frozen(frozen, before) if frozen and before else None,
        open=len(metric.of(None, State.OPEN)),
        is_plain=slug in words.PLAIN,
    )


def counts(metric: Metric, state: State) -> list[Count]:
    """Where misses stopped, or why rows are left out, the most frequent first."""
    whole = metric.whys(None, state)
    by_month = [metric.whys(month, state) for month in metric.months]
    return [
        Count(code, words.why(code), tuple(month[code] for month in by_month), total)
        for code, total in sorted(whole.items(), key=lambda each: (-each[1], each[0]))
    ]


def spreads(metric: Metric, mark: str = "") -> list[Spreads]:
    """Every measure over all months."""
    return [
        _spread(code, metric.spread(code, mark=mark), ranks)
        for code, ranks in metric.measures.items()
    ]


def marks(metric: Metric) -> list[tuple[str, int]]:
    """What is said beside hits, with how many."""
    return [(words.mark(code), count) for code, count in sorted(metric.marks().items())]


def groups(metric: Metric) -> list[tuple[str, str]]:
    """By what the times are shown apart: mark and words."""
    if metric.slug == joining.SLUG:
        return [(code, words.mark(code)) for code in joining.FAMILIES]
    if metric.measures and metric.slug == "rescheduled":
        return [(code, words.mark(code)) for code in ("self-service", "staff")]
    return []


def steps(metric: Metric) -> list[tuple[str, int]]:
    """How far forms came, of the rows that count."""
    if metric.slug != intake.SLUG:
        return []
    found = intake.funnel(metric.of(None, State.COUNTED))
    return [(words.step(code), count) for code, count in found]


def ranks_of(metric: Metric) -> Sequence[str]:
    """The heads of the table of times."""
    ranks = next(iter(metric.measures.values()), ())
    return [words.rank(each) for each in ranks]


def _spread(code: str, spread: Spread, ranks: Sequence[int]) -> Spreads:
    values = tuple(words.value(code, spread.ranks[rank]) if spread.ranks else "" for rank in ranks)
    return Spreads(code, words.measure(code), spread.count, values)


def _month(report: Report, month: date) -> str:
    name = words.month(month, short=True)
    now = report.cohort.now
    is_so_far = report.period.month_of(now) == month
    return _("%(month)s so far") % {"month": name} if is_so_far else name


def _frozen(frozen: Frozen, figure: Figure) -> Line:
    label = _("%(month)s, before Afterglow") % {"month": words.month(frozen.month)}
    return Line("", label, figure)
