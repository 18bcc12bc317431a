"""`/demo`: the phone, the console beside it, and the clock."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, i18n, wall_time
from app.demo import conversation, doors, people, walk
from app.demo.conversation import Text
from app.demo.guide import guide_for
from app.i18n import gettext as _
from app.messaging.models import Direction
from app.people.models import Clinic, Patient, Practitioner
from app.web.guards import anyone
from app.web.pages import page

_APART = timedelta(minutes=30)
_PATHS = r"(/[jiwseg]#[1-9A-HJ-NP-Za-km-z]+)"
_SHOWN_OF_TOKEN = 5
# From which hour of the day the stage has which light.
_LIGHTS = ((21, "night"), (17, "dusk"), (8, "day"), (5, "dawn"), (0, "night"))


@dataclass(frozen=True)
class Phone:
    """Somebody's phone: whose, and on whose clock."""

    number: str
    name: str
    zone: str
    patient: Patient | None = None
    has_news: bool = False


@dataclass(frozen=True)
class Bubble:
    """One text on the screen. `parts` are words and, for a link, the address it opens here."""

    id: str
    is_own: bool
    parts: list[tuple[str, str]]
    when: str


@anyone
def show(request: Request, db: Session) -> Response:
    """The whole stage, with the demo clinician signed in beside it."""
    response = page(request, "demo/stage.html", **_context(request, db))
    doors.keep_signed_in(request, response)
    return response


@anyone
def show_now(request: Request, db: Session) -> Response:
    """The parts of the stage that change, each under its id."""
    return page(request, "demo/_now.html", **_context(request, db))


def _context(request: Request, db: Session) -> dict[str, Any]:
    clinic = people.clinic(db)
    texts = conversation.texts(db, clinic, request.app.state.settings.base_url)
    since = _moment(request.query_params.get("since"))
    news = [text for text in texts if text.direction is Direction.OUTBOUND and _is_new(text, since)]
    phones = _phones(db, clinic, news)
    phone = _chosen(phones, request.query_params.get("to", ""))
    whose = phone.patient or phones[0].patient
    assert whose is not None, "the demo clinic has patients"
    now = clock.now()
    return {
        "clinic": clinic,
        "phone": phone,
        "phones": phones,
        "bubbles": _bubbles(
            [text for text in texts if text.with_number(phone.number)],
            phone,
            request.app.state.settings.base_url,
        ),
        "news": [other for other in phones if other.has_news],
        "newest": news[-1].at if news else None,
        "since": since,
        "whose": whose,
        "guide": guide_for(db, whose, has_seen="seen" in request.query_params),
        "following": walk.next_moment(request.app.state.worker, db),
        "ready": _ready(phone),
        "light": light(wall_time.wall(now, phone.zone).hour),
    }


def light(hour: int) -> str:
    """The light outside at an hour of the day: `dawn`, `day`, `dusk` or `night`."""
    return next(name for begins, name in _LIGHTS if hour >= begins)


def linked(body: str, base_url: str) -> list[tuple[str, str]]:
    """A text's words, its links as addresses on whatever origin the stage was opened from."""
    pieces = re.split(re.escape(base_url) + _PATHS, body)
    host = base_url.split("://")[-1]
    parts = []
    for number, piece in enumerate(pieces):
        if number % 2:
            path, token = piece.split("#")
            parts.append((f"{host}{path}#{token[:_SHOWN_OF_TOKEN]}…", piece))
        elif piece:
            parts.append((piece, ""))
    return parts


def _phones(db: Session, clinic: Clinic, news: list[Text]) -> list[Phone]:
    numbers = {text.to for text in news}
    known = [person.phone for person in people.EVERYBODY]
    patients = [
        Phone(each.phone, each.full_name, each.zone, each, each.phone in numbers)
        for each in db.scalars(
            select(Patient).where(Patient.clinic_id == clinic.id).order_by(Patient.made_at)
        )
        if each.phone
    ]
    patients.sort(key=lambda each: known.index(each.number) if each.number in known else len(known))
    staff = [
        Phone(each.phone, each.display_name, clinic.zone, None, each.phone in numbers)
        for each in db.scalars(
            select(Practitioner)
            .where(Practitioner.clinic_id == clinic.id)
            .order_by(Practitioner.made_at)
        )
        if each.phone
    ]
    return patients + staff


def _chosen(phones: list[Phone], written: str) -> Phone:
    number = conversation.number_in_query(written)
    return next((phone for phone in phones if phone.number == number), phones[0])


def _bubbles(texts: list[Text], phone: Phone, base_url: str) -> list[Bubble]:
    bubbles = []
    before: datetime | None = None
    for text in texts:
        is_apart = before is None or text.at - before > _APART
        bubbles.append(
            Bubble(
                text.id,
                text.sender == phone.number,
                linked(text.body, base_url),
                _when(text.at, phone.zone) if is_apart else "",
            )
        )
        before = text.at
    return bubbles


def _ready(phone: Phone) -> list[str]:
    """What can be sent with one tap, in the patient's language: each takes another road."""
    if phone.patient is None:
        return []
    if phone.patient.opted_out_at is not None:
        return ["START"]
    with i18n.using(phone.patient.language):
        return [
            _("Not ready today, can we try tomorrow?"),
            _("Please call me"),
            _("Where do I park?"),
        ]


def _when(moment: datetime, zone: str) -> str:
    days = (wall_time.wall(clock.now(), zone).date() - wall_time.wall(moment, zone).date()).days
    if days == 0:
        day = _("Today")
    elif days == 1:
        day = _("Yesterday")
    elif days < 7:
        day = i18n.local_weekday(moment, zone)
    else:
        day = i18n.local_short_day(moment, zone)
    return f"{day} {i18n.local_clock(moment, zone)}"


def _moment(written: str | None) -> datetime | None:
    """A moment from an address, where a plus sign that was not escaped arrives as a space."""
    try:
        return datetime.fromisoformat((written or "").replace(" ", "+")).astimezone(UTC)
    except ValueError:
        return None


def _is_new(text: Text, since: datetime | None) -> bool:
    return since is not None and text.at >= since


routes = [
    Route("/demo", show, name="demo:stage"),
    Route("/demo/now", show_now, name="demo:now"),
]
