"""The board: everyone whose window is open, what is at risk, and the one thing to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from uuid import UUID

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.i18n import ngettext
from app.people.models import Clinic
from app.scheduling import at_risk
from app.scheduling.models import Appointment, AppointmentStatus
from app.scheduling.therapeutic_window import OpenWindow, TherapeuticWindow
from app.web.console import live_list, words
from app.web.console.today import risk_words
from app.web.console.today.around_now import AroundNow
from app.web.console.today.risk_words import Action, State

# The line is drawn by whole hours, as the number beside it counts.
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Line:
    """A window as the board draws it; shares are of the window, from 0 to 1."""

    opens_at: datetime
    closes_at: datetime
    visit_at: float | None
    is_unsure: bool
    ticks: list[tuple[float, str]]

    @property
    def minutes(self) -> str:
        """When it closes and how long it is, in minutes, for the page's script."""
        closes = live_list.minute(self.closes_at)
        return f"{closes} {closes - live_list.minute(self.opens_at)}"

    @property
    def now(self) -> float:
        left = _hours_until(self.closes_at) * _HOUR
        return min(max(1 - left / (self.closes_at - self.opens_at), 0.0), 1.0)


@dataclass(frozen=True)
class Row:
    """One person: their open window, or else a visit ahead that somebody should look at."""

    id: str
    patient_id: UUID
    name: str
    ended: str  # when the window began to count, in words; empty outside of every window
    visit: Appointment | None
    visit_in_words: str
    service: str
    state: State
    until: datetime  # the visit at risk, else the window's close
    is_to_visit: bool
    line: Line | None = None

    @property
    def hours_left(self) -> int:
        return _hours_until(self.until)

    @property
    def until_minute(self) -> int:
        """When they are over, in minutes, for the page's script."""
        return live_list.minute(self.until)

    @property
    def left_of(self) -> str:
        """What the hours are left of."""
        return _("h to the visit") if self.is_to_visit else _("h left")

    @cached_property
    def mark(self) -> str:
        """What it is, and everything that it shows but how far time has come."""
        return live_list.mark(
            self.id,
            self.name,
            self.ended,
            self.visit_in_words,
            self.service,
            self.state,
            self.until,
            self.is_to_visit,
            self.line,
        )


@dataclass(frozen=True)
class Board:
    """`needs_us`: the soonest first. `on_course`: least light first."""

    needs_us: list[Row]
    on_course: list[Row]

    @property
    def asked(self) -> set[UUID]:
        """The visits for which it shows that another time is to be found."""
        visits = (row.visit for row in (*self.needs_us, *self.on_course) if row.visit is not None)
        return {visit.id for visit in visits if visit.asked_at is not None}

    @property
    def passed(self) -> set[UUID]:
        """The visits whose time it shows as passed, with what to do about it."""
        visits = (row.visit for row in (*self.needs_us, *self.on_course) if row.visit is not None)
        return {visit.id for visit in visits if visit.ends_at <= clock.now()}

    @property
    def in_words(self) -> str:
        """`5 people in their window. 3 need one of us.`"""
        inside = sum(row.line is not None for row in (*self.needs_us, *self.on_course))
        said = ngettext("%(n)s person in their window.", "%(n)s people in their window.", inside)
        told = said % {"n": inside} if inside else _("Nobody is in their window.")
        if not self.needs_us:
            return told
        needs = len(self.needs_us)
        more = ngettext("%(n)s needs one of us.", "%(n)s need one of us.", needs) % {"n": needs}
        return f"{told} {more}"


@dataclass(frozen=True)
class AtDesk:
    """What the desk knows of visits: whose patient waits right now, and who wants a call, where."""

    in_room: set[UUID]
    calls: dict[UUID, str]


def board_of(clinic: Clinic, around: AroundNow, at_desk: AtDesk) -> Board:
    """Every open window of the clinic, and every visit at risk in the next two days."""
    rows = [_in_window(each, clinic, around, at_desk) for each in around.windows]
    needs_us = [row for row in rows if row.state.needs_us]
    shown = {each.visit.id for each in around.windows if each.visit is not None}
    for visit in around.ahead:
        if visit.id in shown | at_desk.in_room:
            continue
        found = look(visit, around)
        if found is not None:
            state = risk_words.state(visit, found, call=at_desk.calls.get(visit.id, ""))
            needs_us.append(_ahead(visit, clinic, state))
    return Board(
        needs_us=sorted(needs_us, key=lambda row: (row.until, row.id)),
        on_course=[row for row in rows if not row.state.needs_us],
    )


