"""Days that differ from the week: holidays, clinicians away, extra hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import calendars, closures, holidays
from app.scheduling.closures import Days
from app.scheduling.models import Appointment, ExceptionKind, HoursException
from app.web.console.book.booking_form import one_of
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.roles import is_administrator
from app.web.forms import clock_time, day, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

FIELDS = ("whose", "kind", "first_on", "last_on", "opens", "closes", "name")


@dataclass(frozen=True)
class Line:
    """One entry, whose it is, and what is still booked in its time away."""

    row: HoursException
    whose: str  # empty: the clinic's
    booked: list[Appointment]

    @property
    def is_extra(self) -> bool:
        return self.row.kind is ExceptionKind.EXTRA

    @property
    def when(self) -> str:
        """`Thursday, November 26`, with a last day and with times where there are any."""
        first, last = _said(self.row.first_on), _said(self.row.last_on)
        days = (
            first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
        )
        if self.row.opens is None or self.row.closes is None:
            return days
        return _("%(days)s, %(opens)s to %(closes)s") % {
            "days": days,
            "opens": _clock(self.row.opens),
            "closes": _clock(self.row.closes),
        }


@staff_only
def show(request: Request, db: Session) -> Response:
    """What lies ahead; everybody may look."""
    return _page(request, db, {"whose": request.query_params.get("whose", "")}, Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Enter days. Appointments stay where they are and are named. Twice changes nothing."""
    form = read_form(request)
    whose = one_of(db, Practitioner, request.state.clinic, text(form, "whose"))
    days, faults = _read(form)
    if days is not None and not faults:
        try:
            closures.add(db, request.state.clinic, whose, days, by=request.state.practitioner)
        except Refusal as refusal:
            faults.take(refusal, "first_on")
        else:
            return redirect(request, "console:closures")
    return _page(request, db, {name: str(form.get(name, "")) for name in FIELDS}, faults)


@staff_only
def keep_holidays(request: Request, db: Session) -> Response:
    """Close the clinic on the public holidays that were ticked."""
    clinic, ticked = request.state.clinic, set(read_form(request).getlist("on"))
    for each in _holidays(request):
        if each.on.isoformat() in ticked:
            days = Days(ExceptionKind.AWAY, each.on, each.on, name=each.name)
            closures.add(db, clinic, None, days, by=request.state.practitioner)
    return redirect(request, "console:closures")


@staff_only
def remove(request: Request, db: Session) -> Response:
    """Take an entry back: the week holds again."""
    row = find_or_404(db, HoursException, request, clinic_id=request.state.clinic.id)
    closures.remove(db, row, by=request.state.practitioner)
    return redirect(request, "console:closures")


def _read(form: FormData) -> tuple[Days | None, Faults]:
    faults = Faults()
    first_on = faults.reading(lambda: day(form, "first_on"))
    last_on = faults.reading(lambda: day(form, "last_on"))
    opens = faults.reading(lambda: clock_time(form, "opens"))
    closes = faults.reading(lambda: clock_time(form, "closes"))
    name = faults.reading(lambda: text(form, "name", limit=60)) or ""
    kind = text(form, "kind")
    if first_on is None:
        faults.add("first_on", _("Enter the first day."))
    if kind not in {each.value for each in ExceptionKind}:
        faults.add("kind", _("Choose what differs."))
    if first_on is None or faults:
        return None, faults
    return Days(ExceptionKind(kind), first_on, last_on or first_on, opens, closes, name), faults


def _page(request: Request, db: Session, values: dict[str, str], faults: Faults) -> Response:
    clinic = request.state.clinic
    rows = closures.upcoming(db, clinic)
    staff = calendars.clinicians(db, clinic.id)
    closed = {row.first_on for row in rows if row.practitioner_id is None}
    return desk_page(
        request,
        db,
        "console/hours/closures.html",
        422 if faults else 200,
        section="hours",
        lines=_lines(db, request, rows),
        values=dict.fromkeys(FIELDS, "") | {"kind": ExceptionKind.AWAY.value} | values,
        whose=[("", _("The whole clinic")), *((str(each.id), each.display_name) for each in staff)],
        kinds=[
            (ExceptionKind.AWAY.value, _("Closed, or away")),
            (ExceptionKind.EXTRA.value, _("Extra hours beside the week")),
        ],
        holidays=[
            (each.on.isoformat(), each.name, _said(each.on))
            for each in _holidays(request)
            if each.on not in closed
        ],
        may_change=is_administrator(request),
        refusal=faults,
    )


def _lines(db: Session, request: Request, rows: list[HoursException]) -> list[Line]:
    clinic = request.state.clinic
    names = {each.id: each.display_name for each in _staff(db, rows)}
    booked = closures.still_booked(db, clinic, rows)
    return [
        Line(
            row,
            names.get(row.practitioner_id, "") if row.practitioner_id else "",
            [each for each in booked if closures.falls_in(each, row, clinic.zone)],
        )
        for row in rows
    ]


def _staff(db: Session, rows: list[HoursException]) -> list[Practitioner]:
    ids = {row.practitioner_id for row in rows if row.practitioner_id}
    return list(db.scalars(select(Practitioner).where(Practitioner.id.in_(ids)))) if ids else []


def _holidays(request: Request) -> list[holidays.Holiday]:
    clinic = request.state.clinic
    return holidays.ahead(clinic.country, _today(clinic.zone))


def _today(zone: str) -> date:
    return wall_time.wall(clock.now(), zone).date()


def _said(on: date) -> str:
    said = i18n.local_day(datetime.combine(on, time(12), UTC), "UTC")
    return said if on.year == clock.now().year else f"{said}, {on.year}"


def _clock(at: time) -> str:
    return i18n.local_clock(datetime.combine(date.min, at, UTC), "UTC")


routes = [
    Route("/closures", show, methods=["GET"], name="closures"),
    Route("/closures", add, methods=["POST"], name="add-closure"),
    Route("/closures/holidays", keep_holidays, methods=["POST"], name="keep-holidays"),
    Route("/closures/{id}/removal", remove, methods=["POST"], name="remove-closure"),
]
