"""`/start`: somebody asks to become a patient. A name and a number, a code, and on to questions.

Before the code is shown nothing is asked that says anything about health. After it the questions
are filled in like every other form, under /intake; then /start/times offers a first talk.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, i18n
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.access.one_time_codes import NothingAsked
from app.candidates import applying
from app.candidates.applying import TooMany
from app.i18n import gettext as _
from app.intake import doors, following, packets
from app.intake.doors import Doorway
from app.intake.models import IntakePacket, PacketCode
from app.people.models import Clinic, Patient
from app.questionnaires import library
from app.refusal import Refusal
from app.security.tokens import hash_token
from app.web import guards, signing_in
from app.web.forms import read_form, required
from app.web.guards import anyone
from app.web.pages import page, redirect

_ASSESSMENT = "candidate-assessment"
_OPEN_FOR = timedelta(days=7)


@anyone
def begin(request: Request, db: Session) -> Response:
    """The name and the number. With several clinics the address names one, or asks which."""
    clinic = clinic_of(request, db)
    if clinic is None:
        return _choose(request, db)
    return _begin_page(request, clinic, typed={}, refusal=None)


@anyone
def send_code(request: Request, db: Session) -> Response:
    """Have a code texted. A number the clinic knows already is answered the same."""
    form = read_form(request)
    clinic = clinic_of(request, db)
    if clinic is None:
        return _choose(request, db)
    browser = signing_in.browser_for(request)
    try:
        applying.begin(
            db,
            clinic,
            full_name=required(form, "full_name", _("Enter your name.")),
            phone=required(form, "phone", _("Enter your phone number.")),
            language=i18n.language(),
            texts_agreed=bool(form.get("texts_agreed")),
            browser=browser,
            network=signing_in.network_of(request),
        )
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return _begin_page(request, clinic, typed=_typed(form), refusal=refusal, status=status)
    response = redirect(request, "start-code")
    signing_in.remember(response, browser)
    return response


@anyone
def ask_code(request: Request, db: Session) -> Response:
    """The code from the text, in the browser that asked for it; any other starts anew."""
    browser = signing_in.browser_of(request)
    application = applying.waiting_in(db, browser) if browser else None
    if application is None:
        return redirect(request, "start")
    request.state.clinic = db.get(Clinic, application.clinic_id)
    return page(request, "public/start/code.html", typed="", refusal=None, is_over=False)


@anyone
def check_code(request: Request, db: Session) -> Response:
    """The number is theirs: on to the questions, in this browser alone."""
    form = read_form(request)
    browser = signing_in.browser_for(request)
    application = applying.waiting_in(db, browser)
    if application is not None:
        request.state.clinic = db.get(Clinic, application.clinic_id)
    try:
        entered = required(form, "code", _("Enter the six digits from the text."))
        patient = applying.confirm(db, entered, browser=browser)
    except Refusal as refusal:
        return page(
            request,
            "public/start/code.html",
            422,
            typed=str(form.get("code", ""))[:40],
            refusal=refusal,
            is_over=isinstance(refusal, NothingAsked),
        )
    packet = _packet(db, patient)
    response = redirect(request, "intake:next", packet=packet.id)
    _let_in(request, db, response, patient, packet, browser)
    return response


def clinic_of(request: Request, db: Session) -> Clinic | None:
    """The clinic that `?clinic=` names, or the only one that takes candidates here."""
    slug = request.query_params.get("clinic", "")
    open_ones = select(Clinic).where(Clinic.takes_candidates.is_(True)).order_by(Clinic.name)
    found = db.scalars(open_ones.where(Clinic.slug == slug) if slug else open_ones.limit(2)).all()
    clinic = found[0] if len(found) == 1 else None
    request.state.clinic = clinic
    return clinic


def _choose(request: Request, db: Session) -> Response:
    clinics = db.scalars(
        select(Clinic).where(Clinic.takes_candidates.is_(True)).order_by(Clinic.name)
    ).all()
    return page(request, "public/start/which.html", clinics=clinics)


def _begin_page(
    request: Request,
    clinic: Clinic,
    *,
    typed: dict[str, str],
    refusal: Refusal | None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "public/start/begin.html",
        status,
        typed=typed,
        refusal=refusal,
        slug=clinic.slug if request.query_params.get("clinic") else "",
    )


def _typed(form: FormData) -> dict[str, str]:
    kept = ("full_name", "phone", "texts_agreed")
    return {name: str(form.get(name, ""))[:120] for name in kept}


def _packet(db: Session, patient: Patient) -> IntakePacket:
    """The questions of this candidate: those that are begun, else new ones."""
    now = clock.now()
    begun = db.scalar(
        select(IntakePacket)
        .where(
            IntakePacket.patient_id == patient.id,
            IntakePacket.code == PacketCode.ASSESSMENT,
            IntakePacket.done_at.is_(None),
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.closes_at > now,
        )
        .order_by(IntakePacket.made_at.desc())
        .limit(1)
    )
    if begun is not None:
        return begun
    form = library.for_clinic(db, patient.clinic, _ASSESSMENT)
    return packets.make(
        db,
        patient,
        PacketCode.ASSESSMENT,
        [form],
        opens_at=now,
        due_at=now + _OPEN_FOR,
        closes_at=now + _OPEN_FOR,
        texts=False,
        by=patient,
    )


def _let_in(
    request: Request,
    db: Session,
    response: Response,
    patient: Patient,
    packet: IntakePacket,
    browser: str,
) -> None:
    """A session that writes. What another browser typed it does not read: the code was no proof.

    Of a patient the clinic knows already it shows nothing, for no birth date was asked.
    """
    doorway = Doorway(packet, None, None, hash_token(browser), is_signed_in=False)
    doors.unlock(db, doorway)
    following.opened(db, packet)  # whoever typed a code is no program
    earlier = guards.session_of(request, db, SessionKind.WRITE)
    if earlier is not None:
        web_sessions.end(db, earlier)
    _session, token = web_sessions.start(
        db,
        SessionKind.WRITE,
        clinic_id=patient.clinic_id,
        patient=patient,
        strength=Strength.LINK,
        user_agent=request.headers.get("user-agent", ""),
        browser=browser,
    )
    absolute = web_sessions.LIMITS[SessionKind.WRITE].absolute
    assert absolute is not None, "sessions that write have an absolute end"
    guards.set_session(response, SessionKind.WRITE, token, seconds=int(absolute.total_seconds()))
    signing_in.remember(response, browser)


routes = [
    Route("/start", begin, methods=["GET"], name="start"),
    Route("/start", send_code, methods=["POST"], name="start-send"),
    Route("/start/code", ask_code, methods=["GET"], name="start-code"),
    Route("/start/code", check_code, methods=["POST"], name="start-check"),
]
