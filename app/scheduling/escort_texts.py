"""The texts that whoever takes a patient home gets: once with the link, and when the time changes.

They follow the session, whoever moves it. Sent through the thread of their number, so what they
write back stands in the inbox as from any number that nobody has.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n
from app.links.models import MagicLink
from app.messaging import outbox, pick_up_texts, quiet_hours, threads
from app.messaging.models import Message, MessageStatus, Purpose
from app.plans import kept
from app.scheduling import escorts
from app.scheduling.models import Appointment, AppointmentStatus, Escort

_NEVER_LEFT = (MessageStatus.QUEUED, MessageStatus.CANCELLED)
_OFF = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
# The text of the day: in the morning, early enough even before a short session.
_AHEAD = timedelta(hours=10)
_OVER_SINCE = timedelta(days=2)


def follow(db: Session) -> None:
    """Tell everybody the time that the pick-up has now; and who was told one, that it is off.

    A job of the worker: run again it changes nothing.
    """
    for escort in _still_to_come(db):
        catch_up(db, escort)


def catch_up(db: Session, escort: Escort) -> None:
    """Tell one of them what they do not know yet, if there is anything."""
    session, at = escort.appointment, escorts.pick_up_at(escort)
    if session.status in _OFF:
        if escort.told_pick_up_at is not None:
            _call_off(db, escort)
    elif escort.told_pick_up_at != at and clock.now() < at:
        _tell(db, escort, at, escorts.zone_of(db, session))


def text_of(db: Session, escort: Escort) -> Message | None:
    """The newest text to them."""
    return db.get(Message, escort.message_id) if escort.message_id else None


def _still_to_come(db: Session) -> Sequence[Escort]:
    return db.scalars(
        select(Escort)
        .join(Escort.appointment)
        .options(joinedload(Escort.appointment).joinedload(Appointment.patient))
        .where(
            Escort.withdrawn_at.is_(None),
            Escort.forgotten_at.is_(None),
            Appointment.ends_at > clock.now() - _OVER_SINCE,
        )
        .order_by(Escort.made_at)
    ).all()


def _tell(db: Session, escort: Escort, at: datetime, zone: str) -> None:
    session, link = escort.appointment, db.get_one(MagicLink, escort.link_id)
    knows = _knows_something(db, escort)
    outbox.withdraw_link(db, link.id)
    link.expires_at = escorts.night_after(at, zone)
    with i18n.using(escort.language):
        if knows:
            body = pick_up_texts.moved(session.clinic, at, zone)
        else:
            body = pick_up_texts.asked(session.clinic, at, zone)
    # Not days ahead, where it would be lost among others; but at once when the time has changed.
    due_at = clock.now() if knows else max(clock.now(), _wanted_at(db, session, at, zone))
    _send(db, escort, body, link, due_at=min(due_at, at), expires_at=link.expires_at)
    escort.told_pick_up_at = at


def _wanted_at(db: Session, session: Appointment, at: datetime, zone: str) -> datetime:
    """As the session's plan says where it says so, else in the morning."""
    step = kept.plan_of(db, session).escort
    early = session.ends_at - timedelta(minutes=step.minutes) if step.is_on else at - _AHEAD
    return quiet_hours.next_awake(early, zone)


def _call_off(db: Session, escort: Escort) -> None:
    knows = _knows_something(db, escort)
    link = db.get_one(MagicLink, escort.link_id)
    outbox.withdraw_link(db, link.id)
    escort.told_pick_up_at = None
    if knows and clock.now() < link.expires_at:
        with i18n.using(escort.language):
            body = pick_up_texts.called_off(escort.appointment.clinic)
        _send(db, escort, body, link, due_at=clock.now(), expires_at=link.expires_at)


def _knows_something(db: Session, escort: Escort) -> bool:
    """Whether a text has left, as far as anybody knows."""
    text = text_of(db, escort)
    return text is not None and text.status not in _NEVER_LEFT


def _send(
    db: Session,
    escort: Escort,
    body: str,
    link: MagicLink,
    *,
    due_at: datetime,
    expires_at: datetime,
) -> None:
    if escort.stopped_at is not None:
        return  # the page alone follows
    message = outbox.enqueue(
        db,
        Purpose.ESCORT,
        body,
        thread=threads.of_stranger(db, escort.appointment.clinic, escort.phone),
        appointment_id=escort.appointment_id,
        link=link,
        due_at=due_at,
        expires_at=expires_at,
    )
    if message is not None:
        db.flush()  # the escort points at it
        escort.message_id = message.id
