"""The board: everyone whose window is open, what is at risk, and the one thing to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.i18n import ngettext
from app.messaging.models import Message, MessageStatus, Purpose
from app.people import phones
from app.people.models import Clinic, Patient
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus
from app.scheduling.therapeutic_window import OpenWindow, TherapeuticWindow
from app.web.console import words

_LOST = (MessageStatus.UNDELIVERED, MessageStatus.FAILED, MessageStatus.IN_DOUBT)


@dataclass(frozen=True)
class State:
    """How somebody stands in their window. `action`: words and address; None: nothing to do."""

    words: str
    kind: str = ""
    action: tuple[str, str] | None = None
    needs_us: bool = False
    is_urgent: bool = False


@dataclass(frozen=True)
class Row:
    """One person's window as the board shows it; shares are of the window, from 0 to 1."""

    infusion: Appointment
    visit: Appointment | None
    state: State
    ended: str
    hours_left: int
    now: float
    visit_at: float | None
    is_unsure: bool
    ticks: list[tuple[float, str]]

    @property
    def patient(self) -> Patient:
        return self.infusion.patient

    @property
    def line_in_words(self) -> str:
        """What the line shows, for whoever does not see it."""
        left = ngettext("%(n)s hour left", "%(n)s hours left", self.hours_left) % {
            "n": self.hours_left
        }
        if self.visit is None or self.visit_at is None:
            return left
        return f"{left}. {self.visit_in_words}"

    @property
    def visit_in_words(self) -> str:
        """`Visit tomorrow, 10:00 am`, or nothing."""
        if self.visit is None or not self.visit.status.is_open:
            return ""
        at = words.when(self.visit.starts_at, self.infusion.clinic.zone)
        return _("Visit %(when)s") % {"when": at}


@dataclass(frozen=True)
class Board:
    """Least light first, in both lists."""

    needs_us: list[Row]
    on_course: list[Row]


def board_of(db: Session, clinic: Clinic, in_room: set[UUID]) -> Board:
    """Every open window of the clinic. `in_room`: visits whose patient waits right now."""
    open_windows = windows.open_windows(db, clinic.id)
    visits = [each.visit.id for each in open_windows if each.visit is not None]
    texts = join_texts(db, visits)
    rows = [_row(each, clinic, texts, in_room) for each in open_windows]
    return Board(
        needs_us=[row for row in rows if row.state.needs_us],
        on_course=[row for row in rows if not row.state.needs_us],
    )


def join_texts(db: Session, appointment_ids: list[UUID]) -> dict[UUID, Message]:
    """The text with the link of each visit: the latest that was not withdrawn."""
    rows = db.scalars(
        select(Message)
        .where(
            Message.appointment_id.in_(appointment_ids),
            Message.purpose == Purpose.JOIN,
            Message.status != MessageStatus.CANCELLED,
        )
        .order_by(Message.made_at, Message.id)
    )
    return {row.appointment_id: row for row in rows if row.appointment_id is not None}


def phone_action(patient: Patient, number: str = "") -> tuple[str, str]:
    """`Phone (312) 555-0142`, and the address that dials it. Without a number: the one on file."""
    number = number or patient.phone
    return (_("Phone %(number)s") % {"number": phones.spoken(number)}, f"tel:{number}")


def _row(each: OpenWindow, clinic: Clinic, texts: dict[UUID, Message], in_room: set[UUID]) -> Row:
    window, visit, zone = each.window, each.visit, clinic.zone
    state = _state(each, texts, in_room)
    shown = visit if visit is not None and visit.status.is_open else None
    ended_at = window.opens_at - timedelta(hours=clinic.window_opens_hours)
    said = _("Planned end %(when)s") if each.is_estimated else _("Ended %(when)s")
    return Row(
        infusion=each.infusion,
        visit=visit,
        state=state,
        ended=said
        % {
            "when": f"{i18n.local_weekday(ended_at, zone, short=True)}, "
            f"{i18n.local_clock(ended_at, zone)}"
        },
        hours_left=ceil((window.closes_at - clock.now()) / timedelta(hours=1)),
        now=_share(window, clock.now()),
        visit_at=_share(window, shown.starts_at) if shown else None,
        is_unsure=shown is not None and (shown.confirmed_at is None or state.needs_us),
        ticks=_ticks(window, zone),
    )


def _state(each: OpenWindow, texts: dict[UUID, Message], in_room: set[UUID]) -> State:
    infusion, visit = each.infusion, each.visit
    if visit is None or visit.status in (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW):
        missed = visit is not None and visit.status is AppointmentStatus.NOSHOW
        book = f"/clinic/book?patient={infusion.patient_id}&service=integration"
        return State(
            _("Did not meet") if missed else _("No visit booked"),
            "danger",
            (_("Find a time"), book),
            needs_us=True,
            is_urgent=True,
        )
    if visit.id in in_room:
        room = (_("Open the room"), f"/clinic/visits/{visit.id}")
        return State(_("In the waiting room"), "here", room, is_urgent=True)
    if visit.status is AppointmentStatus.FULFILLED:
        return State(_("Talked"), "good")
    text = texts.get(visit.id)
    if text is not None and text.status in _LOST:
        said, kind = words.text_status(text)
        return State(said, kind, phone_action(infusion.patient), needs_us=True)
    if not infusion.patient.takes_texts:
        return State(_("Takes no texts"), "warn", phone_action(infusion.patient), needs_us=True)
    if each.is_estimated:
        record = (_("Record the end"), f"/clinic/appointments/{infusion.id}#end")
        return State(_("End not recorded"), "", record)
    if visit.confirmed_at is not None:
        return State(_("Confirmed"), "good")
    return State(_("Booked"), "")


def _share(window: TherapeuticWindow, moment: datetime) -> float:
    share = (moment - window.opens_at) / (window.closes_at - window.opens_at)
    return min(max(share, 0.0), 1.0)


def _ticks(window: TherapeuticWindow, zone: str) -> list[tuple[float, str]]:
    """Each midnight on the clinic's clock, with the weekday that begins."""
    ticks = []
    day = wall_time.wall(window.opens_at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while (midnight := wall_time.instant(day, zone)) < window.closes_at:
        if midnight > window.opens_at:
            ticks.append((_share(window, midnight), i18n.local_weekday(midnight, zone, short=True)))
        day += timedelta(days=1)
    return ticks
