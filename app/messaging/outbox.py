"""The outgoing road: a text is a row, written in the transaction of the change that wants it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock, live
from app.links.models import MagicLink
from app.messaging import caps
from app.messaging.models import Direction, Message, MessageStatus, Purpose, Thread
from app.people.models import Patient, Practitioner

# The error code of a text that was withdrawn after a worker had taken it in hand.
WITHDRAWN = "withdrawn"
_PRIORITY = {
    Purpose.CODE: 0,
    Purpose.SAFETY: 0,
    Purpose.JOIN: 1,
    Purpose.SESSION: 1,
    Purpose.STAFF: 1,
    Purpose.KEYWORD: 2,
    Purpose.ANSWER: 2,
    Purpose.NUDGE: 2,
    Purpose.WRITTEN: 3,
    Purpose.CONFIRM: 4,
}
_LAST = 5
# To patients; staff are texted at any hour.
_AT_ANY_HOUR = {Purpose.CODE, Purpose.SAFETY, Purpose.KEYWORD, Purpose.ANSWER}
# Asked for by writing or tapping: neither consent to texts nor a good number is needed.
_ASKED_FOR = {Purpose.CODE, Purpose.SAFETY, Purpose.ANSWER}
_UNDER_WAY = (
    MessageStatus.SENDING,
    MessageStatus.IN_DOUBT,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
)


def enqueue(
    db: Session,
    purpose: Purpose,
    body: str,
    *,
    due_at: datetime,
    patient: Patient | None = None,
    practitioner: Practitioner | None = None,
    thread: Thread | None = None,
    expires_at: datetime | None = None,
    appointment_id: UUID | None = None,
    link: MagicLink | None = None,
    once_key: str | None = None,
    visit_at: datetime | None = None,
    at_any_hour: bool | None = None,
    cap_key: str | None = None,
    written_by: Practitioner | None = None,
) -> Message | None:
    """Queue a text to a patient, a member of staff, or a stranger's thread.

    `{link}` in the body becomes the link's address. Quiet hours hold the text unless its purpose,
    or `at_any_hour`, lets it through; `cap_key` ("after:<infusion>") counts it against the cap.

    None when the person cannot be texted (no number, never agreed, opted out), or `once_key` was
    queued before, by whomever.
    """
    person = patient or practitioner or thread
    assert person is not None
    if not _number(person) or (patient is not None and not may_text(patient, purpose)):
        return None
    if once_key and _was_queued(db, once_key):
        return None
    if cap_key:
        caps.limit_of(cap_key)
    if at_any_hour is None:
        at_any_hour = practitioner is not None or purpose in _AT_ANY_HOUR
    message = Message(
        clinic_id=person.clinic_id,
        patient_id=patient.id if patient else None,
        practitioner_id=practitioner.id if practitioner else None,
        thread_id=thread.id if thread else None,
        appointment_id=appointment_id,
        link_id=link.id if link else None,
        written_by_id=written_by.id if written_by else None,
        direction=Direction.OUTBOUND,
        purpose=purpose,
        status=MessageStatus.QUEUED,
        body=body,
        number=_number(person),
        once_key=once_key,
        priority=_PRIORITY.get(purpose, _LAST),
        visit_at=visit_at,
        due_at=due_at,
        expires_at=expires_at,
        at_any_hour=at_any_hour,
        cap_key=cap_key,
        made_at=clock.now(),
    )
    if not _add(db, message):
        return None
    live.publish(db, "outbox")
    return message


def may_text(patient: Patient, purpose: Purpose) -> bool:
    """Whether a patient may be sent a text of this purpose now.

    Whoever opted out is sent the one confirmation of that, and nothing else.
    """
    if purpose is Purpose.KEYWORD:
        return True
    if purpose in _ASKED_FOR:
        return patient.opted_out_at is None
    return patient.takes_texts


def withdraw(db: Session, appointment_id: UUID, *purposes: Purpose) -> None:
    """Cancel what is queued for a visit: these purposes, or all. Its once-keys are free again.

    A text that is under way already cannot be called back, but is not tried again.
    """
    of_visit = [Message.appointment_id == appointment_id]
    if purposes:
        of_visit.append(Message.purpose.in_(purposes))
    _withdraw(db, *of_visit)


def withdraw_link(db: Session, link_id: UUID) -> None:
    """Cancel what is queued with one link, because what it leads to is done or not wanted."""
    _withdraw(db, Message.link_id == link_id)


def withdraw_from(db: Session, patient: Patient) -> None:
    """Cancel all that is queued for somebody who opted out or whose number failed.

    The one confirmation of an opt-out still leaves.
    """
    _withdraw(db, Message.patient_id == patient.id, Message.purpose != Purpose.KEYWORD)


def call_back(db: Session, patient: Patient) -> None:
    """Cancel all that is queued to a record that is joined to another, but for words of safety."""
    _withdraw(db, Message.patient_id == patient.id, Message.purpose != Purpose.SAFETY)


def let_through(db: Session, appointment_id: UUID) -> None:
    """The patient accepted a visit: its join text and its nudge leave at whatever hour it is."""
    db.execute(
        update(Message)
        .where(
            Message.appointment_id == appointment_id,
            Message.purpose.in_((Purpose.JOIN, Purpose.NUDGE)),
            Message.status == MessageStatus.QUEUED,
        )
        .values(at_any_hour=True)
    )


def next_due(db: Session, *which: ColumnElement[bool]) -> datetime | None:
    """When the next queued text is due: of `which` alone, or of all."""
    queued = Message.status == MessageStatus.QUEUED
    return db.scalar(select(func.min(Message.due_at)).where(queued, *which))


def lateness(db: Session, *which: ColumnElement[bool]) -> timedelta:
    """How long the oldest due text has been waiting: of `which` alone, or of all."""
    due_at = next_due(db, *which)
    return max(timedelta(0), clock.now() - due_at) if due_at else timedelta(0)


def _number(person: Patient | Practitioner | Thread) -> str:
    return person.number if isinstance(person, Thread) else person.phone


def _was_queued(db: Session, once_key: str) -> bool:
    earlier = db.scalar(select(Message).where(Message.once_key == once_key))
    if earlier is None:
        return False
    if earlier.error_code == WITHDRAWN:
        earlier.error_code = ""  # wanted again before anybody knew what became of it
    return True


def _add(db: Session, message: Message) -> bool:
    """Into this transaction; False when another one has just taken the same once-key."""
    if message.once_key is None:
        db.add(message)
        return True
    try:
        with db.begin_nested():
            db.add(message)
    except IntegrityError:
        if not _was_queued(db, message.once_key):
            raise  # it was another rule of the table
        return False
    return True


def _withdraw(db: Session, *which: Any) -> None:
    # In one statement: between two, a text that is put back or claimed would be missed by both.
    waits = Message.status == MessageStatus.QUEUED
    db.execute(
        update(Message)
        .where(*which, Message.status.in_((MessageStatus.QUEUED, *_UNDER_WAY)))
        .values(
            status=case((waits, MessageStatus.CANCELLED.value), else_=Message.status),
            once_key=case((waits, null()), else_=Message.once_key),
            error_code=case((waits, Message.error_code), else_=WITHDRAWN),
        )
        .execution_options(synchronize_session="auto" if _has_read_any(db) else False)
    )


def _has_read_any(db: Session) -> bool:
    """Whether texts were read here that must follow what is written past them."""
    return any(isinstance(row, Message) for row in db)
