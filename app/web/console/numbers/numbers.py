"""The clinic's numbers: every one opens what it counts and the rows behind it."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.metrics import baseline, export, guard_rails, period, report
from app.metrics.figures import Metric, Row, State
from app.metrics.report import Report
from app.people.models import Patient
from app.scheduling.models import Appointment
from app.web import papers
from app.web.console import looking
from app.web.console.desk import desk_page
from app.web.console.numbers import numbers_shown
from app.web.console.numbers import numbers_words as words
from app.web.guards import staff_only
from app.web.pages import not_found

_PAGE = 50
_PARTS = {
    "counted": State.COUNTED,
    "hit": State.COUNTED,
    "miss": State.COUNTED,
    "open": State.OPEN,
    "left-out": State.LEFT_OUT,
}
_MAIN = ("on-time", "joined", "intake", "journaling", "rescheduled")
_RAILS = ("undelivered", "opt-outs", "texts", "answered", "easy")


@staff_only
def show(request: Request, db: Session) -> Response:
    """Three months side by side, the guard rails beside what is wanted to rise."""
    clinic = request.state.clinic
    read, frozen = _report(request, db), baseline.of(db, clinic)
    return _page(
        request,
        db,
        "index",
        read,
        main=[numbers_shown.shown(read, slug, frozen) for slug in _MAIN],
        rails=[numbers_shown.shown(read, slug, frozen) for slug in _RAILS],
        together=list(report.rose_together(read, frozen)),
        standing=guard_rails.standing(db, clinic),
        asks=_open_asks(db, clinic.id),
        spreads=numbers_shown.spreads,
    )


@staff_only
def show_one(request: Request, db: Session) -> Response:
    """One metric: what it counts, its months, where misses stopped, what is left out."""
    read = _report(request, db)
    metric = _metric(request, read)
    seen = numbers_shown.shown(read, metric.slug, baseline.of(db, request.state.clinic))
    return _page(
        request,
        db,
        "metric",
        read,
        seen=seen,
        definition=words.definition(metric.slug, request.state.clinic.minutes_together),
        misses=[] if metric.hides_all else numbers_shown.counts(metric, State.COUNTED),
        left_out=numbers_shown.counts(metric, State.LEFT_OUT),
        marks=[] if metric.hides_all else numbers_shown.marks(metric),
        steps=numbers_shown.steps(metric),
        spreads=numbers_shown.spreads(metric),
        groups=[
            (name, numbers_shown.spreads(metric, code))
            for code, name in numbers_shown.groups(metric)
        ],
        ranks=numbers_shown.ranks_of(metric),
    )


@staff_only
def rows(request: Request, db: Session) -> Response:
    """The rows behind one number, the latest first, fifty at a time. Looking is written down."""
    read = _report(request, db)
    metric = _metric(request, read)
    month, part = _month_of(request, read), request.path_params["part"]
    why = request.query_params.get("why", "")
    if part not in _PARTS or (why and why not in metric.whys(None, _PARTS[part])):
        not_found()
    if month is not None and metric.hides_months:
        not_found()
    found = [
        row
        for row in metric.of(month, _PARTS[part])
        if _is_in(row, part) and (not why or row.why == why)
    ]
    told = _told(metric, found)
    number = _number(request, len(told))
    on_page = told[(number - 1) * _PAGE : number * _PAGE]
    people = _people(db, on_page)
    looking.note(request, "view-row", *people.values())
    return _page(
        request,
        db,
        "rows",
        read,
        metric=metric,
        month=month,
        part=part,
        why=why,
        rows=on_page,
        total=len(told),
        kept_private=len(found) - len(told) if not metric.hides_all else 0,
        hides_all=metric.hides_all,
        people=people,
        number=number,
        last=max(1, -(-len(told) // _PAGE)),
    )


@staff_only
def table(request: Request, db: Session) -> Response:
    """The rows of one metric, all figures, or everything together. Demo rows count in none.

    Taking them out is written down, and of everybody who has a row among them.
    """
    read = _report(request, db, for_export=True)
    name = request.path_params["name"]
    if name not in ("all", "figures", *read.metrics):
        not_found()
    theirs = _people(db, [] if name == "figures" else export.rows_of(read, name))
    looking.note(request, "export-metrics", request.state.clinic, *theirs.values())
    if name == "all":
        return papers.packed(request, export.everything(read), "numbers")
    if name == "figures":
        return papers.table(request, export.figures(read), "figures")
    return papers.table(request, export.table(read, name), name)


def _report(request: Request, db: Session, *, for_export: bool = False) -> Report:
    clinic = request.state.clinic
    months = period.until(_until(request), clinic.zone)
    return report.read(db, clinic, months, for_export=for_export)


def _until(request: Request) -> date:
    """The last month shown: this one, unless an earlier one is asked for."""
    today = period.month_of(clock.now(), request.state.clinic.zone)
    asked = period.read(request.query_params.get("until", ""))
    return min(asked, today) if asked else today


def _month_of(request: Request, read: Report) -> date | None:
    said = request.path_params["month"]
    if said == numbers_shown.ALL:
        return None
    month = period.read(said)
    if month not in read.period.months:
        not_found()
    return month


def _metric(request: Request, read: Report) -> Metric:
    metric = read.metrics.get(request.path_params["slug"])
    if metric is None:
        not_found()
    return metric


def _told(metric: Metric, found: list[Row]) -> list[Row]:
    """Those that staff may see, the latest first."""
    told = [row for row in found if not metric.is_private or row.facts["told"] == "yes"]
    return sorted(told, key=lambda row: (row.infusion.ended_at, row.infusion.id), reverse=True)


def _is_in(row: Row, part: str) -> bool:
    return part not in ("hit", "miss") or row.is_hit == (part == "hit")


def _number(request: Request, total: int) -> int:
    said = request.query_params.get("page", "1")
    last = max(1, -(-total // _PAGE))
    return min(max(1, int(said)), last) if said.isdecimal() and len(said) < 8 else 1


def _people(db: Session, found: list[Row]) -> dict[Any, Patient]:
    ids = {row.infusion.patient_id for row in found}
    return {each.id: each for each in db.scalars(select(Patient).where(Patient.id.in_(ids)))}


def _open_asks(db: Session, clinic_id: Any) -> list[Appointment]:
    """Who wants another time and has none yet, the oldest first."""
    return list(
        db.scalars(
            select(Appointment)
            .options(joinedload(Appointment.patient))
            .where(
                Appointment.clinic_id == clinic_id,
                Appointment.asked_at.is_not(None),
                Appointment.status.in_(("booked", "arrived")),
            )
            .order_by(Appointment.asked_at)
        )
    )


def _page(request: Request, db: Session, template: str, read: Report, **context: Any) -> Response:
    months = read.period.months
    today = period.month_of(clock.now(), request.state.clinic.zone)
    return desk_page(
        request,
        db,
        f"console/numbers/{template}.html",
        section="numbers",
        report=read,
        said=words,
        until=f"{months[-1]:%Y-%m}",
        earlier=f"{period.before(months[0]):%Y-%m}",
        later=f"{min(today, _steps_on(months[-1])):%Y-%m}" if months[-1] < today else "",
        **context,
    )


def _steps_on(month: date) -> date:
    for _each in range(period.SHOWN):
        month = period.after(month)
    return month


routes = [
    Route("/metrics", show, methods=["GET"], name="metrics"),
    Route("/metrics/tables/{name}", table, methods=["GET"], name="metrics-table"),
    Route("/metrics/{slug}", show_one, methods=["GET"], name="metric"),
    Route("/metrics/{slug}/{month}/{part}", rows, methods=["GET"], name="metric-rows"),
]
