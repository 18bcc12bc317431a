"""Answers for the page of a form before its guard, where all is plain: in one short statement.

It stands around the route. What is not plainly so goes on to the guard as if nobody had looked:
only the guard refuses, writes and logs. On SQLite the look takes less than to hand it to a thread
would, so it is done where it is asked; a server that is reached over a line is asked in a thread.
"""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app import i18n
from app.access.models import SessionKind
from app.db.engine import Database
from app.intake import at_a_glance
from app.intake.at_a_glance import Glance
from app.journal.owners import name_of
from app.questionnaires import forms
from app.questionnaires.engine.response import answers_at
from app.questionnaires.forms import Key
from app.web.guards import chosen_language
from app.web.pages import is_part, mood, rest_of
from app.web.patient.intake import kept
from app.web.patient.intake.pages import packet_path, sent
from app.web.visitors import COOKIES

_KINDS = (SessionKind.PATIENT, SessionKind.WRITE)


class TaskForms:
    """Which form a task asks, as far as this process drew pages of it: so nobody looks in vain."""

    def __init__(self, most: int = 5_000) -> None:
        self._most = most
        self._known: OrderedDict[UUID, Key] = OrderedDict()
        self._lock = Lock()

    def note(self, task_id: UUID, key: Key) -> None:
        """The task asks this form. The ones noted longest ago are forgotten."""
        with self._lock:
            self._known[task_id] = key
            self._known.move_to_end(task_id)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def has_copy(self, task_id: UUID, step_id: str) -> bool:
        """Whether a copy is kept of a page, as far as is known."""
        key = self._known.get(task_id)
        form = forms.kept(key) if key else None
        return form is not None and kept.page_of(form, step_id) is not None


task_forms = TaskForms()


class AtOnce:
    """Worn by the route of a form's pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = None
        if scope["method"] == "GET":
            request = Request(scope, receive)
            if request.app.state.database.is_sqlite:
                response = answer(request)
            else:
                response = await run_in_threadpool(answer, request)
        await (response or self._app)(scope, receive, send)


def answer(request: Request) -> Response | None:
    """The page, if there is nothing to it. None: ask the guard."""
    kind = next((each for each in _KINDS if COOKIES[each] in request.cookies), None)
    try:
        task_id = UUID(request.path_params["task"])
    except ValueError:
        return None
    if kind is None or not task_forms.has_copy(task_id, request.path_params["step"]):
        return None
    database: Database = request.app.state.database
    with database.one_statement() as db:
        glance = at_a_glance.read(db, task_id, kind, request.cookies[COOKIES[kind]])
    page = kept.page_of(glance.form, request.path_params["step"]) if glance else None
    if glance is None or page is None:
        return None
    with i18n.using(chosen_language(request) or glance.row.language):
        return _filled_in(request, kind, glance, page)


def _filled_in(
    request: Request, kind: SessionKind, glance: Glance, page: kept.Page
) -> Response | None:
    row, at = glance.row, str(request.scope["path"])
    request.state.after_dose = glance.gentle_until
    saved = i18n.local_clock(row.saved_at, row.zone) if row.saved_at else ""
    items = glance.items()
    text = kept.text(
        request,
        page,
        kept.Kept(
            form=glance.form_key,
            step=page.steady.step.id,
            mood=mood(request),
            is_part=is_part(request),
            rest=rest_of(kind),
            is_opened=row.opened_at is not None,
            is_saved=bool(saved),
            has_phone=bool(row.phone),
        ),
        kept.Places(
            at=at,
            back=_back(request, row.packet_id, page),
            packet=str(row.packet_id),
            sheet=str(row.response_id),
            revision=str(row.revision),
            saved=saved,
            owner=name_of(row.clinic_id, row.patient_id),
            clinic=row.name,
            phone=row.phone,
        ),
        {each.slot: answers_at(glance.form, items, each.slot) for each in page.asked},
    )
    return sent(request, text, at=at) if text is not None else None


def _back(request: Request, packet_id: UUID, page: kept.Page) -> str:
    before = page.steady.before
    task = request.path_params["task"]
    return f"/intake/{task}/{before.id}" if before else packet_path(packet_id)
