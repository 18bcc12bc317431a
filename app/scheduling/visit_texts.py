"""The texts that hang on one visit: the day before, five minutes before, three minutes after."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock, i18n
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import outbox, quiet_hours, texts
from app.messaging.models import Message, MessageStatus, Purpose
from app.plans import kept
from app.scheduling import day_before
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment

# What is said about a visit's time: none of it holds any more once the time is in question.
OF_ITS_TIME = (Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE, Purpose.NOTICE)
_BY_PLAN = (Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE)
# How late the question may still leave, after a gateway was out of reach.
_CONFIRM_LATE = timedelta(minutes=15)
# Whoever has just been texted a new time is not asked about it within half a day.
_TOLD_LATELY = timedelta(hours=12)


def plan(db: Session, visit: Appointment, *, told: bool = False) -> MagicLink:
    """Mint the visit's join link, queue its texts, and retire earlier links and texts.

    Whoever holds an earlier link is led to the new time. `told`: the patient is being texted this
    time anyway. While they look for another time nothing is queued.
    """
    link = _fresh_link(db, visit)
    outbox.withdraw(db, visit.id, *OF_ITS_TIME, Purpose.ANSWER)
    if visit.asked_at is None:
        _queue_confirm(db, visit, told_at=clock.now() if told else None)
        _queue_join(db, visit, link)
        _queue_nudge(db, visit, link)
    return link


def renew_link(db: Session, visit: Appointment) -> None:
    """Give the visit's texts another link. What the patient was asked before still stands."""
    link = _fresh_link(db, visit)
    outbox.withdraw(db, visit.id, Purpose.JOIN)
    if visit.asked_at is None:
        _queue_join(db, visit, link)
    nudge = (Message.appointment_id == visit.id, Message.purpose == Purpose.NUDGE)
    db.execute(
        update(Message)
        .where(*nudge, Message.status == MessageStatus.QUEUED)
        .values(link_id=link.id)
    )


def keep(db: Session, visit: Appointment) -> None:
    """What was withheld leaves after all: they keep the time, or take texts again.

    A link that was sent already stays the visit's link. Nothing while they look for another time.
    """
    if visit.asked_at is not None:
        return
    join = _join_of(db, visit)
    if join is None or join.link is None:
        plan(db, visit)
    else:
        _queue_confirm(db, visit)
        _queue_join(db, visit, join.link)  # it may be in a worker's hand: then it is wanted again
        _queue_nudge(db, visit, join.link)


def follow_plan(db: Session, visit: Appointment) -> None:
    """Its plan has changed: what was not sent yet leaves as that has it now. The link stays."""
    join = _join_of(db, visit)
    if visit.asked_at is not None or join is None or join.link is None:
        return
    outbox.withdraw(db, visit.id, *_BY_PLAN)
    _queue_confirm(db, visit, told_at=_told_at(db, visit))
    _queue_join(db, visit, join.link)
    _queue_nudge(db, visit, join.link)


def accept(db: Session, visit: Appointment) -> None:
    """The patient agreed to the time: its link may leave at any hour, and nobody asks them again.

    A question that is due more than a day from now still comes.
    """
    let_through(db, visit)
    asked = db.scalar(select(Message).where(Message.once_key == _once("confirm", visit)))
    if asked is not None and day_before.is_agreed(visit, asked.due_at):
        outbox.withdraw(db, visit.id, Purpose.CONFIRM)


def let_through(db: Session, visit: Appointment) -> None:
    """What leads into the visit may reach the patient at any hour: they accepted its time."""
    outbox.let_through(db, visit.id)
    join = _join_of(db, visit)
    if join is not None and join.link is not None and _is_asleep(db, visit):
        _queue_nudge(db, visit, join.link)


def is_there(db: Session, visit: Appointment) -> None:
    """The patient is there, left again, or wants to be phoned: nobody nudges them to join."""
    outbox.withdraw(db, visit.id, Purpose.NUDGE)


def is_over(db: Session, visit: Appointment) -> None:
    """It took place, or nobody came: no more is said about its time."""
    outbox.withdraw(db, visit.id, *OF_ITS_TIME)


def call_off(db: Session, visit: Appointment) -> None:
    """Withdraw the visit's texts and retire its links: they say that it is not taking place."""
    outbox.withdraw(db, visit.id)
    magic_links.supersede(db, visit.id, None)


def joins_at(db: Session, visit: Appointment) -> datetime:
    """When the text with the visit's link leaves."""
    return visit.starts_at - kept.plan_of(db, visit).join.before


