"""Another number: what follows is said first, and for a day no code goes to it."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import codes
from app.i18n import gettext as _
from app.people import records
from app.people.models import Patient
from app.protocols import reaching
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.patients.found import patient_of
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect


@staff_only
def form(request: Request, db: Session) -> Response:
    """The form, with what another number comes to."""
    return _page(request, db, patient_of(request, db), Faults(), {"phone": "", "checked": ""})


@staff_only
def change(request: Request, db: Session) -> Response:
    """Write the number down. Everything that was sent to the old one opens nothing any more."""
    patient, posted = patient_of(request, db), read_form(request)
    typed = {name: text(posted, name) for name in ("phone", "checked")}
    faults = Faults()
    by = request.state.practitioner
    if typed["checked"] not in records.CHECKED:
        faults.add("checked", _("Say how you know that it is them."))
    else:
        try:
            if records.change_number(db, patient, typed["phone"], typed["checked"], by=by):
                reaching.follow_number(db, patient, by=by)
        except Refusal as refusal:
            faults.take(refusal, "phone")
        else:
            return redirect(request, "console:patient", id=patient.id)
    return _page(request, db, patient, faults, typed)


def _page(
    request: Request, db: Session, patient: Patient, faults: Faults, typed: dict[str, str]
) -> Response:
    return desk_page(
        request,
        db,
        "console/patients/number.html",
        422 if faults else 200,
        section="patients",
        person=patient,
        held_until=codes.held_until(patient),
        ways=_ways(),
        typed=typed,
        refusal=faults,
    )


def _ways() -> list[tuple[str, str]]:
    return [
        ("in-person", _("They are here, and I know them")),
        ("by-phone", _("I phoned the number we had, and reached them")),
        ("by-face", _("I saw them by video")),
    ]


routes = [
    Route("/patients/{id}/number", form, methods=["GET"], name="patient-number"),
    Route("/patients/{id}/number", change, methods=["POST"], name="change-number"),
]