def look(visit: Appointment, around: AroundNow) -> at_risk.AtRisk | None:
    """Whether a visit is at risk, as far as all of them were read."""
    texts = around.texts.get(visit.id, [])
    return at_risk.look(visit, texts, is_untried=visit.patient_id in around.untried)


def _in_window(each: OpenWindow, clinic: Clinic, around: AroundNow, at_desk: AtDesk) -> Row:
    window, visit, zone = each.window, each.visit, clinic.zone
    state = _state(each, around, at_desk)
    shown = visit if visit is not None and visit.status.is_open else None
    is_to_visit = shown is not None and state.needs_us and shown.starts_at > clock.now()
    return Row(
        id=f"window-{each.infusion.id}",
        patient_id=each.infusion.patient_id,
        name=each.infusion.patient.full_name,
        ended=_ended(each, clinic),
        visit=visit,
        visit_in_words=_visit_in_words(shown, zone),
        service="",
        state=state,
        until=shown.starts_at if shown and is_to_visit else window.closes_at,
        is_to_visit=is_to_visit,
        line=Line(
            window.opens_at,
            window.closes_at,
            visit_at=_share(window, shown.starts_at) if shown else None,
            is_unsure=shown is not None and (shown.confirmed_at is None or state.needs_us),
            ticks=_ticks(window, zone),
        ),
    )


def _ahead(visit: Appointment, clinic: Clinic, state: State) -> Row:
    return Row(
        id=f"visit-{visit.id}",
        patient_id=visit.patient_id,
        name=visit.patient.full_name,
        ended="",
        visit=visit,
        visit_in_words=_visit_in_words(visit, clinic.zone),
        service=words.service(visit.service),
        state=state,
        until=visit.starts_at,
        is_to_visit=True,
    )


def _state(each: OpenWindow, around: AroundNow, at_desk: AtDesk) -> State:
    infusion, visit = each.infusion, each.visit
    if visit is None or visit.status in (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW):
        missed = visit is not None and visit.status is AppointmentStatus.NOSHOW
        book = f"/clinic/book?patient={infusion.patient_id}&service=integration"
        return State(
            _("Did not meet") if missed else _("No visit booked"),
            "danger",
            Action(_("Find a time"), book),
            needs_us=True,
            is_urgent=True,
        )
    if visit.id in at_desk.in_room:
        room = Action(_("Open the room"), f"/clinic/visits/{visit.id}")
        return State(_("In the waiting room"), "here", room, is_urgent=True)
    if visit.status is AppointmentStatus.FULFILLED:
        return State(_("Talked"), "good")
    found = look(visit, around)
    if found is not None:
        call = at_desk.calls.get(visit.id, "")
        return risk_words.state(visit, found, closes_at=each.window.closes_at, call=call)
    if each.is_estimated:
        record = Action(_("Record the end"), f"/clinic/appointments/{infusion.id}#end")
        return State(_("End not recorded"), "", record)
    if visit.confirmed_at is not None:
        return State(_("Confirmed"), "good")
    return State(_("Booked"), "")


def _ended(each: OpenWindow, clinic: Clinic) -> str:
    at, zone = each.ended_at, clinic.zone
    said = _("Planned end %(when)s") if each.is_estimated else _("Ended %(when)s")
    when = f"{i18n.local_weekday(at, zone, short=True)}, {i18n.local_clock(at, zone)}"
    return said % {"when": when}


def _visit_in_words(visit: Appointment | None, zone: str) -> str:
    """`Visit tomorrow, 10:00 am`, or nothing."""
    if visit is None or not visit.status.is_open:
        return ""
    return _("Visit %(when)s") % {"when": words.when(visit.starts_at, zone)}


def _hours_until(moment: datetime) -> int:
    return max(0, ceil((moment - clock.now()) / _HOUR))


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
