"""How the pages of intake are sent: whole, or their `main` alone when htmx swaps it in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.intake import resting
from app.intake.doors import Doorway
from app.intake.models import IntakeTask, TaskState
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.journey import Step
from app.web.pages import is_part, not_found, render

Endpoint = Callable[[Request, Session], Response]


def shown(
    request: Request, template: str, *, at: str, status: int = 200, **context: Any
) -> Response:
    """A page, or for htmx its `main` and title with the address it stands at."""
    layout = "layouts/part.html" if is_part(request) else "layouts/intake.html"
    text = render(request, template, layout=layout, **context)
    return sent(request, text, at=at, status=status)


def sent(request: Request, text: str, *, at: str, status: int = 200) -> Response:
    """The text of such a page."""
    headers = {"HX-Push-Url": at} if is_part(request) else None
    return HTMLResponse(text, status, headers)


def go(request: Request, path: str, *, whole: bool = False) -> Response:
    """On to another page of ours. `whole`: one that htmx must not swap in."""
    if whole and is_part(request):
        return Response("", headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def form_task(endpoint: Endpoint) -> Endpoint:
    """Below the guard: only for a form that is asked; every other task is not found."""

    @wraps(endpoint)
    def run(request: Request, db: Session) -> Response:
        task = task_of(request.state.doorway)
        if task.questionnaire is None or task.state is TaskState.CANCELLED:
            not_found()
        return endpoint(request, db)

    return run


def open_task(endpoint: Endpoint) -> Endpoint:
    """The same, and only for one that can be filled in right now; else a page says why."""

    @form_task
    @wraps(endpoint)
    def run(request: Request, db: Session) -> Response:
        return closed(request) if request.state.doorway.is_closed else endpoint(request, db)

    return run


def closed(request: Request) -> Response:
    """Its time is over, kindly."""
    return shown(request, "patient/intake/closed.html", at=request.url.path)


def can_wait(request: Request, db: Session, form: Form) -> Response | None:
    """A page that says so, when nothing may be signed within a day of a dose."""
    patient = request.state.patient
    if not asks_to_sign(form):
        return None
    until = resting.rests_until(db, patient.id)
    if until is None:
        return None
    return shown(
        request,
        "patient/intake/can_wait.html",
        at=request.url.path,
        until=until,
        packet_path=packet_path(request.state.doorway.packet.id),
    )


def asks_to_sign(form: Form) -> bool:
    """Whether a form holds a consent or a signature."""
    return any(item.consent or item.is_signature for item in form.in_order)


def task_of(doorway: Doorway) -> IntakeTask:
    """The task of the address."""
    assert doorway.task is not None, "the address names a task"
    return doorway.task


def packet_path(packet_id: UUID) -> str:
    """Where a packet's parts are listed."""
    return f"/intake/{packet_id}"


def step_path(task: IntakeTask, step: Step, *, change: bool = False) -> str:
    """Where one page of a task is. `change`: on the way from the check page, and back to it."""
    return f"/intake/{task.id}/{step.id}" + ("/change" if change else "")


def check_path(task: IntakeTask) -> str:
    """Where the answers are looked through and sent."""
    return f"/intake/{task.id}/check"


def elsewhere_path(task: IntakeTask) -> str:
    """Where it says that another phone was at it."""
    return f"/intake/{task.id}/elsewhere"
