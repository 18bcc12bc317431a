"""A patient's record, to be handed out or let go of."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.keeping import erasing, exporting
from app.keeping.erasing import Ground
from app.people.models import Patient
from app.refusal import Refusal
from app.web import papers
from app.web.console import looking
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.patients.found import patient_of
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect

_OWN = "own"


@staff_only
def show(request: Request, db: Session) -> Response:
    """What can be handed out, what may go, and what has to stay."""
    patient = patient_of(request, db)
    if patient.erased_at is not None:
        return redirect(request, "console:patient", id=patient.id)
    return _page(request, db, patient, Faults(), "")


@staff_only
def take(request: Request, db: Session) -> Response:
    """The whole record as one packed file. Taking it out is recorded."""
    patient = patient_of(request, db)
    looking.note(request, "export-record", patient)
    return papers.packed(request, exporting.packed(db, patient), "record")


@staff_only
def erase(request: Request, db: Session) -> Response:
    """Let go of it. Sent twice, it was done."""
    patient, posted, faults = patient_of(request, db), read_form(request), Faults()
    chosen = text(posted, "what")
    if chosen not in {_OWN, *Ground}:
        faults.add("what", _("Choose what is to go."))
    if not text(posted, "sure"):
        faults.add("sure", _("Tick that you are sure. Nothing brings it back."))
    if not faults:
        try:
            _let_go(db, patient, chosen, request)
        except Refusal as refusal:
            faults.take(refusal, "what")
        else:
            return redirect(request, "console:patient", id=patient.id)
    return _page(request, db, patient, faults, chosen)


def _let_go(db: Session, patient: Patient, chosen: str, request: Request) -> None:
    by = request.state.practitioner
    if chosen == _OWN:
        erasing.erase_own(db, patient, by=by)
    else:
        erasing.erase(db, patient, Ground(chosen), by=by)


def _page(request: Request, db: Session, patient: Patient, faults: Faults, chosen: str) -> Response:
    return desk_page(
        request,
        db,
        "console/patients/letting_go.html",
        422 if faults else 200,
        section="patients",
        person=patient,
        found=erasing.preview(db, patient),
        options=_options(db, patient),
        chosen=chosen,
        refusal=faults,
    )


def _options(db: Session, patient: Patient) -> list[tuple[str, str, str]]:
    words = {
        Ground.TIME_IS_UP: _("its time is up"),
        Ground.NEVER_TREATED: _("they were never treated here"),
        Ground.LAW: _("a law asks for it; I have looked into it"),
    }
    own = (
        _OWN,
        _("What need not be kept"),
        _("unsent forms, words nobody here has read, browsers and passkeys"),
    )
    whole = [
        (ground.value, _("Everything"), words[ground]) for ground in erasing.grounds(db, patient)
    ]
    return [own, *whole]


_OF = "/patients/{id}/record"
routes = [
    Route(_OF, show, methods=["GET"], name="patient-record"),
    Route(f"{_OF}/copy", take, methods=["GET"], name="take-record"),
    Route(f"{_OF}/erasure", erase, methods=["POST"], name="erase-patient"),
]
