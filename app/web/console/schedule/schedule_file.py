"""The day's schedule as a table: taken out, looked at before it is brought in, and brought in."""

from datetime import date

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, wall_time
from app.audit import trail
from app.i18n import gettext as _
from app.protocols import schedule_lines, schedule_table, schedule_taking
from app.protocols.schedule_lines import COLUMNS, MOST_BYTES, NEEDED, Line
from app.protocols.schedule_taking import Outcome, Taken
from app.refusal import Refusal
from app.web import papers
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import day, read_form
from app.web.guards import staff_only
from app.web.pages import redirect

_LARGEST_POST = 4 * MOST_BYTES


@staff_only
def export(request: Request, db: Session) -> Response:
    """One day as CSV. Who took it out stands in the trail of everybody who is on it."""
    clinic, form = request.state.clinic, read_form(request)
    try:
        chosen = day(form, "day") or _today(clinic.zone)
    except Refusal:
        chosen = _today(clinic.zone)
    rows = schedule_table.booked_on(db, clinic, chosen)
    for each in {row.patient_id: row.patient for row in rows}.values() or [clinic]:
        trail.record(db, "export-schedule", agent=request.state.practitioner, entity=each)
    return papers.table(request, schedule_table.table_of(rows, clinic), f"schedule-{chosen}")


@staff_only
def form(request: Request, db: Session) -> Response:
    """Choose a file, or paste; and take a day out."""
    return _page(request, db, "", Faults())


@staff_only
def look(request: Request, db: Session) -> Response:
    """What every line would come to. Nothing is kept yet."""
    brought = _brought(request)
    faults = Faults()
    lines = faults.reading(lambda: _lines(request, brought))
    if lines is None:
        return _page(request, db, _shown(brought), faults)
    found = schedule_taking.look(db, request.state.clinic, lines, by=request.state.practitioner)
    return _page(request, db, _shown(brought), faults, found)


@staff_only
def take(request: Request, db: Session) -> Response:
    """Bring in what was looked at: all of it, or nothing with every fault at its line."""
    brought = _brought(request)
    faults = Faults()
    lines = faults.reading(lambda: _lines(request, brought))
    if lines is None:
        return _page(request, db, _shown(brought), faults)
    clinic, by = request.state.clinic, request.state.practitioner
    found = schedule_taking.take(db, clinic, lines, by=by)
    if any(each.outcome is Outcome.FAULTY for each in found):
        faults.add("", _("Nothing was brought in. The faults stand at their lines."))
        return _page(request, db, _shown(brought), faults, found)
    trail.record(db, "import-schedule", agent=by, entity=clinic)
    return redirect(request, "console:schedule")


def _lines(request: Request, brought: bytes) -> list[Line]:
    lines = schedule_lines.read(brought, request.state.clinic)
    if not lines:
        raise schedule_lines.NoSchedule(_("The file is empty."), field="file")
    return lines


def _brought(request: Request) -> bytes:
    """A file goes before what was pasted."""
    posted: FormData = read_form(request, max_files=1, largest_text=2 * MOST_BYTES)
    upload, pasted = posted.get("file"), posted.get("pasted")
    if isinstance(upload, UploadFile):
        with upload.file as file:
            raw = file.read(MOST_BYTES + 1)
        if raw.strip():
            return raw
    return pasted.encode(errors="replace") if isinstance(pasted, str) else b""


def _shown(brought: bytes) -> str:
    """What goes back into the box, to be put right there and posted again."""
    try:
        return brought[:MOST_BYTES].decode("utf-8-sig")
    except UnicodeDecodeError:
        return brought[:MOST_BYTES].decode("cp1252", errors="replace")


def _page(
    request: Request,
    db: Session,
    pasted: str,
    faults: Faults,
    found: list[Taken] | None = None,
) -> Response:
    has_faults = any(each.outcome is Outcome.FAULTY for each in found or [])
    return desk_page(
        request,
        db,
        "console/schedule/file.html",
        422 if faults or has_faults else 200,
        section="schedule",
        pasted=pasted,
        found=found,
        has_faults=has_faults,
        booked=sum(each.outcome is Outcome.BOOKED for each in found or []),
        columns=COLUMNS,
        needed=NEEDED,
        today=_today(request.state.clinic.zone).isoformat(),
        refusal=faults,
    )


def _today(zone: str) -> date:
    return wall_time.wall(clock.now(), zone).date()


routes = [
    Route("/schedule/file", form, methods=["GET"], name="import-schedule"),
    Route(
        "/schedule/file",
        look,
        methods=["POST"],
        name="look-at-schedule",
        max_body_size=_LARGEST_POST,
    ),
    Route(
        "/schedule/file/taking",
        take,
        methods=["POST"],
        name="take-schedule",
        max_body_size=_LARGEST_POST,
    ),
    Route("/schedule/table", export, methods=["POST"], name="schedule-file"),
]
