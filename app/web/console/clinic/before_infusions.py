"""What is kept to around infusions: food and drink before, the scales before and after."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.people import clinic_settings
from app.people.clinic_settings import AroundInfusions
from app.people.models import Clinic
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.roles import is_administrator
from app.web.forms import Unreadable, read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect

_FIELDS = (
    "food_stops_hours",
    "fluids_stop_hours",
    "pcl5_cut_point",
    "scales_after_days",
    "scales_every_days",
)


@staff_only
def show(request: Request, db: Session) -> Response:
    """What is set; everybody may look."""
    clinic = request.state.clinic
    values = {name: _written(clinic, name) for name in _FIELDS}
    return _page(request, db, values, Faults())


@staff_only
def save(request: Request, db: Session) -> Response:
    """Set it. Forms that are open say the new times from now on."""
    form, faults = read_form(request), Faults()
    food = faults.reading(lambda: _number(form, "food_stops_hours"))
    fluids = faults.reading(lambda: _number(form, "fluids_stop_hours"))
    points = faults.reading(lambda: _number(form, "pcl5_cut_point"))
    after = faults.reading(lambda: _number(form, "scales_after_days"))
    every = faults.reading(lambda: _number(form, "scales_every_days"))
    if not faults:
        wanted = AroundInfusions(food, fluids, *map(_given, (points, after, every)))
        clinic = db.get_one(Clinic, request.state.clinic.id)
        try:
            clinic_settings.change(db, clinic, wanted, by=request.state.practitioner)
        except Refusal as refusal:
            faults.take(refusal)
        else:
            return redirect(request, "console:before-infusions")
    return _page(request, db, {name: text(form, name) for name in _FIELDS}, faults)


def _page(request: Request, db: Session, values: Mapping[str, str], faults: Faults) -> Response:
    return desk_page(
        request,
        db,
        "console/before_infusions.html",
        422 if faults else 200,
        section="hours",
        values=values,
        may_change=is_administrator(request),
        refusal=faults,
    )


def _number(form: FormData, name: str) -> int | None:
    value = text(form, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 3):
        raise Unreadable(_("Enter a whole number."), field=name)
    return int(value)


def _given(number: int | None) -> int:
    """What was entered; nothing is a number that is refused."""
    return -1 if number is None else number


def _written(clinic: Clinic, name: str) -> str:
    value = getattr(clinic, name)
    return "" if value is None else str(value)


routes = [
    Route("/before-infusions", show, methods=["GET"], name="before-infusions"),
    Route("/before-infusions", save, methods=["POST"], name="save-before-infusions"),
]
