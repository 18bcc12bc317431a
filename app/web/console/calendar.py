"""The clinic's appointments between two moments, as lists show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import wall_time
from app.i18n import gettext as _
from app.i18n import local_clock
from app.messaging.models import Message
from app.people.models import Clinic
from app.scheduling import joining
from app.scheduling.models import Appointment, AppointmentStatus
from app.web.console import board, words


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
    texts = board.join_texts(db, [row.id for row in rows])
    return [
        Day(
            begins,
            [
                Entry(row, texts.get(row.id), row.id in in_room)
                for row in rows
                if begins <= row.starts_at < ends and (with_called_off or not _is_off(row))
            ],
        )
        for begins, ends in pairwise(edges)
    ]


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
