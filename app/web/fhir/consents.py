"""What patients agreed to, read from another system."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased
from starlette.requests import Request
from starlette.responses import Response

from app.db.base import UTCDateTime
from app.intake.models import Consent, ConsentCode
from app.people.models import Patient
from app.web.fhir import consent as mapping
from app.web.fhir import finding, including, paging, searching, versions, whose
from app.web.fhir.door import bearer_only, note_view
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.searching import PAGE, Asked
from app.web.pages import find_or_404

_changed_at = func.coalesce(Consent.withdrawn_at, Consent.signed_at, type_=UTCDateTime())
_BEGINNING = paging.mark(datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One consent; under a patient's own id the one to texts that no form holds."""
    clinic_id = request.state.clinic.id
    row_id = _id(request)
    patient = db.get(Patient, row_id) if row_id else None
    if patient is not None and patient.clinic_id == clinic_id:
        resource = spoken(db, patient)
        if resource is not None:
            note_view(request, patient)
            return versions.answer(request, resource)
    consent = find_or_404(db, Consent, request, clinic_id=clinic_id)
    note_view(request, db.get_one(Patient, consent.patient_id))
    (resource,) = _told(request, db, [consent])
    return versions.answer(request, resource)


@bearer_only
def search(request: Request, db: Session) -> Response:
    """A patient's consents in the order in which they were given, or what changed since."""
    asked = searching.read(request, "Consent")
    first = _without_form(request, db, asked)
    if first is None:
        return finding.search(request, db, KIND)
    wanted = paging.count(asked)
    rows, total, mark = finding.page(request, db, KIND, _with_room(asked, wanted))
    if wanted == 1 and total and PAGE not in asked.values:
        mark = _BEGINNING
    is_first = wanted > 0 and PAGE not in asked.values
    if is_first:
        note_view(request, searching.patient_of(request, db, asked, "patient", "subject"))
    found = ([first] if is_first else []) + KIND.told(request, db, rows)
    beside, closed = including.beside(request, db, asked, found)
    return searching.bundle(
        request, asked, found, total=total + 1, next_page=mark, beside=beside, closed=closed
    )


def spoken(db: Session, patient: Patient) -> dict[str, Any] | None:
    """What was agreed to without a form, unless a form has said something on it since."""
    signed = select(Consent.id).where(
        Consent.patient_id == patient.id, Consent.code == ConsentCode.TEXTS
    )
    if db.scalar(signed.limit(1)) is not None:
        return None
    return mapping.spoken(patient)


def _without_form(request: Request, db: Session, asked: Asked) -> dict[str, Any] | None:
    if not {"patient", "subject"} & asked.values.keys() or asked.spans:
        return None
    patient = searching.patient_of(request, db, asked, "patient", "subject")
    resource = spoken(db, whose.patient(db, patient.clinic_id, patient.id))
    ids = searching.ids_of(asked)
    is_other = ids is not None and patient.id not in ids
    if resource is None or is_other:
        return None
    is_wanted = "status" not in asked.values or resource["status"] in asked.tokens("status")
    return resource if is_wanted else None


def _with_room(asked: Asked, wanted: int) -> Asked:
    """One less on the first page, where the one without a form stands."""
    if PAGE in asked.values or not wanted:
        return asked
    return replace(asked, values={**asked.values, "_count": str(wanted - 1)})


def _id(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        return None


def _query() -> Select[Consent]:
    return select(Consent)


def _told(_request: Request, db: Session, found: Sequence[Consent]) -> list[dict[str, Any]]:
    ids = [consent.id for consent in found]
    standing = set(db.scalars(select(Consent.id).where(Consent.id.in_(ids), _holds())))
    return [mapping.written(consent, holds=consent.id in standing) for consent in found]


def _holds() -> ColumnElement[bool]:
    """The last word on it, agreed and not taken back; texts can be ended in other ways too."""
    later = aliased(Consent)
    is_overtaken = (
        select(later.id)
        .where(
            later.patient_id == Consent.patient_id,
            later.code == Consent.code,
            or_(
                later.signed_at > Consent.signed_at,
                and_(later.signed_at == Consent.signed_at, later.id > Consent.id),
            ),
        )
        .exists()
    )
    takes_texts = (
        select(Patient.id)
        .where(
            Patient.id == Consent.patient_id,
            Patient.texts_agreed_at.is_not(None),
            Patient.opted_out_at.is_(None),
        )
        .exists()
    )
    stands = or_(Consent.code != ConsentCode.TEXTS, takes_texts)
    return and_(Consent.agreed, Consent.withdrawn_at.is_(None), ~is_overtaken, stands)


def _conditions(_request: Request, _db: Session, asked: Asked) -> Conditions:
    if "status" not in asked.values:
        return []
    is_of = {
        "active": _holds(),
        "inactive": and_(Consent.agreed, ~_holds()),
        "rejected": ~Consent.agreed,
    }
    wanted = [is_of[each] for each in asked.tokens("status") if each in is_of]
    return [or_(*wanted)] if wanted else [Consent.id.is_(None)]


KIND = Kind(
    name="Consent",
    model=Consent,
    query=_query,
    moment=Consent.signed_at.expression,
    moment_of=lambda consent: consent.signed_at,
    changed=_changed_at,
    told=_told,
    conditions=_conditions,
    patient_id=Consent.patient_id.expression,
    patients_of=lambda _db, found: {consent.patient_id for consent in found},
    needs=("patient", "subject"),
)
