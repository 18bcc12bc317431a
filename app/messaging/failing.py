"""What follows when a text was not taken or did not arrive: tried again, an alarm, a task."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.messaging import alarms, claims, outbox, pace, troubles
from app.messaging.alarms import AlarmCode
from app.messaging.models import Message, MessageStatus, Purpose
from app.messaging.troubles import Trouble
from app.people.models import Patient
from app.tasks import desk

# Another code can be asked for; a quiet minute waits on the patient's page.
_MAY_LAPSE = {Purpose.CODE, Purpose.EVENING, Purpose.MORNING, Purpose.WEEK}


def conclude(db: Session, message: Message, code: str) -> None:
    """A claimed text was refused. One that was not taken for a reason of ours leaves later."""
    trouble = troubles.of(code)
    if trouble.not_taken:
        _mind_the_sender(db, message, trouble)
        claims.put_back(db, message)
        return
    db.refresh(message, ["error_code"])  # it may have been withdrawn under way
    failed = MessageStatus.FAILED
    if claims.conclude(db, message, status=failed, error_code=code, status_at=clock.now()):
        follow(db, message, code)


def follow(db: Session, message: Message, code: str) -> None:
    """A text has failed for good. It may be tried again as a new one; if not, staff are told.

    Of a join text they are told at once, so that somebody can phone before the visit.
    """
    trouble = troubles.of(code)
    is_withdrawn = message.error_code == outbox.WITHDRAWN
    if message.patient is not None:
        db.refresh(message.patient)  # while it was under way, they may have got another number
        _mind_the_number(db, message, message.patient, code)
    is_tried_again = not is_withdrawn and _try_again(db, message, trouble)
    if message.practitioner_id is not None and not is_tried_again:
        alarms.raise_(db, AlarmCode.STAFF_NUMBER)
    if message.patient is not None and _concerns_staff(
        message, code, is_withdrawn=is_withdrawn, is_tried_again=is_tried_again
    ):
        desk.open_task(
            db,
            trouble.task,
            message.patient,
            by=None,
            appointment_id=message.appointment_id,
            urgent=True,
        )
    # The sender comes last here as it does when a text leaves: else two could wait for each other.
    _mind_the_sender(db, message, trouble)


def may_go_twice(message: Message) -> bool:
    """Whether a second copy does no harm: it carries the same link, or goes to staff."""
    return message.link_id is not None or message.practitioner_id is not None


def _concerns_staff(
    message: Message, code: str, *, is_withdrawn: bool, is_tried_again: bool
) -> bool:
    if is_tried_again:
        return message.purpose is Purpose.JOIN
    if message.purpose in _MAY_LAPSE and code == troubles.EXPIRED:
        return False
    return not is_withdrawn or troubles.of(code).task is not troubles.UNDELIVERED


def _mind_the_sender(db: Session, message: Message, trouble: Trouble) -> None:
    """By which texts do not leave for a while: the sender of this one, or with its account all."""
    which = [] if trouble.of_account else [pace.sender_of(message)]
    if trouble.alarm is not None:
        alarms.raise_(db, trouble.alarm, "" if trouble.of_account else alarms.sender(db, message))
        if trouble.stops_sender:
            pace.stop(db, trouble.alarm, *which)
    if trouble.hold is not None:
        pace.hold(db, trouble.hold, *which)


def _mind_the_number(db: Session, message: Message, patient: Patient, code: str) -> None:
    if patient.phone != message.number:
        return
    if code == troubles.OPTED_OUT and patient.opted_out_at is None:
        patient.opted_out_at = clock.now()
    elif troubles.of(code).number_is_dead and patient.number_failed_at is None:
        patient.number_failed_at = clock.now()
    else:
        return
    trail.record(db, "stop-texts", agent=None, entity=patient, detail=code)
    outbox.withdraw_from(db, patient)


def _try_again(db: Session, message: Message, trouble: Trouble) -> bool:
    """Queue the same text as a new row, while it is wanted. False when it is not tried again."""
    first = message.again_of_id or message.id
    tried = db.scalar(select(func.count(Message.id)).where(Message.again_of_id == first)) or 0
    if tried >= len(trouble.again) or (trouble.may_have_arrived and not may_go_twice(message)):
        return False
    due_at = clock.now() + trouble.again[tried]
    if message.expires_at is not None and message.expires_at <= due_at:
        return False
    again = outbox.enqueue(
        db,
        message.purpose,
        message.body,
        due_at=due_at,
        patient=message.patient,
        practitioner=message.practitioner,
        thread=message.thread,
        expires_at=message.expires_at,
        appointment_id=message.appointment_id,
        link=message.link,
        visit_at=message.visit_at,
        at_any_hour=message.at_any_hour,
        written_by=message.written_by,
    )
    if again is None:
        return False
    again.again_of_id = first
    return True
