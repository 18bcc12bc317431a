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
from app.intake import camera
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Clinic, Patient
from app.scheduling import at_risk
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus
from app.scheduling.therapeutic_window import OpenWindow, TherapeuticWindow
from app.web.console import risk_words, words
from app.web.console.risk_words import State


@dataclass(frozen=True)
class Line:
    """A window as the board draws it; shares are of the window, from 0 to 1."""

    ended: str
    now: float
    visit_at: float | None
    is_unsure: bool
    hours_left: int
    ticks: list[tuple[float, str]]


@dataclass(frozen=True)
class Row:
    """One person: their open window, or else a visit ahead that somebody should look at."""

    patient: Patient
    zone: str
    visit: Appointment | None
    state: State
    until: datetime  # the visit at risk, else the window's close
    infusion: Appointment | None = None
    line: Line | None = None

    @property
    def id(self) -> str:
        """The row's own name on the page."""
        if self.infusion is not None:
            return f"window-{self.infusion.id}"
        return f"visit-{self.visit.id if self.visit else self.patient.id}"

    @property
    def hours_left(self) -> int:
        return _hours_until(self.until)

    @property
    def left_of(self) -> str:
        """What the hours are left of."""
        if self.visit is not None and self.until == self.visit.starts_at:
            return _("h to the visit")
        return _("h left")

    @property
    def line_in_words(self) -> str:
        """What the line shows, for whoever does not see it."""
        if self.line is None:
            return ""
        hours = self.line.hours_left
        left = ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}
        if self.line.visit_at is None:
            return left
        return f"{left}. {self.visit_in_words}"

    @property
    def visit_in_words(self) -> str:
        """`Visit tomorrow, 10:00 am`, or nothing."""
        if self.visit is None or not self.visit.status.is_open:
            return ""
        return _("Visit %(when)s") % {"when": words.when(self.visit.starts_at, self.zone)}


@dataclass(frozen=True)
class Board:
    """`needs_us`: the soonest first. `on_course`: least light first."""

    needs_us: list[Row]
    on_course: list[Row]

    @property
    def asked(self) -> set[UUID]:
        """The visits for which it shows that another time is to be found."""
        visits = (row.visit for row in self.needs_us if row.visit is not None)
        return {visit.id for visit in visits if visit.asked_at is not None}


@dataclass(frozen=True)
class _Known:
    """What is known about all of them: texts by visit, visits in a room, patients by camera."""

    texts: dict[UUID, list[Message]]
    in_room: set[UUID]
    untried: set[UUID]


def board_of(db: Session, clinic: Clinic, in_room: set[UUID]) -> Board:
    """Every open window of the clinic, and every visit at risk in the next two days.

    `in_room`: visits whose patient waits right now.
    """
    open_windows = windows.open_windows(db, clinic.id)
    shown = {each.visit.id for each in open_windows if each.visit is not None}
    ahead = [each for each in at_risk.ahead(db, clinic.id) if each.id not in shown | in_room]
    texts = at_risk.texts_of(db, shown | {visit.id for visit in ahead})
    people = {visit.patient_id for visit in ahead}
    untried = camera.untried(db, people | {each.infusion.patient_id for each in open_windows})
    rows = [_row(each, clinic, _Known(texts, in_room, untried)) for each in open_windows]
    needs_us = [row for row in rows if row.state.needs_us]
    for visit in ahead:
        found = at_risk.look(visit, texts.get(visit.id, []), is_untried=visit.patient_id in untried)
        if found is not None:
            state = risk_words.state(visit, found)
            needs_us.append(Row(visit.patient, clinic.zone, visit, state, visit.starts_at))
    return Board(
        needs_us=sorted(needs_us, key=lambda row: row.until),
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


def _row(each: OpenWindow, clinic: Clinic, known: _Known) -> Row:
    window, visit, zone = each.window, each.visit, clinic.zone
    state = _state(each, known)
    shown = visit if visit is not None and visit.status.is_open else None
    ended_at = window.opens_at - timedelta(hours=clinic.window_opens_hours)
    said = _("Planned end %(when)s") if each.is_estimated else _("Ended %(when)s")
    when = f"{i18n.local_weekday(ended_at, zone, short=True)}, {i18n.local_clock(ended_at, zone)}"
    is_ahead = shown is not None and shown.starts_at > clock.now()
    return Row(
        patient=each.infusion.patient,
        zone=zone,
        visit=visit,
        state=state,
        until=shown.starts_at if shown and is_ahead and state.needs_us else window.closes_at,
        infusion=each.infusion,
        line=Line(
            ended=said % {"when": when},
            now=_share(window, clock.now()),
            visit_at=_share(window, shown.starts_at) if shown else None,
            is_unsure=shown is not None and (shown.confirmed_at is None or state.needs_us),
            hours_left=_hours_until(window.closes_at),
            ticks=_ticks(window, zone),
        ),
    )


def _state(each: OpenWindow, known: _Known) -> State:
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
    if visit.id in known.in_room:
        room = (_("Open the room"), f"/clinic/visits/{visit.id}")
        return State(_("In the waiting room"), "here", room, is_urgent=True)
    if visit.status is AppointmentStatus.FULFILLED:
        return State(_("Talked"), "good")
    found = at_risk.look(
        visit,
        known.texts.get(visit.id, []),
        is_untried=visit.patient_id in known.untried,
    )
    if found is not None:
        return risk_words.state(visit, found)
    if each.is_estimated:
        record = (_("Record the end"), f"/clinic/appointments/{infusion.id}#end")
        return State(_("End not recorded"), "", record)
    if visit.confirmed_at is not None:
        return State(_("Confirmed"), "good")
    return State(_("Booked"), "")


def _hours_until(moment: datetime) -> int:
    return max(0, ceil((moment - clock.now()) / timedelta(hours=1)))


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
