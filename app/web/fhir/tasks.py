"""Asking a patient to fill in a form, from another system, and seeing how far they are."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.db.base import UTCDateTime
from app.intake import packets
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskState
from app.people.models import Clinic, Patient
from app.questionnaires import library
from app.questionnaires.models import Questionnaire
from app.web.fhir import conditional, finding, questionnaires, versions, whose
from app.web.fhir import task as mapping
from app.web.fhir.door import bearer_only, note_view, read_resource
from app.web.fhir.finding import Conditions, Kind
from app.web.fhir.outcome import Fault
from app.web.fhir.paging import MOST
from app.web.fhir.reading import element, elements, referenced, text
from app.web.fhir.searching import Asked
from app.web.pages import find_or_404

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@bearer_only
def create(request: Request, db: Session) -> Response:
    """201: the patient has it among what is to be done, and gets a text.

    Asked for again while it waits, with no other due time, it is 200 with the one that stands.
    """
    clinic: Clinic = request.state.clinic
    resource = read_resource(request, "Task")
    _refuse_other_work(resource)
    patient = whose.patient(db, clinic.id, referenced(_reference(resource, "for"), "Patient"))
    form = library.kept(db, _form(db, clinic, resource))
    due_at = _due_at(resource, patient)
    there = conditional.existing(request, db, KIND) or _waiting(db, patient, form, due_at)
    if there is not None:
        return versions.answer(request, _written(request, there), 200, _location(there))
    packet = packets.ask(db, patient, [form], due_at=due_at, by=request.state.api_key)
    db.flush()  # what is told about it is read back
    task = db.scalars(_tasks().where(IntakeTask.packet_id == packet.id)).one()
    return versions.answer(request, _written(request, task), 201, _location(task))


@bearer_only
def show(request: Request, db: Session) -> Response:
    """One thing that a patient was asked."""
    clinic: Clinic = request.state.clinic
    task = find_or_404(db, IntakeTask, request, clinic_id=clinic.id)
    note_view(request, task.packet.patient)
    return versions.answer(request, _written(request, task))


@bearer_only
def search(request: Request, db: Session) -> Response:
    """All that a patient was asked, oldest first, or what has changed since a moment."""
    return finding.search(request, db, KIND)


def _written(request: Request, task: IntakeTask) -> dict[str, Any]:
    clinic: Clinic = request.state.clinic
    asked_by_id = task.packet.asked_by_id
    if asked_by_id is not None:
        return mapping.written(task, {"reference": f"Practitioner/{asked_by_id}"})
    here = {"reference": f"Organization/{clinic.id}", "display": clinic.name}
    return mapping.written(task, here)


def _tasks() -> Select[IntakeTask]:
    return select(IntakeTask).options(joinedload(IntakeTask.packet))


def _location(task: IntakeTask) -> dict[str, str]:
    return {"Location": f"/fhir/R4/Task/{task.id}"}


def _waiting(
    db: Session, patient: Patient, form: Questionnaire, due_at: datetime | None
) -> IntakeTask | None:
    """The same thing, asked for already and not done: who sends twice must not text twice."""
    query = (
        _tasks()
        .join(IntakePacket)
        .where(
            IntakeTask.patient_id == patient.id,
            IntakeTask.questionnaire_id == form.id,
            IntakeTask.state.in_(packets.OPEN),
            IntakePacket.code == PacketCode.ASKED,
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.closes_at > clock.now(),
        )
    )
    if due_at is not None:
        query = query.where(IntakePacket.due_at == due_at)
    return db.scalars(query.order_by(IntakeTask.made_at.desc()).limit(1)).first()


def _refuse_other_work(resource: dict[str, Any]) -> None:
    """Nothing is done by halves: what cannot be meant here is refused, not left out."""
    codes = {
        text(coding, "code", "Task.code.coding")
        for coding in elements(element(resource, "code", "Task"), "coding", "Task.code")
    }
    if mapping.FILL_IN not in codes:
        raise Fault(422, f"The code of a Task is {mapping.FILL_IN}.", expression="Task.code")
    if text(resource, "status", "Task") not in ("", "requested"):
        raise Fault(422, "Post a Task as requested.", expression="Task.status")


def _form(db: Session, clinic: Clinic, resource: dict[str, Any]) -> Questionnaire:
    form = questionnaires.referred_to(db, clinic, _reference(resource, "focus"))
    if form.retired_at is not None:
        raise Fault(422, "This form was retired.", expression="Task.focus")
    return form


def _reference(resource: dict[str, Any], name: str) -> str:
    reference = element(resource, name, "Task")
    said = text(reference, "reference", f"Task.{name}", limit=700)
    if not said:
        raise Fault(422, f"Task.{name} is missing.", expression=f"Task.{name}")
    return said


def _due_at(resource: dict[str, Any], patient: Patient) -> datetime | None:
    """The end of the restriction's period; a day ends when it does for the patient."""
    where = "Task.restriction.period.end"
    restriction = element(resource, "restriction", "Task")
    period = element(restriction, "period", "Task.restriction")
    said = text(period, "end", "Task.restriction.period")
    if not said:
        return None
    try:
        due_at = _moment(said, patient.zone)
    except (ValueError, OverflowError):
        raise Fault(400, f"{where} must be a day, or a moment with its offset.") from None
    if due_at <= clock.now():
        raise Fault(422, "It would be due in the past.", expression=where)
    return due_at


def _moment(said: str, zone: str) -> datetime:
    if _DAY.fullmatch(said):
        midnight = time(23, 59)
        return datetime.combine(date.fromisoformat(said), midnight, ZoneInfo(zone)).astimezone(UTC)
    if not _MOMENT.fullmatch(said):
        raise ValueError
    return datetime.fromisoformat(said).astimezone(UTC)


def _told(request: Request, _db: Session, found: Sequence[IntakeTask]) -> list[dict[str, Any]]:
    return [_written(request, task) for task in found]


def _conditions(_request: Request, _db: Session, asked: Asked) -> Conditions:
    if "status" not in asked.values:
        return []
    known = finding.values(asked.tokens("status"), TaskState)
    return [IntakeTask.state.in_(map(TaskState, known))]


KIND = Kind(
    name="Task",
    model=IntakeTask,
    query=_tasks,
    moment=IntakeTask.made_at.expression,
    moment_of=lambda task: task.made_at,
    changed=func.coalesce(IntakeTask.changed_at, IntakeTask.made_at, type_=UTCDateTime()),
    told=_told,
    conditions=_conditions,
    patient_id=IntakeTask.patient_id.expression,
    patients_of=lambda _db, found: {task.patient_id for task in found},
    needs=("patient", "subject"),
    usual=MOST,
)
