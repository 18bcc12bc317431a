"""What the pages of a visit say to each other: in order, once each, readable again by number."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.telehealth import offers
from app.telehealth.models import Seat, Side, Signal, VideoVisit

MOST_AT_ONCE = 200


def send(
    db: Session,
    visit: VideoVisit,
    seat: Seat,
    *,
    towards: Side,
    page: str,
    count: int,
    peer: str,
    content: dict[str, Any],
) -> bool:
    """Keep a signal for the other side and wake it. False when it was left out.

    Left out: what is not of the connection offered to this seat, and what was already sent (a page
    that lost its line sends again what it is not sure of).
    """
    if not offers.belongs_to(db, visit, seat, peer):
        return False
    return keep(
        db, visit, seat, towards=towards, page=page, count=count, peer=peer, content=content
    )


def keep(
    db: Session,
    visit: VideoVisit,
    seat: Seat,
    *,
    towards: Side,
    page: str,
    count: int,
    peer: str,
    content: dict[str, Any],
    sender: Seat | None = None,
) -> bool:
    """Keep a signal that may pass. `sender`: another seat; None: clinician and seat between them.

    False for one that was sent already.
    """
    number = _next_number(db, visit)
    if _is_known(db, visit.id, page, count):
        return False
    db.add(
        Signal(
            clinic_id=visit.clinic_id,
            visit_id=visit.id,
            seat_id=seat.id,
            from_seat_id=sender.id if sender else None,
            towards=towards,
            number=number,
            page=page,
            count=count,
            peer=peer,
            content=content,
            made_at=clock.now(),
        )
    )
    live.publish(db, visit.topic)
    return True


def after(
    db: Session, visit_id: UUID, number: int, *, towards: Side, seat_id: UUID | None = None
) -> list[Signal]:
    """Signals newer than `number` towards one side, oldest first; a patient gets their seat's."""
    wanted = select(Signal).where(
        Signal.visit_id == visit_id, Signal.number > number, Signal.towards == towards
    )
    if seat_id is not None:
        wanted = wanted.where(Signal.seat_id == seat_id)
    return list(db.scalars(wanted.order_by(Signal.number).limit(MOST_AT_ONCE)))


def _next_number(db: Session, visit: VideoVisit) -> int:
    # Taking the number locks the visit's row until commit: numbers become visible in their order.
    number = db.scalar(
        update(VideoVisit)
        .where(VideoVisit.id == visit.id)
        .values(signals=VideoVisit.signals + 1)
        .returning(VideoVisit.signals)
        .execution_options(synchronize_session=False)
    )
    assert number is not None
    return number


def _is_known(db: Session, visit_id: UUID, page: str, count: int) -> bool:
    known = select(Signal.id).where(
        Signal.visit_id == visit_id, Signal.page == page, Signal.count == count
    )
    return db.scalar(known) is not None
