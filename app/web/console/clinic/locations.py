"""Places where sessions are given: entered, changed, closed."""

from zoneinfo import available_timezones

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.people.models import Clinic
from app.scheduling import locations
from app.scheduling.locations import Place
from app.scheduling.models import Location
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.patients.patient_form import zones
from app.web.console.roles import is_administrator
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

FIELDS = ("name", "address", "directions", "zone")


@staff_only
def show(request: Request, db: Session) -> Response:
    """All places; everybody may look."""
    return desk_page(
        request,
        db,
        "console/locations/list.html",
        section="hours",
        places=locations.of_clinic(db, request.state.clinic, also_closed=True),
        may_change=is_administrator(request),
    )


@staff_only
def new(request: Request, db: Session) -> Response:
    """The empty form, on the clinic's own clock."""
    values = dict.fromkeys(FIELDS, "") | {"zone": request.state.clinic.zone}
    return _form_page(request, db, None, values, Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Enter a place."""
    form = read_form(request)
    place, faults = _read(form, request.state.clinic)
    if faults:
        return _form_page(request, db, None, _typed(form), faults)
    locations.add(db, request.state.clinic, place, by=request.state.practitioner)
    return redirect(request, "console:locations")


@staff_only
def edit(request: Request, db: Session) -> Response:
    """One place, to change."""
    row = _found(request, db)
    values = {name: getattr(row, name) for name in FIELDS}
    return _form_page(request, db, row, values, Faults())


@staff_only
def change(request: Request, db: Session) -> Response:
    """Keep what was changed of a place."""
    row, form = _found(request, db), read_form(request)
    place, faults = _read(form, request.state.clinic)
    if faults:
        return _form_page(request, db, row, _typed(form), faults)
    locations.change(db, row, place, by=request.state.practitioner)
    return redirect(request, "console:locations")


@staff_only
def close(request: Request, db: Session) -> Response:
    """Book nothing new there. Twice changes nothing."""
    locations.close(db, _found(request, db), by=request.state.practitioner)
    return redirect(request, "console:locations")


@staff_only
def reopen(request: Request, db: Session) -> Response:
    """Book there again. Twice changes nothing."""
    locations.reopen(db, _found(request, db), by=request.state.practitioner)
    return redirect(request, "console:locations")


def _read(form: FormData, clinic: Clinic) -> tuple[Place, Faults]:
    faults = Faults()
    name = faults.reading(lambda: text(form, "name", limit=60)) or ""
    address = faults.reading(lambda: text(form, "address", limit=300)) or ""
    if not name:
        faults.add("name", _("Enter a name, such as Main street."))
    if not address:
        faults.add("address", _("Enter the address, as a driver needs it."))
    zone = text(form, "zone") or clinic.zone
    if zone not in available_timezones():
        faults.add("zone", _("Choose a time zone from the list."))
    directions = faults.reading(lambda: text(form, "directions", limit=300)) or ""
    return Place(name, address, directions, zone), faults


def _typed(form: FormData) -> dict[str, str]:
    return {name: str(form.get(name, "")) for name in FIELDS}


def _found(request: Request, db: Session) -> Location:
    return find_or_404(db, Location, request, clinic_id=request.state.clinic.id)


def _form_page(
    request: Request, db: Session, row: Location | None, values: dict[str, str], faults: Faults
) -> Response:
    return desk_page(
        request,
        db,
        "console/locations/form.html",
        422 if faults else 200,
        section="hours",
        row=row,
        values=values,
        zones=zones(),
        refusal=faults,
    )


routes = [
    Route("/locations", show, methods=["GET"], name="locations"),
    Route("/locations", add, methods=["POST"], name="add-location"),
    Route("/locations/new", new, methods=["GET"], name="new-location"),
    Route("/locations/{id}", edit, methods=["GET"], name="location"),
    Route("/locations/{id}", change, methods=["POST"], name="change-location"),
    Route("/locations/{id}/closing", close, methods=["POST"], name="close-location"),
    Route("/locations/{id}/reopening", reopen, methods=["POST"], name="reopen-location"),
]
