"""What the numbers rest on: the frozen month, from when a talk counts, and what is left out."""

from datetime import date

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.metrics import baseline, leaving_out, period, report
from app.metrics.models import WhyLeftOut
from app.refusal import Refusal
from app.scheduling.models import Appointment
from app.web.console.appointments.appointment_page import appointment_page
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.numbers import numbers_words
from app.web.forms import Unreadable, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect

LEAST, MOST = 1, 60
_TYPED = ("month", "n", "of", "minutes")


@staff_only
def show(request: Request, db: Session) -> Response:
    """The baseline, or the form to freeze one; and the minutes."""
    return _settings(request, db)


@staff_only
def freeze(request: Request, db: Session) -> Response:
    """Freeze a month: as the rows tell it, or as the clinic counted it by hand."""
    clinic, by = request.state.clinic, request.state.practitioner
    form = read_form(request)
    try:
        month = _month(form)
        if text(form, "how") == "rows":
            read = report.read(db, clinic, period.until(month, clinic.zone, count=1))
            figures = {
                slug: metric.figure()
                for slug, metric in read.metrics.items()
                if not metric.hides_all
            }
            baseline.freeze(db, clinic, month, figures, by=by)
        else:
            n, total = _number(form, "n"), _number(form, "of")
            baseline.freeze_counted(db, clinic, month, n, total, by=by)
    except Refusal as refusal:
        return _settings(request, db, form, refusal)
    return redirect(request, "console:metrics-settings")


@staff_only
def set_minutes(request: Request, db: Session) -> Response:
    """From how many minutes together a talk counts as held."""
    clinic = request.state.clinic
    form = read_form(request)
    try:
        minutes = _number(form, "minutes")
        if not LEAST <= minutes <= MOST:
            raise Unreadable(_("Enter minutes from 1 to 60."), field="minutes")
    except Refusal as refusal:
        return _settings(request, db, form, refusal)
    clinic.minutes_together = minutes
    by = request.state.practitioner
    trail.record(db, "change-clinic", agent=by, entity=clinic, detail="minutes-together")
    return redirect(request, "console:metrics-settings")


@staff_only
def leave_out(request: Request, db: Session) -> Response:
    """Leave a session out of the numbers, for a reason; without one it counts again."""
    infusion = find_or_404(db, Appointment, request, clinic_id=request.state.clinic.id)
    why = text(read_form(request), "why")
    try:
        if why:
            leaving_out.leave_out(db, infusion, _why(why), by=request.state.practitioner)
        else:
            leaving_out.take_in(db, infusion, by=request.state.practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal, "why")
        return appointment_page(request, db, infusion, faults=faults)
    return redirect(request, "console:appointment", id=infusion.id)


def _settings(
    request: Request,
    db: Session,
    form: FormData | None = None,
    refusal: Refusal | None = None,
) -> Response:
    clinic = request.state.clinic
    faults = Faults()
    if refusal is not None:
        faults.take(refusal, "month")
    last = period.before(period.month_of(clock.now(), clinic.zone))
    values = {"month": f"{last:%Y-%m}", "minutes": str(clinic.minutes_together), "n": "", "of": ""}
    typed = {name: str(form[name]) for name in _TYPED if form and name in form}
    return desk_page(
        request,
        db,
        "console/numbers/settings.html",
        422 if faults else 200,
        section="numbers",
        frozen=baseline.of(db, clinic),
        values=values | typed,
        refusal=faults,
        said=numbers_words,
        latest=f"{last:%Y-%m}",
    )


def _month(form: FormData) -> date:
    month = period.read(text(form, "month"))
    if month is None:
        raise Unreadable(_("Enter a month, like 2026-09."), field="month")
    return month


def _number(form: FormData, name: str) -> int:
    said = text(form, name)
    if not said.isdecimal() or len(said) > 6:
        raise Unreadable(_("Enter a whole number."), field=name)
    return int(said)


def _why(said: str) -> WhyLeftOut:
    try:
        return WhyLeftOut(said)
    except ValueError:
        not_found()


routes = [
    Route("/metrics/settings", show, methods=["GET"], name="metrics-settings"),
    Route("/metrics/baseline", freeze, methods=["POST"], name="metrics-freeze"),
    Route("/metrics/minutes", set_minutes, methods=["POST"], name="metrics-minutes"),
    Route("/appointments/{id}/left-out", leave_out, methods=["POST"], name="leave-out"),
]
