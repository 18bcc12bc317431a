"""A patient's record as a whole: here twice and joined, told apart, put away, brought back."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people import doubles, finding, merging
from app.people.models import Patient
from app.protocols import archiving
from app.protocols import merging as joining
from app.refusal import Refusal
from app.tasks import desk
from app.tasks.models import TaskCode
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.patients import joining_words
from app.web.console.patients.found import in_order, patient_of
from app.web.console.patients.patient_page import patient_page
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_MOST_FOUND = 8


@staff_only
def twins(request: Request, db: Session) -> Response:
    """Who may be here twice: the same name and the same birth date."""
    pairs = doubles.of_clinic(db, request.state.clinic.id)
    ids = {each for pair in pairs for each in pair}
    rows = {row.id: row for row in db.scalars(select(Patient).where(Patient.id.in_(ids)))}
    return desk_page(
        request,
        db,
        "console/patients/doubles.html",
        section="patients",
        pairs=[
            (rows[first], rows[second]) for first, second in pairs if {first, second} <= {*rows}
        ],
    )


@staff_only
def choose(request: Request, db: Session) -> Response:
    """Which other record is the same person: those that look like it, and a search. Posted."""
    patient = patient_of(request, db)
    asked = text(read_form(request), "q")[:100] if request.method == "POST" else ""
    return _choose_page(request, db, patient, asked)


@staff_only
def compare(request: Request, db: Session) -> Response:
    """Two records side by side: what moves, which values differ, what is called back."""
    kept, gone = patient_of(request, db), patient_of(request, db, "other")
    return _compare_page(request, db, kept, gone, Faults(), {})


@staff_only
def join(request: Request, db: Session) -> Response:
    """Join them, in one transaction. Sent twice, it was done."""
    clinic_id = request.state.clinic.id
    kept = patient_of(request, db)
    gone = find_or_404(db, Patient, request, name="other", clinic_id=clinic_id)
    if gone.merged_into_id == kept.id:
        return redirect(request, "console:patient", id=kept.id)
    posted, faults = read_form(request), Faults()
    typed = {field: text(posted, field) for field in merging.FIELDS}
    if not text(posted, "sure"):
        faults.add("sure", joining_words.say_sure())
    else:
        taken = [field for field, value in typed.items() if value == "theirs"]
        try:
            joining.join(db, kept, gone, taken, by=request.state.practitioner)
            _settle_doubles(db, request, kept, gone)
        except Refusal as refusal:
            faults.take(refusal, "sure")
        else:
            return redirect(request, "console:patient", id=kept.id)
    return _compare_page(request, db, kept, gone, faults, typed)


@staff_only
def tell_apart(request: Request, db: Session) -> Response:
    """They are two people. Twice changes nothing."""
    patient, other = patient_of(request, db), patient_of(request, db, "other")
    doubles.tell_apart(db, patient, other, by=request.state.practitioner)
    _settle_doubles(db, request, patient, other)
    return redirect(request, "console:patient", id=patient.id)


@staff_only
def put_away(request: Request, db: Session) -> Response:
    """They do not come any more. Twice changes nothing."""
    return _changed(request, db, archiving.put_away)


@staff_only
def bring_back(request: Request, db: Session) -> Response:
    """They come again. Twice changes nothing."""
    return _changed(request, db, archiving.bring_back)


def _settle_doubles(db: Session, request: Request, *both: Patient) -> None:
    """Somebody looked at them: whoever else is like either of them is asked about no less."""
    for each in both:
        if not doubles.of_patient(db, each):
            by = request.state.practitioner
            desk.settle_for(db, TaskCode.DUPLICATE, each.id, by=by)


def _changed(request: Request, db: Session, act: Callable[..., None]) -> Response:
    patient, faults = patient_of(request, db), Faults()
    try:
        act(db, patient, by=request.state.practitioner)
    except Refusal as refusal:
        faults.take(refusal, "record")
        return patient_page(request, db, patient, faults=faults)
    return redirect(request, "console:patient", id=patient.id)


def _choose_page(request: Request, db: Session, patient: Patient, asked: str) -> Response:
    wanted = asked or f"{patient.given_name} {patient.family_name}"
    found = finding.find(db, patient.clinic_id, wanted, put_away=True).ids[: _MOST_FOUND + 1]
    return desk_page(
        request,
        db,
        "console/patients/choose.html",
        section="patients",
        person=patient,
        asked=asked,
        others=in_order(db, [each for each in found if each != patient.id]),
    )


def _compare_page(
    request: Request,
    db: Session,
    kept: Patient,
    gone: Patient,
    faults: Faults,
    typed: dict[str, str],
) -> Response:
    preview = None
    try:
        preview = joining.preview(db, kept, gone)
    except Refusal as refusal:
        faults.take(refusal, "sure")
    return desk_page(
        request,
        db,
        "console/patients/join.html",
        422 if faults else 200,
        section="patients",
        kept=kept,
        gone=gone,
        preview=preview,
        moves=joining_words.moves(preview.moves) if preview else [],
        choices=joining_words.choices(preview.choices, typed) if preview else [],
        refusal=faults,
    )


routes = [
    Route("/patients/doubles", twins, name="doubles"),
    Route("/patients/{id}/joining", choose, methods=["GET", "POST"], name="choose-double"),
    Route("/patients/{id}/joining/{other}", compare, methods=["GET"], name="compare-patients"),
    Route("/patients/{id}/joining/{other}", join, methods=["POST"], name="join-patients"),
    Route("/patients/{id}/telling-apart/{other}", tell_apart, methods=["POST"], name="tell-apart"),
    Route("/patients/{id}/putting-away", put_away, methods=["POST"], name="put-away-patient"),
    Route("/patients/{id}/bringing-back", bring_back, methods=["POST"], name="bring-back-patient"),
]
