"""`POST /x`: the only place where a token arrives.

The exchange is harmless and may be repeated by anybody who holds the token: it lets a browser into
one verb and binds nothing. What binds is the human signal, `POST /x/claim`, from the browser let in
here.
"""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import clock, i18n
from app.access import attempts, web_sessions
from app.access.models import SessionKind, Strength, WebSession
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.scheduling.models import Appointment
from app.telehealth import seats, taps, visits
from app.telehealth.models import Seat
from app.telehealth.taps import Tap
from app.web import even_pace, guards, signing_in, visitors
from app.web.doors import (
    escort_doors,
    guest_opening,
    intake_opening,
    journal_opening,
    session_opening,
)
from app.web.doors.link_pages import ended, moved, unknown
from app.web.forms import read_json
from app.web.guards import anyone
from app.web.pages import mood
from app.web.public import sign_in_links
from app.web.visit import claiming, room

log = structlog.get_logger("links")
_FAILURES_PER_MINUTE = 10
_FAILURES_OF_ALL_PER_SECOND = 100  # guessing from everywhere at once
# So that who was in a visit can be told that it has ended. The session itself opens nothing then.
_COOKIE_OUTLIVES_SESSION = timedelta(days=1)


@anyone
def exchange(request: Request, db: Session) -> Response:
    """A token for a way in. Whatever it opens, the answer is JSON with a page's part to show."""
    posted = read_json(request)
    token, kind = posted.get("t"), posted.get("kind")
    if kind == LinkKind.INTAKE:
        return _open_packet(request, db, token)
    tap = taps.find(db, token)
    if tap is None or tap.link.kind.value != kind:
        return _refuse(request, db)
    with _found(request, tap.link):
        told = _tell(request, db, tap)
    # Outside the patient's language: to a stranger a dead link is no different from none.
    return told or _refuse(request, db)


def _open_packet(request: Request, db: Session, token: object) -> Response:
    browser = signing_in.browser_for(request)
    tap = intake_opening.tapped(request, db, token, browser)
    if tap is None:
        return _refuse(request, db)
    with _found(request, tap.link):
        told = intake_opening.tell(request, db, tap, browser)
    return told or _refuse(request, db)


def _refuse(request: Request, db: Session) -> Response:
    """Only failing tries are counted and slowed: whoever holds a real link always gets in."""
    even_pace.keep(request)  # a dead link is found and none is not: the time must not tell
    log.info("link", outcome="unknown")
    limits = _limits_of(request)
    if any(attempts.is_over(db, source, limit=limit, per=per) for source, limit, per in limits):
        return _wait()
    answer = unknown(request, db)
    # Counted last: everybody who fails waits in turn for the one row that counts them all.
    allowed = all(attempts.allow(db, source, limit=limit, per=per) for source, limit, per in limits)
    return answer if allowed else _wait()


def _limits_of(request: Request) -> list[tuple[str, int, timedelta]]:
    source = "exchange:" + attempts.network(request.client.host if request.client else None)
    return [
        (source, _FAILURES_PER_MINUTE, timedelta(minutes=1)),
        ("exchange:all", _FAILURES_OF_ALL_PER_SECOND, timedelta(seconds=1)),
    ]


def _wait() -> Response:
    return JSONResponse({"state": "wait"}, 429, headers={"Retry-After": "60"})


def _found(request: Request, link: MagicLink) -> AbstractContextManager[None]:
    log.info("link", outcome=link.state.value, kind=link.kind.value)
    return i18n.using(guards.chosen_language(request) or link.patient.language)


def _tell(request: Request, db: Session, tap: Tap) -> Response | None:
    link, patient = tap.link, tap.link.patient
    if link.kind is LinkKind.WRITE:
        return journal_opening.tell(request, db, link)
    if link.kind is LinkKind.GUEST:
        return guest_opening.tell(request, db, link)
    if link.kind is LinkKind.ESCORT:
        return escort_doors.tell(request, db, link)
    if link.state is LinkState.SUPERSEDED:
        return moved(request, db, link) or ended(request, db, link)
    if not magic_links.is_live(link):
        return _still_choosing(request, db, link) or ended(request, db, link)
    if link.kind is LinkKind.JOIN:
        visitors.note(request, patient, None, tap.gentle_until)
        return _let_join(request, db, tap)
    if link.kind is LinkKind.SIGN_IN:
        request.state.clinic = patient.clinic
        return sign_in_links.press(request, db, link)
    return None


