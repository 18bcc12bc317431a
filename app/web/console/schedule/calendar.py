"""The clinic's appointments between two moments, as lists show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import wall_time
from app.i18n import gettext as _
from app.i18n import local_clock
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Clinic
from app.scheduling import joining
from app.scheduling.models import Appointment, AppointmentStatus
from app.web.console import live_list, words
from app.web.console.today import around_now
from app.web.console.today.around_now import AroundNow


@dataclass(frozen=True)
class Entry:
    """One appointment in a list."""

    appointment: Appointment
    text: Message | None
    is_waiting: bool

    @property
    def service(self) -> str:
        return words.service(self.appointment.service)

    @property
    def state(self) -> tuple[str, str, str]:
        """Words, kind and sign of its tag."""
        if self.is_waiting:
            return (_("In the waiting room"), "here", "bell")
        appointment = self.appointment
        if appointment.status is not AppointmentStatus.BOOKED or not appointment.service.is_visit:
            return (*words.status(appointment.status), "")
        said, kind = words.text_status(self.text)
        return (said, kind, "" if kind else "message")

    @property
    def room_is_open(self) -> bool:
        """Whether staff would go into the room about now."""
        return self.is_waiting or joining.is_open(self.appointment)

    @property
    def id(self) -> str:
        """Its own name on a page."""
        return f"entry-{self.appointment.id}"

    @cached_property
    def mark(self) -> str:
        """What it is, and everything that it shows."""
        row = self.appointment
        who = row.practitioner.display_name if row.practitioner else ""
        said = (row.patient.full_name, row.starts_at, self.service, who, self.theirs)
        return live_list.mark(self.id, *said, self.state, self.room_is_open, self.is_waiting)

    @property
    def theirs(self) -> str:
        """The start on the patient's own clock where that differs, else nothing."""
        return patients_own(self.appointment)


@dataclass(frozen=True)
class Day:
    """A day on the clinic's calendar."""

    at: datetime
    entries: list[Entry]


def days(
    db: Session,
    clinic: Clinic,
    first: datetime,
    count: int,
    in_room: set[UUID],
    *,
    with_called_off: bool = True,
) -> list[Day]:
    """`count` days from the one that holds the moment `first`, with what each holds, in order."""
    start = wall_time.wall(first, clinic.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    edges = [wall_time.instant(start + timedelta(days=n), clinic.zone) for n in range(count + 1)]
    rows = list(
        db.scalars(
            select(Appointment)
            .options(joinedload(Appointment.patient), joinedload(Appointment.practitioner))
            .where(
                Appointment.clinic_id == clinic.id,
                Appointment.starts_at >= edges[0],
                Appointment.starts_at < edges[-1],
            )
            .order_by(Appointment.starts_at, Appointment.id)
        )
    )
    if not with_called_off:
        rows = [row for row in rows if not _is_off(row)]
    return in_days(rows, edges, join_texts(db, [row.id for row in rows]), in_room)


def in_days(
    rows: Sequence[Appointment],
    edges: Sequence[datetime],
    texts: Mapping[UUID, Message],
    in_room: set[UUID],
) -> list[Day]:
    """Appointments under the days they begin on. `texts`: the one with the link of each visit."""
    return [
        Day(
            begins,
            [
                Entry(row, texts.get(row.id), row.id in in_room)
                for row in rows
                if begins <= row.starts_at < ends
            ],
        )
        for begins, ends in pairwise(edges)
    ]


def about_now(clinic: Clinic, around: AroundNow, in_room: set[UUID]) -> list[Day]:
    """Today and tomorrow, as far as nothing was called off."""
    rows = [row for row in around.days if not _is_off(row)]
    texts = {visit_id: link for visit_id, told in around.texts.items() if (link := _link(told))}
    return in_days(rows, around_now.day_edges(clinic, 2), texts, in_room)


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


def _link(texts: Sequence[Message]) -> Message | None:
    with_link = (text for text in texts if text.purpose is Purpose.JOIN)
    return max(with_link, key=lambda text: (text.made_at, text.id), default=None)


def _is_off(row: Appointment) -> bool:
    return row.status is AppointmentStatus.CANCELLED


def patients_own(appointment: Appointment) -> str:
    """`9:00 am for Maya` where the patient's clock differs from the appointment's, else nothing."""
    moment, patient = appointment.starts_at, appointment.patient
    here, there = wall_time.wall(moment, appointment.zone), wall_time.wall(moment, patient.zone)
    if here == there:
        return ""
    return _("%(time)s for %(name)s") % {
        "time": local_clock(moment, patient.zone)
        if here.date() == there.date()
        else words.when(moment, patient.zone),
        "name": patient.given_name,
    }
