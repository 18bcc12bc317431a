"""The rows and figures as tables for a spreadsheet: enough to compute every figure anew.

No name and no number of anybody. What a cell holds is a moment, a count, a word of ours or an id;
should one ever begin like a formula, a quote goes before it.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from app.intake.tables import safe
from app.metrics.figures import Fact, Metric, Row, State
from app.metrics.report import Report

_EXACT = Decimal("0.00000001")
_ROW = ("month", "state", "why", "counts_as", "marks")
_INFUSION = (
    "infusion",
    "status",
    "end_recorded",
    "left_out_by_staff",
    "infusion_ended_at",
    "window_opens_at",
    "window_closes_at",
)
_FIGURE = ("metric", "month", "measure", "n", "of", "share", "low", "high")
Line = Sequence[Fact]


def table(report: Report, slug: str) -> str:
    """The rows of one metric as CSV, its head first."""
    return _written(_rows(report.metrics[slug]))


def rows_of(report: Report, name: str) -> list[Row]:
    """The rows that name an infusion in the table of one metric, or (`all`) in any."""
    chosen = report.metrics.values() if name == "all" else [report.metrics[name]]
    return [row for metric in chosen if not metric.is_private for row in metric.rows]


def figures(report: Report) -> str:
    """Every figure of every metric as CSV."""
    lines: list[Line] = [_FIGURE]
    for metric in report.metrics.values():
        lines += _figures(metric)
    return _written(lines)


def about(report: Report) -> str:
    """What the tables were made from: the clock, the zone, the months."""
    cohort = report.cohort
    return _written(
        [
            ("as_of", "zone", "months", "demo"),
            (
                cohort.now,
                cohort.period.zone,
                " ".join(_month(month) for month in cohort.period.months),
                "yes" if cohort.clinic.is_demo else "no",
            ),
        ]
    )


def everything(report: Report) -> bytes:
    """All tables in one file."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("about.csv", about(report))
        packed.writestr("figures.csv", figures(report))
        for slug in report.metrics:
            packed.writestr(f"{slug}.csv", table(report, slug))
    return body.getvalue()


def _rows(metric: Metric) -> Iterator[Line]:
    names = list(dict.fromkeys(name for row in metric.rows for name in row.facts))
    if metric.is_private:
        names = [name for name in names if name != "told"]
        yield (*_ROW, *names)
        yield from sorted(_private(metric, names), key=str)  # in no order that tells who it is
        return
    yield (*_ROW, *_INFUSION, *names)
    for row in metric.rows:
        facts = [row.facts.get(name) for name in names]
        yield (*_row(row), *_infusion(row), *facts)


def _private(metric: Metric, names: Sequence[str]) -> Iterator[Line]:
    """Rows of nobody: below ten none at all, and without their month where one alone would tell."""
    if metric.hides_all:
        return
    hides_months = metric.hides_months
    for row in metric.of(None, State.COUNTED):
        month, *rest = _row(row)
        facts = [row.facts.get(name) for name in names]
        yield ("" if hides_months else month, *rest, *facts)


def _row(row: Row) -> Line:
    counts_as = ("hit" if row.is_hit else "miss") if row.state is State.COUNTED else ""
    return (_month(row.month), row.state.value, row.why, counts_as, " ".join(row.marks))


def _infusion(row: Row) -> Line:
    infusion = row.infusion
    return (
        str(infusion.id),
        infusion.status.value,
        "yes" if infusion.has_end else "no",
        infusion.left_out,
        infusion.ended_at,
        infusion.opens_at,
        infusion.closes_at,
    )


def _figures(metric: Metric) -> Iterator[Line]:
    months: list[date | None] = [None]
    if metric.hides_all:
        return
    if not metric.hides_months:
        months += metric.months
    for month in months:
        said = (metric.slug, _month(month))
        figure = metric.figure(month)
        share = figure.share
        exact = (share.share, share.low, share.high) if share else ()
        yield (*said, "share", figure.n, figure.of, *(_exact(each) for each in exact))
        for why, count in sorted(metric.whys(month, State.COUNTED).items()):
            yield (*said, f"miss:{why}", count, figure.of)
        if not metric.is_private:
            yield from _beside(metric, month, said)


def _beside(metric: Metric, month: date | None, said: tuple[str, str]) -> Iterator[Line]:
    yield (*said, "open", len(metric.of(month, State.OPEN)))
    for why, count in sorted(metric.whys(month, State.LEFT_OUT).items()):
        yield (*said, f"left-out:{why}", count)
    for measure in metric.measures:
        spread = metric.spread(measure, month)
        for rank, value in spread.ranks.items():
            yield (*said, f"p{rank}:{measure}", value, spread.count)


def _exact(share: Decimal) -> str:
    return str(share.quantize(_EXACT, rounding=ROUND_HALF_UP))


def _month(month: date | None) -> str:
    return "all" if month is None else f"{month:%Y-%m}"


def _written(lines: Iterable[Line]) -> str:
    body = io.StringIO()
    writer = csv.writer(body)
    for line in lines:
        writer.writerow([_cell(value) for value in line])
    return body.getvalue()


def _cell(value: Fact) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return safe(value) if isinstance(value, str) else str(value)