def _still_choosing(request: Request, db: Session, link: MagicLink) -> Response | None:
    """The browser that said "not today" finds the times behind the old link too."""
    web_session = guards.session_of(request, db, SessionKind.JOIN)
    appointment = db.get(Appointment, link.appointment_id) if link.appointment_id else None
    if web_session is None or appointment is None or link.state is LinkState.REVOKED:
        return None
    if web_session.patient_id != link.patient_id or appointment.asked_at is None:
        return None
    return JSONResponse(_times_of(request, appointment)) if appointment.status.is_open else None


def _let_join(request: Request, db: Session, tap: Tap) -> Response:
    link, appointment = tap.link, tap.appointment
    assert appointment is not None, "a join link is of a visit or a session"
    # The link's own end, which is the visit's and a little; to choose another time it is later.
    expires_at = max(link.expires_at, appointment.ends_at + magic_links.JOIN_OUTLIVES_VISIT)
    browser = signing_in.browser_for(request)
    web_session = guards.session_of(request, db, SessionKind.JOIN)
    is_known = web_session is not None and web_session.patient_id == link.patient_id
    if web_session is not None and is_known:
        token = web_sessions.rotate(db, web_session)
        web_session.expires_at = max(web_session.expires_at, expires_at)
        web_session.link_id = link.id
    else:
        web_session, token = _let_in(request, db, link, browser, expires_at)
    if not appointment.service.is_visit:
        opened = session_opening.opened(request, db, link, web_session)
    else:
        seat = _seat(db, tap, appointment, web_session, is_known=is_known)
        opened = _opened(request, db, link, appointment, seat)
    magic_links.advance(link, LinkState.OPEN)
    response = JSONResponse(opened)
    kept_for = web_session.expires_at - clock.now() + _COOKIE_OUTLIVES_SESSION
    guards.set_session(response, SessionKind.JOIN, token, seconds=int(kept_for.total_seconds()))
    signing_in.remember(response, browser)
    return response


def _let_in(
    request: Request, db: Session, link: MagicLink, browser: str, expires_at: datetime
) -> tuple[WebSession, str]:
    return web_sessions.start(
        db,
        SessionKind.JOIN,
        clinic_id=link.patient.clinic_id,
        patient=link.patient,
        strength=Strength.LINK,
        user_agent=request.headers.get("user-agent", ""),
        browser=browser,
        expires_at=expires_at,
        link_id=link.id,
        at_once=False,  # its seat is written with it
    )


def _seat(
    db: Session, tap: Tap, appointment: Appointment, web_session: WebSession, *, is_known: bool
) -> Seat:
    if is_known:
        return seats.take(db, appointment, web_session, tap.link)
    return seats.first(db, visits.opened(db, appointment, tap.visit), web_session, tap.link)


def _opened(
    request: Request, db: Session, link: MagicLink, appointment: Appointment, seat: Seat
) -> dict[str, str]:
    if link.for_choosing:
        # The answer to LATER opens on the times and asks for no camera.
        return _times_of(request, appointment)
    return {
        "lang": i18n.language(),
        "mood": mood(request),
        "state": "open",
        "address": f"/visits/{appointment.id}",
        "html": room.fragment(request, db, seat),
        "title": room.title(appointment),
    }


def _times_of(request: Request, appointment: Appointment) -> dict[str, str]:
    address = f"/visits/{appointment.id}/not-today"
    return {"lang": i18n.language(), "mood": mood(request), "state": "times", "address": address}


@anyone
def claim(request: Request, db: Session) -> Response:
    """The human signal: somebody is there. Answers with the clinician's offer, when one waits."""
    return claiming.claim(request, db, str(read_json(request).get("visit", "")))


routes = [
    Route(
        "/x",
        exchange,
        methods=["POST"],
        name="exchange",
        middleware=[Middleware(even_pace.EvenPace)],
    ),
    Route("/x/claim", claim, methods=["POST"], name="exchange-claim"),
]
