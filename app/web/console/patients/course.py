"""A patient's course at the desk: pictures beside tables, how many sessions, what they hope for."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.intake import rises, scored
from app.outcomes import asking, courses, goals, saying
from app.outcomes.results import Series
from app.people.models import Clinic, Patient
from app.questionnaires.engine.scales import BY_SLUG
from app.questionnaires.engine.scoring import Result, band
from app.refusal import Refusal
from app.web import course_pictures
from app.web.console import looking
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import Unreadable, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everything their answers came to. Looking is written into the audit trail."""
    patient = _found(request, db)
    looking.note(request, "view-course", patient)
    return _page(request, db, patient, Faults(), None)


@staff_only
def plan(request: Request, db: Session) -> Response:
    """Say how many sessions there are to be, and what is asked about."""
    patient = _found(request, db)
    form, faults = read_form(request), Faults()
    planned = text(form, "sessions_planned")
    try:
        courses.plan(
            db,
            patient,
            sessions_planned=_number(planned),
            asks_about_trauma=bool(text(form, "asks_about_trauma")),
            by=request.state.practitioner,
        )
    except Refusal as refusal:
        faults.take(refusal)
        trauma = text(form, "asks_about_trauma")
        typed = {"sessions_planned": planned, "asks_about_trauma": trauma}
        return _page(request, db, patient, faults, typed)
    return redirect(request, "console:course", id=patient.id)


@staff_only
def end(request: Request, db: Session) -> Response:
    """The course is over. Twice changes nothing."""
    patient = _found(request, db)
    courses.end(db, patient, by=request.state.practitioner)
    return redirect(request, "console:course", id=patient.id)


def title(series: Series) -> str:
    """What staff call a measure: a scale by its name."""
    return BY_SLUG[series.code].title if series.is_scale else saying.name(series)


def stands_at(series: Series, clinic: Clinic) -> tuple[str, ...]:
    """The band of the last total, and whether it rose into it or by much."""
    if not series.is_scale or not series.values:
        return ()
    scale, last = BY_SLUG[series.code], series.values[-1].total
    words = band(scale, last, pcl_5_cut_point=clinic.pcl5_cut_point)
    result = Result(series.code, scale.title, last, words, 0, 0, series.most)
    told = [scored.in_band(result, clinic)]
    if len(series.values) > 1 and scale.bands:
        before = series.values[-2].total
        if rises.is_rise(series.code, before, last):
            told.append(_("rose since the last time"))
        elif rises.is_rise(series.code, last, before):
            told.append(_("fell since the last time"))
    return tuple(told)


def _page(
    request: Request,
    db: Session,
    patient: Patient,
    faults: Faults,
    typed: Mapping[str, str] | None,
) -> Response:
    clinic = request.state.clinic
    course = courses.open_course(db, patient)
    shown = course_pictures.of(db, patient, zone=clinic.zone, title=title)
    return desk_page(
        request,
        db,
        "console/patients/course.html",
        422 if faults else 200,
        section="patients",
        person=patient,
        course=shown,
        is_open=course is not None,
        where=saying.where(shown.standing, clinic.zone),
        coming=saying.coming(shown.standing, clinic.zone),
        stands_at=stands_at,
        hopes=goals.standing(db, patient),
        let_go=goals.let_go(db, patient),
        earlier=goals.earlier_words(db, patient),
        speaks_of_trauma=asking.speaks_of_trauma(db, patient),
        values=typed
        or {
            "sessions_planned": (course.sessions_planned if course else None) or "",
            "asks_about_trauma": course is not None and course.asks_about_trauma,
        },
        refusal=faults,
    )


def _number(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        raise Unreadable(_("Enter a whole number."), field="sessions_planned")
    return int(typed)


def _found(request: Request, db: Session) -> Patient:
    return find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)


routes = [
    Route("/patients/{id}/course", show, methods=["GET"], name="course"),
    Route("/patients/{id}/course", plan, methods=["POST"], name="plan-course"),
    Route("/patients/{id}/course/end", end, methods=["POST"], name="end-course"),
]
