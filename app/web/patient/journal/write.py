"""The page of a quiet minute, and what its form posts where there are no scripts."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import clock
from app.db.base import new_id
from app.i18n import gettext as _
from app.journal import entries, lines
from app.journal.entries import Accepted, Posted
from app.journal.models import EntryKind
from app.web import quiet_minute, safety_screen
from app.web.doors.journal_doors import OWNER_FIELD
from app.web.forms import read_form
from app.web.guards import journal_only
from app.web.quiet_minute import Kept, Minute

_LARGEST = 256 * 1024  # 64 KiB of words, as a form writes them


@dataclass(frozen=True)
class _Typed:
    """The form as it came. `is_again`: from the page that lets lines be picked."""

    uuid: UUID
    prompt_id: UUID | None
    question: str
    words: str
    word: str
    is_again: bool
    ticked: tuple[int, ...]
    shared: bool

    @property
    def whole(self) -> str:
        """What is kept: the words, and a single one below them."""
        return "\n".join(part for part in (self.words.strip(), self.word.strip()) if part)

    @property
    def lines(self) -> list[str]:
        """What can be picked of it."""
        return lines.of(self.whole)

    @property
    def chosen(self) -> tuple[str, ...]:
        """What was picked."""
        every = self.lines
        return tuple(every[place] for place in self.ticked if place < len(every))[: lines.MOST]

    @property
    def kind(self) -> EntryKind:
        """A single word alone, or words."""
        return EntryKind.WORD if self.word.strip() and not self.words.strip() else EntryKind.WORDS


@journal_only
def show(request: Request, db: Session) -> Response:
    """One question and room for words. Shows none that were kept earlier."""
    return quiet_minute.shown(request, quiet_minute.of(request, db))


@journal_only
def go_on(_request: Request, _db: Session) -> Response:
    """Back here from the page with the resources."""
    return RedirectResponse(quiet_minute.PATH, 303)


@journal_only
def keep(request: Request, db: Session) -> Response:
    """Keep what was typed; then, right away, let up to three of its lines be picked."""
    typed = _read(read_form(request))
    minute = quiet_minute.of(request, db, uuid=typed.uuid)
    try:
        accepted = _accept(request, db, _posted(request, db, typed, minute))
    except entries.NotTaken as refusal:
        if refusal.danger:
            return _resources(request, db)
        said = _link_over() if isinstance(refusal, entries.Closed) else refusal
        return quiet_minute.shown(request, minute, status=422, typed=typed.whole, refusal=said)
    if accepted.danger and not typed.is_again:
        return _resources(request, db)
    if typed.is_again or request.state.has_rested:
        return quiet_minute.shown(request, minute, screen="done")
    return quiet_minute.shown(
        request, minute, screen="kept", kept=_kept(typed, accepted.entry.uuid, minute.owner)
    )


def _accept(request: Request, db: Session, posted: Posted) -> Accepted:
    """Whoever went back and wrote something else instead has both."""
    patient, link = request.state.patient, request.state.link
    try:
        return entries.accept(db, patient, posted, link=link)
    except entries.Conflict:
        apart = replace(posted, uuid=new_id(), revision=1, base=0, apart_from=posted.uuid)
        return entries.accept(db, patient, apart, link=link)


def _resources(request: Request, db: Session) -> Response:
    on = f"{quiet_minute.PATH}/on"
    return safety_screen.told(request, db, request.state.patient, on=on)


def _link_over() -> str:
    return _("This link takes no more words. Copy what you wrote, then sign in to keep it.")


def _posted(request: Request, db: Session, typed: _Typed, minute: Minute) -> Posted:
    stored = entries.find(db, request.state.patient, typed.uuid)
    is_first = stored is None or (not typed.is_again and lines.of(stored.words) == typed.lines)
    return Posted(
        uuid=typed.uuid,
        revision=1 if stored is None or is_first else stored.revision + 1,
        base=stored.revision if stored is not None and typed.is_again else 0,
        written_at=clock.now(),
        words=typed.whole,
        kind=typed.kind,
        question=minute.question(typed.question),
        prompt_id=typed.prompt_id,
        lines=typed.chosen,
        shared=typed.shared,
    )


def _kept(typed: _Typed, uuid: UUID, owner: str) -> Kept:
    fields = [
        (OWNER_FIELD, owner),
        ("uuid", str(uuid)),
        ("prompt", str(typed.prompt_id or "")),
        ("question", typed.question),
        ("words", typed.words),
        ("word", typed.word),
    ]
    return Kept(fields, typed.lines)


def _read(form: FormData) -> _Typed:
    return _Typed(
        uuid=_uuid(form, "uuid") or new_id(),
        prompt_id=_uuid(form, "prompt"),
        question=_text(form, "question"),
        words=_text(form, "words"),
        word=_text(form, "word"),
        is_again=_text(form, "again") == "1",
        ticked=tuple(
            int(value)
            for value in form.getlist("line")
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6
        ),
        shared=_text(form, "shared") == "1",
    )


def _text(form: FormData, name: str) -> str:
    # As it was typed: whether it is too long is for the journal to say.
    value = form.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _uuid(form: FormData, name: str) -> UUID | None:
    try:
        return UUID(_text(form, name))
    except ValueError:
        return None


routes = [
    Route(quiet_minute.PATH, show, name="journal:write"),
    Route(f"{quiet_minute.PATH}/on", go_on, methods=["POST"], name="journal:go-on"),
    Route("/journal/entries", keep, methods=["POST"], name="journal:keep", max_body_size=_LARGEST),
]
