"""The review list: answers a clinician looks at before the session, each cleared with a note."""

from datetime import timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import i18n
from app.intake import reviewing
from app.intake.models import ReviewFlag
from app.questionnaires.forms import form_of
from app.refusal import Refusal
from app.scheduling import upcoming
from app.web import ways_back
from app.web.console import looking
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404

_LONGEST_NOTE = 2000
_SOON = timedelta(days=1)  # a session before which somebody had better look now


@staff_only
def review(request: Request, db: Session) -> Response:
    """What nobody has cleared, urgent first, by the sheet it stands on. Looking is written down."""
    looking.note(request, "read-review", request.state.clinic)
    return _list(request, db)


@staff_only
def clear(request: Request, db: Session) -> Response:
    """A clinician has looked at it. Twice changes nothing."""
    flag = find_or_404(db, ReviewFlag, request, clinic_id=request.state.clinic.id)
    form, faults = read_form(request), Faults()
    field = f"note-{flag.id}"
    note = faults.reading(lambda: text(form, "note", limit=_LONGEST_NOTE), field)
    if note is not None:
        try:
            reviewing.clear(db, flag, note, by=request.state.practitioner)
        except Refusal as refusal:
            faults.add(field, refusal.message)
        else:
            to = text(form, "to") or "/clinic/review"
            return RedirectResponse(ways_back.safe(to), 303)
    return _list(request, db, faults, flag.id, str(form.get("note", "")))


def _list(
    request: Request,
    db: Session,
    faults: Faults | None = None,
    refused: UUID | None = None,
    typed: str = "",
) -> Response:
    everything = reviewing.open_flags(db, request.state.clinic)
    asked = request.query_params
    flags = [
        flag
        for flag in everything
        if (flag.urgent or asked.get("only") != "urgent")
        and asked.get("patient", str(flag.patient_id)) == str(flag.patient_id)
    ]
    return desk_page(
        request,
        db,
        "console/review/list.html",
        422 if faults else 200,
        section="review",
        sheets=_by_sheet(flags),
        titles={flag.response_id: _title(flag, request.state.clinic.zone) for flag in flags},
        sessions=upcoming.sessions(db, request.state.clinic, {flag.patient_id for flag in flags}),
        count=len(everything),
        urgent_count=sum(flag.urgent for flag in everything),
        only=asked.get("only", ""),
        soon=_SOON,
        may_clear=reviewing.may_clear(request.state.practitioner),
        refusal=faults or Faults(),
        refused=refused,
        typed=typed,
    )


def _title(flag: ReviewFlag, zone: str) -> str:
    """What was filled in, and when: a patient may have filled in the same form twice."""
    response = flag.response
    title = form_of(response.questionnaire).title.within(i18n.language())
    at = response.completed_at or response.made_at
    return f"{title}, {i18n.local_short_day(at, zone)}, {i18n.local_clock(at, zone)}"


def _by_sheet(flags: list[ReviewFlag]) -> list[list[ReviewFlag]]:
    """Together what was answered together; a sheet stands where its first flag does."""
    first = {flag.response_id: place for place, flag in reversed(list(enumerate(flags)))}
    ordered = sorted(flags, key=lambda flag: first[flag.response_id])
    return [list(group) for _, group in groupby(ordered, key=lambda flag: flag.response_id)]


routes = [
    Route("/review", review, name="review"),
    Route("/review/{id}/clearance", clear, methods=["POST"], name="clear-flag"),
]
