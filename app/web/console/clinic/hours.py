"""Weekly hours: the clinic's, and each clinician's own."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.messaging import senders
from app.people import phones
from app.people.models import Clinic, Practitioner, Role
from app.refusal import Refusal
from app.scheduling import calendars, staffed_hours
from app.web.console.clinic import hours_form
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.roles import is_administrator
from app.web.forms import read_form
from app.web.guards import staff_only
from app.web.pages import find_or_404, not_found, redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """The clinic's week; everybody may look."""
    return _page(request, db, None)


@staff_only
def save(request: Request, db: Session) -> Response:
    """Replace the clinic's week."""
    return _save(request, db, None)


@staff_only
def show_clinician(request: Request, db: Session) -> Response:
    """A clinician's own week, within the clinic's."""
    return _page(request, db, _clinician(request, db))


@staff_only
def save_clinician(request: Request, db: Session) -> Response:
    """Replace a clinician's own week. Left empty, they work the clinic's."""
    return _save(request, db, _clinician(request, db))


def _save(request: Request, db: Session, clinician: Practitioner | None) -> Response:
    clinic, form = request.state.clinic, read_form(request)
    before = staffed_hours.hours_of(db, clinic, clinician)
    rows, faults = hours_form.read(form, before)
    if not faults:
        try:
            staffed_hours.set_hours(db, clinic, clinician, rows, by=request.state.practitioner)
        except Refusal as refusal:
            faults.add("", refusal.message)
        else:
            if clinician is None:
                return redirect(request, "console:hours")
            return redirect(request, "console:clinician-hours", id=clinician.id)
    return _page(request, db, clinician, typed=form, faults=faults)


def _page(
    request: Request,
    db: Session,
    clinician: Practitioner | None,
    *,
    typed: Mapping[str, object] | None = None,
    faults: Faults | None = None,
) -> Response:
    clinic = request.state.clinic
    hours = staffed_hours.hours_of(db, clinic, clinician)
    return desk_page(
        request,
        db,
        "console/hours.html",
        422 if faults else 200,
        section="hours",
        clinician=clinician,
        clinicians=calendars.clinicians(db, clinic.id),
        days=hours_form.shown(hours) if typed is None else hours_form.shown_again(typed),
        are_set=bool(hours),
        may_change=is_administrator(request),
        texts_by=None if clinician else _texts_by(db, clinic),
        refusal=faults or Faults(),
    )


def _texts_by(db: Session, clinic: Clinic) -> str:
    """The sender that the operator gave the clinic, as people read it; "": none of its own."""
    own = senders.of(db, clinic)
    return phones.spoken(own.name) if own else ""


def _clinician(request: Request, db: Session) -> Practitioner:
    found = find_or_404(db, Practitioner, request, clinic_id=request.state.clinic.id)
    if found.role is not Role.CLINICIAN:
        not_found()
    return found


routes = [
    Route("/hours", show, methods=["GET"], name="hours"),
    Route("/hours", save, methods=["POST"], name="save-hours"),
    Route("/hours/{id}", show_clinician, methods=["GET"], name="clinician-hours"),
    Route("/hours/{id}", save_clinician, methods=["POST"], name="save-clinician-hours"),
]
