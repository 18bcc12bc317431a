"""Earlier words, for whoever showed that they are theirs; and which of them to bring along."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.journal import lines, on_paper
from app.journal.lines import TooManyLines
from app.messaging import claims
from app.people.models import Patient
from app.refusal import Refusal
from app.web.forms import read_form
from app.web.guards import reading_only
from app.web.pages import page, redirect
from app.web.patient.journal import shown
from app.web.patient.journal.shown import Shown
from app.web.step_up import Reach

_A_PAGE = 20


@reading_only
def show(request: Request, db: Session) -> Response:
    """Entries by session, latest first, twenty at a time."""
    return _page(request, db)


@reading_only
def bring(request: Request, db: Session) -> Response:
    """Bring the entries of one line that are ticked, and none of those that stand unticked."""
    patient: Patient = request.state.patient
    form = read_form(request)
    claims.hold_patient(db, patient.id)  # three in all, whoever else ticks at this moment
    names, ticked = _ids(form, "listed"), _ids(form, "bring")
    rows = [row for row in shown.all_of(request, db) if row.uuid in names]
    listed = [each for each in shown.opened(db, patient, rows) if each.is_one_line]
    try:
        _refuse_a_fourth(db, patient, listed, ticked)
    except Refusal as refusal:
        return _page(request, db, refusal=refusal, ticked=ticked)
    for each in listed:
        is_ticked = each.row.uuid in ticked
        if is_ticked is not bool(each.brought):
            lines.bring(db, each.row, each.lines if is_ticked else [], patient)
    return redirect(request, "journal")


def _refuse_a_fourth(
    db: Session, patient: Patient, listed: Sequence[Shown], ticked: set[UUID]
) -> None:
    """Before anything is changed: one entry after the other could be refused half-way."""
    here = {each.row.id for each in listed}
    others = sum(line.entry_id not in here for line in lines.brought_by(db, patient))
    if others + sum(each.row.uuid in ticked for each in listed) > lines.MOST:
        raise TooManyLines(_("You can bring three lines. Untick one to choose another."))


def _page(
    request: Request,
    db: Session,
    *,
    refusal: Refusal | None = None,
    ticked: set[UUID] | None = None,
) -> Response:
    patient: Patient = request.state.patient
    everything = shown.all_of(request, db)
    number = _number(request)
    some = everything[(number - 1) * _A_PAGE : number * _A_PAGE]
    opened = {each.row.id: each for each in shown.opened(db, patient, some)}
    return page(
        request,
        "patient/journal/entries.html",
        422 if refusal else 200,
        parts=[
            (on_paper.part_title(session, patient.zone), [opened[row.id] for row in part])
            for session, part in on_paper.by_session(some)
        ],
        has_any=bool(everything),
        can_bring=any(each.is_one_line for each in opened.values()),
        is_ticked=lambda each: _is_ticked(each, ticked),
        visit=lines.next_visit(db, patient),
        only_this_session=request.state.reach is Reach.VISIT,
        number=number,
        has_more=len(everything) > number * _A_PAGE,
        refusal=refusal,
    )


def _is_ticked(each: Shown, ticked: set[UUID] | None) -> bool:
    return bool(each.brought) if ticked is None else each.row.uuid in ticked


def _ids(form: FormData, name: str) -> set[UUID]:
    found = set()
    for value in form.getlist(name):
        try:
            found.add(UUID(str(value)))
        except ValueError:
            continue
    return found


def _number(request: Request) -> int:
    """Which page of the list it is."""
    asked = request.query_params.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1


routes = [
    Route("/journal", show, methods=["GET"], name="journal"),
    Route("/journal", bring, methods=["POST"], name="journal:bring"),
]
