"""Visits ahead that may not come about as things stand, and why: while there is time to help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from app import clock
from app.messaging.models import Message, MessageStatus, Purpose
from app.scheduling import day_before, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus, Service

AHEAD = timedelta(hours=48)
# A question without an answer is worth a call after this, or when the visit is this near.
SILENT_AFTER = timedelta(hours=4)
_SILENT_BEFORE = timedelta(hours=2)

_LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED)
_LOST = (MessageStatus.UNDELIVERED, MessageStatus.FAILED)
# What a patient could have answered with a word.
_ASKED_THEM = (Purpose.CONFIRM, Purpose.NOTICE, Purpose.WRITTEN)
_ABOUT_ITS_TIME = (*visit_texts.OF_ITS_TIME, Purpose.WRITTEN)


class Risk(StrEnum):
    """Why somebody should look at a visit, the plainest reason first."""

    OFFERED = "offered"  # times to choose from, by staff; they may take a while to pick
    ASKED = "asked"  # for another time, and picked none yet
    PASSED = "passed"  # its time, and nobody said what became of it
    UNDELIVERED = "undelivered"
    IN_DOUBT = "in_doubt"
    BAD_NUMBER = "bad_number"
    NO_TEXTS = "no_texts"
    SILENT = "silent"
    UNTRIED = "untried"  # camera and microphone, though they were asked to


@dataclass(frozen=True)
class AtRisk:
    """One reason, since when it holds, and the text that it is about, if it is about one."""

    risk: Risk
    since: datetime | None = None
    text: Message | None = None


def ahead(db: Session, clinic_id: UUID) -> list[Appointment]:
    """The clinic's visits of the next 48 hours that are booked, one that runs now included."""
    now = clock.now()
    return list(
        db.scalars(
            select(Appointment)
            .options(joinedload(Appointment.patient), joinedload(Appointment.practitioner))
            .where(
                Appointment.clinic_id == clinic_id,
                Appointment.service != Service.INFUSION,
                Appointment.status == AppointmentStatus.BOOKED,
                Appointment.ends_at > now,
                Appointment.starts_at <= now + AHEAD,
            )
            .order_by(Appointment.starts_at, Appointment.id)
        )
    )


def texts_of(
    db: Session, visit_ids: Iterable[UUID], *loading: ExecutableOption
) -> dict[UUID, list[Message]]:
    """What was, or will be, texted about the time of each visit, in that order.

    `loading`: which columns to read, for whoever needs few.
    """
    rows = db.scalars(
        select(Message)
        .options(*loading)
        .where(
            Message.appointment_id.in_(list(visit_ids)),
            Message.purpose.in_(_ABOUT_ITS_TIME),
            Message.status != MessageStatus.CANCELLED,
        )
        .order_by(Message.due_at, Message.made_at, Message.id)
    )
    found: dict[UUID, list[Message]] = {}
    for row in rows:
        if row.appointment_id is not None:
            found.setdefault(row.appointment_id, []).append(row)
    return found


def look(
    visit: Appointment, texts: Sequence[Message], *, is_untried: bool = False
) -> AtRisk | None:
    """Whether a booked visit is at risk. `texts`: those of `texts_of`.

    `is_untried`: the patient was asked to try camera and microphone and has not.
    """
    if visit.status is not AppointmentStatus.BOOKED:
        return None
    if visit.offered_at is not None and clock.now() < visit.offered_at + SILENT_AFTER:
        return AtRisk(Risk.OFFERED, visit.offered_at)
    if visit.asked_at is not None:
        return AtRisk(Risk.ASKED, visit.asked_at)
    if visit.ends_at <= clock.now():
        return AtRisk(Risk.PASSED, visit.ends_at)
    found = _text_at_risk(visit, texts) or _number_at_risk(visit) or _silence(visit, texts)
    if found is None and is_untried and visit.starts_at <= clock.now() + AHEAD:
        return AtRisk(Risk.UNTRIED)
    return found


def _text_at_risk(visit: Appointment, texts: Sequence[Message]) -> AtRisk | None:
    """The last text that left, or should have, did not arrive for sure.

    A lost question is settled once they have agreed by another way; a lost link is not.
    """
    tried = [text for text in texts if text.status is not MessageStatus.QUEUED]
    last = tried[-1] if tried else None
    if last is None or (last.purpose in _ASKED_THEM and _agreed_since(visit, last.due_at)):
        return None
    if last.status in _LOST:
        return AtRisk(Risk.UNDELIVERED, last.status_at, last)
    if last.status is MessageStatus.IN_DOUBT:
        return AtRisk(Risk.IN_DOUBT, last.status_at, last)
    return None


def _number_at_risk(visit: Appointment) -> AtRisk | None:
    patient = visit.patient
    if patient.takes_texts:
        return None
    since = patient.number_failed_at or patient.opted_out_at
    if _agreed_since(visit, since or visit.made_at):
        return None
    return AtRisk(Risk.BAD_NUMBER if patient.number_failed_at else Risk.NO_TEXTS, since)


def _silence(visit: Appointment, texts: Sequence[Message]) -> AtRisk | None:
    asked = [text for text in texts if text.purpose in _ASKED_THEM and _is_out(text)]
    if not asked:
        return None
    since = asked[-1].sent_at or asked[-1].due_at
    if day_before.is_agreed(visit, since):
        return None
    if clock.now() < min(since + SILENT_AFTER, visit.starts_at - _SILENT_BEFORE):
        return None
    return AtRisk(Risk.SILENT, since, asked[-1])


def _is_out(text: Message) -> bool:
    """Whether it has left; what a person wrote counts from the moment on that it is to leave."""
    was_written = text.purpose is Purpose.WRITTEN and text.status not in _LOST
    return text.status in _LEFT or was_written


def _agreed_since(visit: Appointment, moment: datetime) -> bool:
    return visit.confirmed_at is not None and visit.confirmed_at >= moment
