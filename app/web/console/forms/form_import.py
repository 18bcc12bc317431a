"""Bringing a form: from a file, or pasted. What was wrong is said, and what was brought stays."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.questionnaires import finding_words, importing
from app.questionnaires.engine.findings import Finding
from app.questionnaires.strict_json import MOST_BYTES
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import read_form
from app.web.guards import staff_only
from app.web.pages import redirect

_LONGEST_SHOWN = 300_000  # a page stays one that a browser can hold
_LARGEST_POST = 4 * MOST_BYTES  # a file beside a pasted text, and what wraps them


@dataclass(frozen=True)
class Brought:
    """The bytes, and by which field they came."""

    raw: bytes
    field: str

    @property
    def shown(self) -> str:
        """What goes back into the box, so that it can be put right there."""
        text = self.raw.decode("utf-8", errors="replace")
        return text if len(text) <= _LONGEST_SHOWN and "\x00" not in text else ""


@staff_only
def form(request: Request, db: Session) -> Response:
    """Choose a file, or paste."""
    return _page(request, db, Brought(b"", "file"), Faults(), ())


@staff_only
def take(request: Request, db: Session) -> Response:
    """Import it and show what came of it; refused, nothing is kept and every reason is told."""
    brought = _brought(read_form(request, max_files=1, largest_text=2 * MOST_BYTES))
    faults = Faults()
    if not brought.raw:
        faults.add("file", _("Choose a file, or paste the form below."))
        return _page(request, db, brought, faults, ())
    imported = importing.import_questionnaire(
        db, request.state.clinic, brought.raw, by=request.state.practitioner
    )
    if imported.questionnaire is not None:
        return redirect(request, "console:form", id=imported.questionnaire.id)
    faults.add(brought.field, _("This form was not taken in. The reasons stand on this page."))
    return _page(request, db, brought, faults, imported.findings)


def _brought(posted: FormData) -> Brought:
    """A file goes before what was pasted."""
    upload, pasted = posted.get("file"), posted.get("pasted")
    if isinstance(upload, UploadFile):
        with upload.file as file:
            raw = file.read(MOST_BYTES + 1)
        if raw.strip():
            return Brought(raw, "file")
    text = pasted if isinstance(pasted, str) else ""
    return Brought(
        text.strip().encode(errors="surrogatepass"), "pasted" if text.strip() else "file"
    )


def _page(
    request: Request, db: Session, brought: Brought, faults: Faults, findings: tuple[Finding, ...]
) -> Response:
    return desk_page(
        request,
        db,
        "console/forms/import.html",
        422 if faults else 200,
        section="forms",
        pasted=brought.shown,
        reasons=_lines(findings, "refused"),
        warnings=_lines(findings, "warning"),
        refusal=faults,
    )


def _lines(findings: tuple[Finding, ...], severity: str) -> list[tuple[str, str]]:
    return [
        (each.link_id, finding_words.said(each)) for each in findings if each.severity == severity
    ]


routes = [
    Route("/forms/new", form, methods=["GET"], name="new-form"),
    Route("/forms", take, methods=["POST"], name="import-form", max_body_size=_LARGEST_POST),
]
