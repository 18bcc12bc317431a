"""A session's quiet hour: staff open it, the patient gets ready, begins, and comes back.

It is not a monitor. What it knows is when somebody pressed which button.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n, live
from app.audit import trail
from app.companion import switch
from app.companion.models import SessionAudio, SessionHour
from app.i18n import gettext as _
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import outbox, texts
from app.messaging.models import Purpose
from app.people.models import Practitioner
from app.refusal import Refusal
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal
from app.scheduling import booking
from app.scheduling.models import Appointment, AppointmentStatus, Service

SETTLING = timedelta(minutes=10)
QUIET = timedelta(minutes=40)
RETURNING = timedelta(minutes=10)
WHOLE = SETTLING + QUIET + RETURNING
# Staff open it when it is time: not the evening before, and not for a session that is over.
_EARLIEST = timedelta(hours=3)
_OUTLIVES_SESSION = timedelta(hours=2)
_OVER = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW, AppointmentStatus.FULFILLED)


class NotOpened(Refusal):
    pass


class NotReady(Refusal):
    pass


class Stage(StrEnum):
    """Where somebody is in their hour."""

    OPENED = "opened"
    READY = "ready"
    RUNNING = "running"
    OVER = "over"


def stage_of(hour: SessionHour) -> Stage:
    """Where it is now. One that began is over after its hour, whether anybody said so or not."""
    now = clock.now()
    if hour.closed_at is not None or hour.ended_at is not None or now >= _closes_at(hour):
        return Stage.OVER
    if hour.started_at is not None:
        return Stage.RUNNING if now < hour.started_at + WHOLE else Stage.OVER
    return Stage.READY if hour.ready_at is not None else Stage.OPENED


def of(db: Session, infusion_id: UUID) -> SessionHour | None:
    """The hour of a session, if staff ever opened one."""
    return db.scalar(
        select(SessionHour)
        .where(SessionHour.appointment_id == infusion_id)
        .options(
            joinedload(SessionHour.appointment),
            joinedload(SessionHour.audio),
            joinedload(SessionHour.visit),
        )
    )


def beside(db: Session, visit_id: UUID) -> SessionHour | None:
    """The open hour in which a clinician is there by this video visit."""
    hour = db.scalar(
        select(SessionHour)
        .where(SessionHour.visit_id == visit_id)
        .options(joinedload(SessionHour.appointment), joinedload(SessionHour.audio))
    )
    return hour if hour is not None and stage_of(hour) is not Stage.OVER else None


def open_hour(
    db: Session,
    infusion: Appointment,
    *,
    audio: SessionAudio | None = None,
    clinician: Practitioner | None = None,
    by: Practitioner,
) -> SessionHour:
    """Open a session's hour and text its link. Again: another sound, the same hour.

    `clinician`: who is beside it by video; their visit is booked into the session's time. Refuses
    (NotOpened) while the clinic does not run the companion, and a session that is not near;
    (rules.SlotTaken) a clinician who has another visit then.
    """
    _refuse(infusion)
    hour = of(db, infusion.id)
    if hour is None:
        hour = SessionHour(
            clinic_id=infusion.clinic_id,
            patient_id=infusion.patient_id,
            patient=infusion.patient,
            appointment_id=infusion.id,
            appointment=infusion,
            opened_by_id=by.id,
            opened_at=clock.now(),
        )
        db.add(hour)
        trail.record(db, "open-session", agent=by, entity=infusion)
    hour.audio, hour.audio_id = audio, audio.id if audio else None
    hour.visit = _visit_beside(db, infusion) or _booked_beside(db, infusion, clinician, by)
    hour.visit_id = hour.visit.id if hour.visit else None
    hour.closed_at = None
    if hour.link is None or not magic_links.is_live(hour.link):
        _text_link(db, hour)
    _tell(db, hour)
    return hour


def ready(db: Session, hour: SessionHour) -> None:
    """Body and mind were asked after, and nothing speaks against beginning. Twice changes nothing.

    Refuses (NotReady) an hour that is over.
    """
    if stage_of(hour) is Stage.OVER:
        raise NotReady(_("This hour is over. Please call the clinic."))
    if hour.ready_at is None:
        hour.ready_at = clock.now()
        _tell(db, hour)


def begin(db: Session, hour: SessionHour, began_at: datetime | None = None) -> datetime:
    """The hour runs. `began_at`: when the phone began it, if it had no signal then.

    Twice changes nothing. Returns when it began. Refuses (NotReady) before the check.
    """
    if hour.started_at is not None:
        return hour.started_at
    if hour.ready_at is None or stage_of(hour) is Stage.OVER:
        raise NotReady(_("Please answer the few questions first."))
    now = clock.now()
    earliest = max(hour.ready_at, now - WHOLE)
    hour.started_at = min(max(began_at, earliest), now) if began_at else now
    _tell(db, hour)
    return hour.started_at


def end(db: Session, hour: SessionHour) -> None:
    """The patient is back. Twice changes nothing."""
    if hour.ended_at is None and hour.started_at is not None:
        hour.ended_at = clock.now()
        _tell(db, hour)


def close(db: Session, hour: SessionHour, *, by: Practitioner) -> None:
    """Staff end it: its link opens nothing any more. Twice changes nothing."""
    if hour.closed_at is not None:
        return
    hour.closed_at = clock.now()
    if hour.link is not None:
        outbox.withdraw_link(db, hour.link.id)
        magic_links.revoke(hour.link)
    trail.record(db, "close-session", agent=by, entity=hour.appointment)
    _tell(db, hour)


def need_help(db: Session, hour: SessionHour) -> SafetyAlert:
    """Somebody in their hour wants help, or is not well enough to begin: staff are alerted."""
    return escalation.raise_alert(db, hour.patient, Signal.SESSION)


def of_link(db: Session, link: MagicLink) -> SessionHour:
    """The hour that a link to a session leads to."""
    return db.scalars(select(SessionHour).where(SessionHour.link_id == link.id)).one()


def _refuse(infusion: Appointment) -> None:
    if not switch.is_on(infusion.clinic):
        raise NotOpened(_("The session companion is off. An administrator can turn it on."))
    if infusion.service is not Service.INFUSION or infusion.status in _OVER:
        raise NotOpened(_("Only a session that is ahead or going on can be opened."))
    now = clock.now()
    if not infusion.starts_at - _EARLIEST <= now < infusion.ends_at + _OUTLIVES_SESSION:
        raise NotOpened(_("It can be opened from three hours before the session on."))


def _visit_beside(db: Session, infusion: Appointment) -> Appointment | None:
    return db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == infusion.patient_id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_((AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)),
            Appointment.starts_at < infusion.ends_at,
            Appointment.ends_at > infusion.starts_at,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def _booked_beside(
    db: Session, infusion: Appointment, clinician: Practitioner | None, by: Practitioner
) -> Appointment | None:
    if clinician is None:
        return None
    visit = booking.book(
        db,
        patient=infusion.patient,
        service=Service.CONSULTATION,
        starts_at=infusion.starts_at,
        ends_at=infusion.ends_at,
        practitioner=clinician,
        by=by,
        agreed=True,
    ).appointment
    outbox.withdraw(db, visit.id)  # the session's own text leads to both
    return visit


def _text_link(db: Session, hour: SessionHour) -> None:
    patient = hour.patient
    link = magic_links.mint(
        db,
        LinkKind.JOIN,
        clinic_id=hour.clinic_id,
        patient_id=hour.patient_id,
        appointment_id=hour.appointment_id,
        expires_at=_closes_at(hour),
    )
    db.flush()  # the hour and the text point at it
    hour.link, hour.link_id = link, link.id
    with i18n.using(patient.language):
        body = texts.session(patient.clinic, switch.phone_of(patient.clinic))
    outbox.enqueue(
        db,
        Purpose.SESSION,
        body,
        patient=patient,
        due_at=clock.now(),
        expires_at=_closes_at(hour),
        appointment_id=hour.appointment_id,
        link=link,
        at_any_hour=True,  # a person at the clinic has just opened it for them
    )


def _closes_at(hour: SessionHour) -> datetime:
    return hour.appointment.ends_at + _OUTLIVES_SESSION


def _tell(db: Session, hour: SessionHour) -> None:
    live.publish(db, f"desk:{hour.clinic_id}")