def clinician(visit: Appointment) -> str:
    """How texts call the one whom the patient sees."""
    return visit.practitioner.display_name if visit.practitioner else visit.clinic.short_name


def _fresh_link(db: Session, visit: Appointment) -> MagicLink:
    link = magic_links.mint(
        db,
        LinkKind.JOIN,
        clinic_id=visit.clinic_id,
        patient_id=visit.patient_id,
        appointment_id=visit.id,
        expires_at=visit.ends_at + magic_links.JOIN_OUTLIVES_VISIT,
    )
    magic_links.supersede(db, visit.id, link)
    return link


def _told_at(db: Session, visit: Appointment) -> datetime | None:
    """When the patient was last texted a time for this visit."""
    told = (Message.appointment_id == visit.id, Message.purpose == Purpose.NOTICE)
    return db.scalar(select(func.max(Message.made_at)).where(*told))


def _queue_confirm(db: Session, visit: Appointment, *, told_at: datetime | None = None) -> None:
    session, step = _session_before(db, visit), kept.plan_of(db, visit).confirm
    if not step.is_on:
        return
    moment = day_before.due_at(
        visit.starts_at, visit.patient.zone, clock.now(), session=session, step=step
    )
    if moment is None or day_before.is_agreed(visit, moment):
        return
    if told_at is not None and moment - told_at < _TOLD_LATELY:
        return
    with i18n.using(visit.patient.language):
        body = texts.confirm(visit.clinic, clinician(visit), visit.starts_at, visit.patient.zone)
    outbox.enqueue(
        db,
        Purpose.CONFIRM,
        body,
        patient=visit.patient,
        due_at=moment,
        expires_at=visit.starts_at - day_before.AT_LEAST + _CONFIRM_LATE,
        appointment_id=visit.id,
        visit_at=visit.starts_at,
        once_key=_once("confirm", visit),
        cap_key=_cap_key(visit, moment, session),
    )


def _queue_join(db: Session, visit: Appointment, link: MagicLink) -> None:
    with i18n.using(visit.patient.language):
        body = texts.join(visit.clinic, clinician(visit), visit.starts_at, visit.patient.zone)
    due_at = joins_at(db, visit)
    outbox.enqueue(
        db,
        Purpose.JOIN,
        body,
        patient=visit.patient,
        due_at=due_at,
        expires_at=visit.ends_at,
        appointment_id=visit.id,
        link=link,
        visit_at=visit.starts_at,
        at_any_hour=visit.confirmed_at is not None,
        once_key=_once("join", visit),
        cap_key=_cap_key(visit, due_at, _session_before(db, visit)),
    )


def _queue_nudge(db: Session, visit: Appointment, link: MagicLink) -> None:
    step = kept.plan_of(db, visit).nudge
    due_at = visit.starts_at + step.after
    accepted = visit.confirmed_at is not None
    if not step.is_on or due_at <= clock.now() or (_is_asleep(db, visit) and not accepted):
        return  # of a join text that waits for the morning it would only be the echo
    with i18n.using(visit.patient.language):
        body = texts.nudge(visit.clinic)
    outbox.enqueue(
        db,
        Purpose.NUDGE,
        body,
        patient=visit.patient,
        due_at=due_at,
        expires_at=visit.ends_at,
        appointment_id=visit.id,
        link=link,
        visit_at=visit.starts_at,
        at_any_hour=accepted,
        once_key=_once("nudge", visit),
    )


def _join_of(db: Session, visit: Appointment) -> Message | None:
    return db.scalar(select(Message).where(Message.once_key == _once("join", visit)))


def _is_asleep(db: Session, visit: Appointment) -> bool:
    """Whether the nudge falls in the quiet hours on the patient's clock."""
    due_at = visit.starts_at + kept.plan_of(db, visit).nudge.after
    return quiet_hours.next_awake(due_at, visit.patient.zone) > due_at


def _once(what: str, visit: Appointment) -> str:
    return f"{what}:{visit.id}:{visit.version}"


def _session_before(db: Session, visit: Appointment) -> tuple[datetime, datetime] | None:
    infusion = windows.infusion_before(db, visit)
    return (infusion.starts_at, windows.end_of(db, infusion)) if infusion else None


def _cap_key(
    visit: Appointment, due_at: datetime, session: tuple[datetime, datetime] | None
) -> str | None:
    """What the text counts against: that which may be started before or after an infusion."""
    if session is None:
        return None
    return f"{'before' if due_at < session[1] else 'after'}:{visit.follows_id}"
