"""Who has which text in hand.

A text is claimed by one conditional update with a lease and a fence (attempt and worker), so that
two workers never hold the same one and a late one cannot overwrite a newer verdict. Leases are
machine time; when a text is due is domain time.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Table,
    Update,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, joinedload, load_only

from app import clock
from app.links.models import MagicLink
from app.messaging.models import Message, MessageStatus
from app.messaging.outbox import WITHDRAWN
from app.people.models import Patient

LEASE = timedelta(seconds=60)
# Handing a text over takes ten seconds at most: with less than this left somebody else may
# already be looking into it.
ENOUGH = timedelta(seconds=20)

_message = cast(Table, Message.__table__)
_row = _message.c


def _claiming(*which: ColumnElement[bool]) -> Update:
    """Take one text of those clinics in hand. Made once, and below the ORM: all come by here."""
    first = (
        select(_row.id)
        .where(_row.status == MessageStatus.QUEUED, _row.due_at <= bindparam("today"), *which)
        .order_by(_row.priority, func.coalesce(_row.visit_at, _row.due_at), _row.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (
        update(_message)
        .where(_row.id == first.scalar_subquery(), _row.status == MessageStatus.QUEUED)
        .values(
            status=MessageStatus.SENDING,
            attempt=_row.attempt + 1,
            worker=bindparam("name"),
            claimed_at=bindparam("from_now"),
            lease_until=bindparam("until"),
        )
        .returning(_row.id)
    )


_CLAIM = _claiming()
_CLAIM_BUT = _claiming(_row.clinic_id.not_in(bindparam("clinics", expanding=True)))
_CLAIM_ONLY = _claiming(_row.clinic_id.in_(bindparam("clinics", expanding=True)))
# What nearly every text that leaves is asked: of the wide rows the rest is read if it is wanted.
_OF_TEXT = load_only(
    Message.clinic_id,
    Message.patient_id,
    Message.practitioner_id,
    Message.appointment_id,
    Message.link_id,
    Message.purpose,
    Message.status,
    Message.body_sealed,
    Message.number_sealed,
    Message.due_at,
    Message.first_due_at,
    Message.expires_at,
    Message.at_any_hour,
    Message.cap_key,
    Message.attempt,
    Message.worker,
    Message.claimed_at,
    Message.lease_until,
    Message.sent_at,
    Message.sender_id,
)
_OF_PATIENT = joinedload(Message.patient).load_only(
    Patient.clinic_id,
    Patient.phone_sealed,
    Patient.zone,
    Patient.texts_agreed_at,
    Patient.opted_out_at,
    Patient.number_failed_at,
    Patient.archived_at,
    Patient.merged_into_id,
)
_OF_LINK = joinedload(Message.link).load_only(
    MagicLink.kind, MagicLink.state, MagicLink.seed, MagicLink.key_number
)
_CLAIMED = (
    select(Message)
    .options(_OF_TEXT, _OF_PATIENT, _OF_LINK)
    .where(Message.id == bindparam("claimed"))
    .execution_options(populate_existing=True)
)


def claim_next(
    db: Session,
    worker: str,
    *,
    but: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
) -> Message | None:
    """Take the text that is due and leaves first, for one lease. None when there is none.

    The more urgent purpose first; of equals the earlier visit; then what was due first. `but`: the
    clinics whose texts cannot leave now; `only`: those whose texts alone can.
    """
    now = clock.machine_now()
    values: dict[str, object] = {"today": clock.now(), "name": worker}
    values |= {"from_now": now, "until": now + LEASE}
    if only is None and not but:
        claimed = db.execute(_CLAIM, values).scalar()
    elif only is None:
        claimed = db.execute(_CLAIM_BUT, values | {"clinics": list(but)}).scalar()
    else:
        claimed = db.execute(_CLAIM_ONLY, values | {"clinics": list(only)}).scalar()
    if claimed is None:
        return None
    return db.scalars(_CLAIMED, {"claimed": claimed}).one()


def hold(db: Session, message: Message) -> None:
    """Read a text anew and let nobody else change it until the transaction ends."""
    db.flush()  # what was changed here already would be read over
    db.refresh(message, with_for_update={"of": Message})


def hold_patient(db: Session, patient_id: UUID | None) -> None:
    """Let nobody else change a patient, their texts or their thread until the transaction ends.

    Whoever means to change several of these begins here, so that no two wait for each other.
    """
    if patient_id is not None:
        row = select(Patient.id).where(Patient.id == patient_id)
        db.execute(row.with_for_update(key_share=True))


def has_enough_left(message: Message) -> bool:
    """Whether a claim lasts long enough to hand the text over under it."""
    assert message.lease_until is not None  # as every claimed text has one
    return message.lease_until - clock.machine_now() >= ENOUGH


def conclude(db: Session, message: Message, **verdict: object) -> bool:
    """Write what became of a claimed text, if this claim is still the one that counts."""
    told = {name: each for name, each in verdict.items() if isinstance(each, ClauseElement)}
    plain = tuple(name for name in verdict if name not in told)
    concluding = _concluding(plain).values(**told) if told else _concluding(plain)
    values = {"mine": message.id, "my_attempt": message.attempt, "my_name": message.worker}
    values |= {f"new_{name}": verdict[name] for name in plain}
    return db.execute(concluding, values).scalar() is not None


@cache
def _concluding(names: tuple[str, ...]) -> Update:
    """Writes these columns of one claim. Made once for each few of them: every text comes by."""
    return (
        update(_message)
        .where(
            _row.id == bindparam("mine"),
            _row.attempt == bindparam("my_attempt"),
            _row.worker == bindparam("my_name"),
            _row.status == MessageStatus.SENDING,
        )
        .values({name: bindparam(f"new_{name}") for name in names})
        .returning(_row.id)
    )


def put_back(db: Session, message: Message, *, due_at: datetime | None = None) -> bool:
    """Queue a claimed text anew: it was not taken. Cancelled instead if it was withdrawn meanwhile.

    Due as before unless `due_at` puts it off: then it is noted when it was due at first. False when
    the claim did not count any more.
    """
    first_due_at = message.first_due_at
    if due_at is not None and first_due_at is None:
        first_due_at = message.due_at
    return conclude(
        db,
        message,
        **_queued_or_withdrawn(),
        due_at=due_at or message.due_at,
        first_due_at=first_due_at,
    )


def give_back(db: Session, worker: str, *, but: Collection[UUID]) -> list[UUID]:
    """Queue anew what is in this worker's name and was never handed over; returns the ids.

    Only for the worker itself, with nothing in hand: it alone knows what it has handed over
    (`but`). A claim may be kept though its answer is lost, when the database goes in that moment.
    """
    return list(
        db.scalars(
            update(Message)
            .where(
                Message.status == MessageStatus.SENDING,
                Message.worker == worker,
                Message.id.not_in(but),
            )
            .values(**_queued_or_withdrawn())
            .returning(Message.id)
        )
    )


def _queued_or_withdrawn() -> dict[str, ColumnElement[object]]:
    is_withdrawn = Message.error_code == WITHDRAWN
    queued, cancelled = MessageStatus.QUEUED.value, MessageStatus.CANCELLED.value
    return {
        "status": case((is_withdrawn, cancelled), else_=queued),
        "once_key": case((is_withdrawn, null()), else_=Message.once_key),
    }


def take_up(db: Session) -> list[UUID]:
    """Texts that were put off to a morning by a clock that was ahead, and was set back since:

    due as they were at first. Returns their ids. A clock that is off by less than a lease is none.
    """
    return list(
        db.scalars(
            update(Message)
            .where(
                Message.status == MessageStatus.QUEUED,
                Message.due_at > clock.now(),
                Message.first_due_at.is_not(None),
                Message.claimed_at > clock.machine_now() + LEASE,
            )
            .values(due_at=Message.first_due_at, first_due_at=None)
            .returning(Message.id)
        )
    )


def expire_leases(db: Session) -> list[UUID]:
    """Texts whose worker died with them in hand:

    whether they left is in doubt, and is looked into at once. Returns their ids. So do those whose
    lease ends later than any lease can: the clock was set back since.
    """
    now = clock.machine_now()
    over = or_(Message.lease_until < now, Message.lease_until > now + LEASE)
    return list(
        db.scalars(
            update(Message)
            .where(Message.status == MessageStatus.SENDING, over)
            .values(status=MessageStatus.IN_DOUBT, status_at=clock.now(), look_at=now)
            .returning(Message.id)
        )
    )
