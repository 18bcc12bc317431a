"""One entry on its own page, and what its writer may do with it."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.journal import deleting, lines, sharing
from app.journal.models import JournalEntry
from app.people.models import Patient
from app.refusal import Refusal
from app.web.forms import read_form
from app.web.guards import reading_only
from app.web.pages import page, redirect
from app.web.patient.journal import shown


@reading_only
def show(request: Request, db: Session) -> Response:
    """Its words, what was said and drawn, and the lines one may bring."""
    return _page(request, db, shown.named(request, db))


@reading_only
def bring(request: Request, db: Session) -> Response:
    """Bring the lines that are ticked, and no others of this entry."""
    entry = shown.named(request, db)
    written = lines.of(entry.words)
    ticked = {str(value) for value in read_form(request).getlist("line")}
    chosen = [number for number in range(len(written)) if str(number) in ticked]
    try:
        lines.bring(db, entry, [written[number] for number in chosen], request.state.patient)
    except Refusal as refusal:
        return _page(request, db, entry, refusal=refusal, ticked=chosen)
    return _back(request, entry)


@reading_only
def share(request: Request, db: Session) -> Response:
    """Let the team read all of it."""
    entry = shown.named(request, db)
    sharing.share(db, entry)
    return _back(request, entry)


@reading_only
def take_back(request: Request, db: Session) -> Response:
    """Let nobody but its writer read it from now on."""
    entry = shown.named(request, db)
    sharing.take_back(db, entry)
    return _back(request, entry)


@reading_only
def delete(request: Request, db: Session) -> Response:
    """Destroy it, as long as nobody at the clinic has read it."""
    entry = shown.named(request, db)
    try:
        deleting.delete(db, entry)
    except Refusal as refusal:
        return _page(request, db, entry, refusal=refusal)
    return redirect(request, "journal")


def _page(
    request: Request,
    db: Session,
    entry: JournalEntry,
    *,
    refusal: Refusal | None = None,
    ticked: list[int] | None = None,
) -> Response:
    patient: Patient = request.state.patient
    opened = shown.opened(db, patient, [entry])[0]
    if ticked is None:
        ticked = [at for at, line in enumerate(opened.lines) if line in opened.brought]
    return page(
        request,
        "patient/journal/entry.html",
        422 if refusal else 200,
        entry=opened,
        ticked=ticked,
        elsewhere=sum(line.entry_id != entry.id for line in lines.brought_by(db, patient)),
        visit=lines.next_visit(db, patient),
        may_delete=deleting.may_be_deleted(db, entry),
        file_path=lambda file: request.app.url_path_for("journal:file", uuid=file.uuid),
        refusal=refusal,
    )


def _back(request: Request, entry: JournalEntry) -> Response:
    return redirect(request, "journal:entry", uuid=entry.uuid)


_AT = "/journal/entries/{uuid}"

routes = [
    Route(_AT, show, methods=["GET"], name="journal:entry"),
    Route(f"{_AT}/lines", bring, methods=["POST"], name="journal:lines"),
    Route(f"{_AT}/share", share, methods=["POST"], name="journal:share"),
    Route(f"{_AT}/take-back", take_back, methods=["POST"], name="journal:take-back"),
    Route(f"{_AT}/delete", delete, methods=["POST"], name="journal:delete"),
]
