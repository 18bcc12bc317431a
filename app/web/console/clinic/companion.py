"""The session companion: whether the clinic runs it and until when, and what may be heard."""

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.companion import sounds, switch
from app.companion.models import SessionAudio
from app.people.models import Clinic
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.roles import is_administrator
from app.web.files import byte_ranges
from app.web.forms import day, read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_LARGEST_POST = sounds.MOST_BYTES + 64 * 1024


@staff_only
def show(request: Request, db: Session) -> Response:
    """Whether it is on, until when, and the sounds; everybody may look."""
    return _page(request, db)


@staff_only
def save(request: Request, db: Session) -> Response:
    """Turn it on until a day, or off."""
    form, faults = read_form(request), Faults()
    clinic = db.get_one(Clinic, request.state.clinic.id)
    by = request.state.practitioner
    if text(form, "on") != "yes":
        switch.turn_off(db, clinic, by=by)
        return redirect(request, "console:companion")
    until = faults.reading(lambda: day(form, "until"))
    if not faults:
        try:
            switch.turn_on(db, clinic, until, text(form, "phone"), by=by)
        except Refusal as refusal:
            faults.take(refusal)
    if faults:
        typed = {"until": text(form, "until"), "phone": text(form, "phone")}
        return _page(request, db, faults, typed)
    return redirect(request, "console:companion")


@staff_only
def add_sound(request: Request, db: Session) -> Response:
    """Keep a sound file."""
    form, faults = read_form(request, max_files=1), Faults()
    file, name = form.get("file"), text(form, "name")
    try:
        content = _content(file)
        by = request.state.practitioner
        sounds.add(db, request.state.clinic, name, content, by=by)
    except Refusal as refusal:
        faults.take(refusal)
        return _page(request, db, faults, {"name": name})
    return redirect(request, "console:companion")


@staff_only
def retire_sound(request: Request, db: Session) -> Response:
    """Offer a sound no more."""
    sounds.retire(db, _sound(request, db), by=request.state.practitioner)
    return redirect(request, "console:companion")


@staff_only
def hear(request: Request, db: Session) -> Response:
    """A sound, to be heard before it is chosen."""
    audio = sounds.whole(db, _sound(request, db).id)
    assert audio is not None
    return byte_ranges.sent(
        request,
        size=audio.size,
        media_type=audio.media_type,
        read=lambda start, end: iter((audio.body[start:end],)),
    )


def _content(file: object) -> bytes:
    if not isinstance(file, UploadFile):
        return b""  # which is no sound
    with file.file as opened:
        return opened.read()


def _sound(request: Request, db: Session) -> SessionAudio:
    return find_or_404(db, SessionAudio, request, clinic_id=request.state.clinic.id)


def _page(
    request: Request,
    db: Session,
    faults: Faults | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    clinic: Clinic = request.state.clinic
    until = clinic.companion_ends_on
    values = {"until": until.isoformat() if until else "", "phone": clinic.session_phone}
    return desk_page(
        request,
        db,
        "console/companion.html",
        422 if faults else 200,
        section="hours",
        is_on=switch.is_on(clinic),
        until=until,
        today=switch.today(clinic).isoformat(),
        sounds=sounds.of_clinic(db, clinic),
        values=values | {"name": ""} | (typed or {}),
        may_change=is_administrator(request),
        refusal=faults or Faults(),
    )


routes = [
    Route("/companion", show, methods=["GET"], name="companion"),
    Route("/companion", save, methods=["POST"], name="save-companion"),
    Route(
        "/companion/sounds",
        add_sound,
        methods=["POST"],
        name="add-sound",
        max_body_size=_LARGEST_POST,
    ),
    Route("/companion/sounds/{id}", hear, methods=["GET"], name="hear-sound"),
    Route("/companion/sounds/{id}/end", retire_sound, methods=["POST"], name="retire-sound"),
]
