"""Camera and microphone, tried on a calm day: one of the things of a packet."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.intake import camera
from app.intake.doors import Doorway
from app.intake.models import IntakePacket, IntakeTask, TaskKind, TaskState
from app.web.forms import read_form, text
from app.web.guards import intake_only, patient_only
from app.web.pages import not_found
from app.web.patient.intake.pages import closed, go, packet_path, shown, task_of

_OPEN = (TaskState.REQUESTED, TaskState.IN_PROGRESS)


@intake_only
def show(request: Request, _db: Session) -> Response:
    """The page that asks for camera and microphone once its button is pressed."""
    doorway: Doorway = request.state.doorway
    if (elsewhere := _elsewhere(request, doorway)) is not None:
        return elsewhere
    path = request.url.path
    back = packet_path(doorway.packet.id)
    return shown(request, "patient/intake/camera_check.html", at=path, action=path, back_path=back)


@intake_only
def done(request: Request, db: Session) -> Response:
    """Note what came of it, and on. Anything unsaid counts as: by phone."""
    doorway: Doorway = request.state.doorway
    if (elsewhere := _elsewhere(request, doorway)) is not None:
        return elsewhere
    said = text(read_form(request), "outcome", limit=20)
    known = said in list(camera.Outcome)
    outcome = camera.Outcome(said) if known else camera.Outcome.PHONE
    camera.note(db, task_of(doorway), outcome)
    return go(request, f"{packet_path(doorway.packet.id)}/next")


@patient_only
def mine(request: Request, db: Session) -> Response:
    """To the check that waits for whoever is signed in; home when there is none."""
    waiting = db.scalar(
        select(IntakeTask)
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .where(
            IntakeTask.patient_id == request.state.patient.id,
            IntakeTask.kind == TaskKind.CAMERA_CHECK,
            IntakeTask.state.in_(_OPEN),
            IntakePacket.cancelled_at.is_(None),
        )
        .order_by(IntakePacket.due_at)
        .limit(1)
    )
    return go(request, f"/intake/{waiting.id}/camera" if waiting else "/")


def _elsewhere(request: Request, doorway: Doorway) -> Response | None:
    task = task_of(doorway)
    if task.kind is not TaskKind.CAMERA_CHECK or task.state is TaskState.CANCELLED:
        not_found()
    if doorway.is_closed:
        return closed(request)
    if task.state is TaskState.COMPLETED:
        return go(request, packet_path(doorway.packet.id))
    return None


routes = [
    Route("/camera-check", mine, name="camera-check"),
    Route("/intake/{task}/camera", show, name="intake:camera"),
    Route("/intake/{task}/camera", done, methods=["POST"], name="intake:camera-done"),
]
