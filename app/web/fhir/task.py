"""What a patient was asked to do, as a FHIR Task."""

from datetime import UTC, datetime
from typing import Any

from app.intake.models import IntakeTask, TaskKind, TaskState

TASKS = "urn:afterglow:task"
FILL_IN = "complete-questionnaire"
_CODES = {TaskKind.FORM: FILL_IN, TaskKind.CAMERA_CHECK: "camera-check"}


def written(task: IntakeTask, authored_by: dict[str, str]) -> dict[str, Any]:
    """One task as FHIR. It never says what was answered; where, once it was sent in."""
    patient = {"reference": f"Patient/{task.patient_id}"}
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(task.id),
        "meta": {"lastUpdated": _instant(_changed_at(task))},
        "status": task.state.value,
        "intent": "order",
        "code": _code(task.kind),
        "for": patient,
        "owner": patient,
        "authoredOn": _instant(task.made_at),
        "lastModified": _instant(_changed_at(task)),
        "requester": authored_by,
        "restriction": {"period": {"end": _instant(task.packet.due_at)}},
    }
    if task.questionnaire_id:
        resource["focus"] = {"reference": f"Questionnaire/{task.questionnaire_id}"}
    if task.packet.appointment_id:
        resource["basedOn"] = [{"reference": f"Appointment/{task.packet.appointment_id}"}]
    return resource | _period(task) | _output(task)


def _code(kind: TaskKind) -> dict[str, Any]:
    return {"coding": [{"system": TASKS, "code": _CODES[kind]}]}


def _period(task: IntakeTask) -> dict[str, Any]:
    times = {"start": task.started_at, "end": task.completed_at}
    period = {name: _instant(at) for name, at in times.items() if at is not None}
    return {"executionPeriod": period} if period else {}


def _output(task: IntakeTask) -> dict[str, Any]:
    if task.state is not TaskState.COMPLETED or task.response_id is None:
        return {}
    answers = {"reference": f"QuestionnaireResponse/{task.response_id}"}
    return {"output": [{"type": {"text": "answers"}, "valueReference": answers}]}


def _changed_at(task: IntakeTask) -> datetime:
    moments = (task.changed_at, task.packet.cancelled_at, task.made_at)
    return max(moment for moment in moments if moment is not None)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
