"""Booking: one form; for an infusion a look at what it brings along before it is booked."""

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import wall_time
from app.protocols import infusions
from app.refusal import Refusal
from app.scheduling import already_there, locations
from app.scheduling.integration import Choice
from app.scheduling.models import Appointment, Service
from app.web.console.book import book_course, book_window, booking_form
from app.web.console.book.booking_form import Wanted
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect

_COURSE = "course"  # what is confirmed: the whole of it


@staff_only
def form(request: Request, db: Session) -> Response:
    """The empty form; the address may choose the patient and what to book."""
    values = booking_form.first_values(db, request.state.clinic, request.query_params)
    return _form_page(request, db, values, Faults())


@staff_only
def book(request: Request, db: Session) -> Response:
    """Look at an infusion first, book anything else at once. Sent twice, it is booked once."""
    posted = _with_better_time(read_form(request))
    values = booking_form.values(posted)
    wanted, faults = booking_form.read(db, request.state.clinic, posted)
    if text(posted, "change"):
        return _form_page(request, db, values, Faults())
    if wanted is None or faults:
        return _form_page(request, db, values, faults)
    try:
        if text(posted, "confirmed") == _COURSE:
            first = book_course.book(db, wanted, posted, request.state.practitioner)
            return redirect(request, "console:appointment", id=first.id)
        there = already_there.find(
            db, wanted.patient, wanted.service, wanted.starts_at, wanted.ends_at
        )
        if there is None and wanted.service is Service.INFUSION and not text(posted, "confirmed"):
            return _preview(request, db, values, wanted)
        made = there or _book(request, db, wanted)
    except Refusal as refusal:
        faults.take(refusal, "starts_at")
        return _form_page(request, db, values, faults)
    return redirect(request, "console:appointment", id=made.id)


def _with_better_time(posted: FormData) -> FormData:
    """The form with the offered start that was pressed, if one was."""
    instead = text(posted, "instead")
    if not instead:
        return posted
    return FormData(
        [
            *((name, value) for name, value in posted.items() if name != "starts_at"),
            ("starts_at", instead),
        ]
    )


def _book(request: Request, db: Session, wanted: Wanted) -> Appointment:
    made = infusions.book(
        db,
        patient=wanted.patient,
        service=wanted.service,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        practitioner=wanted.practitioner,
        by=request.state.practitioner,
        protocol_id=wanted.follows.protocol_id,
        route=wanted.follows.route,
    ).appointment
    if wanted.location is not None and wanted.service is Service.INFUSION:
        locations.give(db, made, wanted.location)
    return made


def _preview(request: Request, db: Session, values: dict[str, str], wanted: Wanted) -> Response:
    check = book_window.check_of(db, wanted)
    return desk_page(
        request,
        db,
        "console/book/preview.html",
        section="book",
        values=values,
        wanted=wanted,
        check=check,
        choice=check.choice if check else Choice(None),
        better=book_window.better_of(check, request.state.clinic.zone),
        hours=book_window.hours,
        free_of=book_window.free_of,
        course=[
            (wall_time.written(each.starts_at, request.state.clinic.zone), each)
            for each in book_course.proposed(db, wanted)
        ],
    )


def _form_page(request: Request, db: Session, values: dict[str, str], faults: Faults) -> Response:
    return desk_page(
        request,
        db,
        "console/book/form.html",
        422 if faults else 200,
        section="book",
        values=values,
        refusal=faults,
        choices=booking_form.choices(db, request.state.clinic),
    )


routes = [
    Route("/book", form, methods=["GET"], name="book"),
    Route("/book", book, methods=["POST"], name="book-now"),
]
