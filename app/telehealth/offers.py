"""Connections that the clinician's page prepared: kept, taken by one seat, dropped."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.telehealth.models import Offer, Seat, VideoVisit

LARGEST_SDP = 32 * 1024


_WAITING = (
    select(Offer.id)
    .join(VideoVisit, VideoVisit.id == Offer.visit_id)
    .where(
        Offer.visit_id == bindparam("visit"),
        Offer.page == VideoVisit.page,
        Offer.taken_by_id.is_(None),
    )
    .limit(1)
)


@dataclass(frozen=True)
class Taken:
    """What a patient's page needs to answer at once."""

    peer: str
    sdp: str


def put(db: Session, visit: VideoVisit, *, peer: str, sdp: str) -> None:
    """Keep an offer of the page that holds the visit, for whoever comes next.

    It replaces the one before it, if nobody took that.
    """
    db.execute(delete(Offer).where(Offer.visit_id == visit.id, Offer.taken_by_id.is_(None)))
    db.add(
        Offer(
            clinic_id=visit.clinic_id,
            visit_id=visit.id,
            peer=peer,
            page=visit.page,
            sdp=sdp,
            made_at=clock.now(),
        )
    )
    live.publish(db, visit.topic)


def take(db: Session, seat: Seat) -> Taken | None:
    """Give a live seat the clinician's prepared offer, if there is one.

    One offer goes to one seat, however many ask at once. What the seat had before is dropped
    either way: the page that held it is gone. A ghost gets none.
    """
    if not seat.state.is_live:
        return None
    offer = _taken(db, seat) if waits(db, seat.visit_id) else None
    if offer is None:
        if seat.peer or seat.connected:
            drop(db, seat.visit, seat=seat)
        return None
    db.execute(delete(Offer).where(Offer.taken_by_id == seat.id, Offer.id != offer.id))
    seat.peer, seat.connected = offer.peer, False
    live.publish(db, f"visit:{seat.visit_id}")
    return Taken(offer.peer, offer.sdp)


def waits(db: Session, visit_id: UUID) -> bool:
    """Whether an offer waits for whoever comes next."""
    return db.scalar(_WAITING, {"visit": visit_id}) is not None


def _taken(db: Session, seat: Seat) -> Offer | None:
    db.flush()
    newest = _WAITING.order_by(Offer.made_at.desc()).params(visit=seat.visit_id)
    return db.scalar(
        update(Offer)
        .where(Offer.id == newest.scalar_subquery(), Offer.taken_by_id.is_(None))
        .values(taken_by_id=seat.id)
        .returning(Offer)
        .execution_options(synchronize_session=False)
    )


def drop(db: Session, visit: VideoVisit, *, seat: Seat | None = None) -> None:
    """Forget the visit's offers, or what one seat was offered."""
    if seat is None:
        db.execute(delete(Offer).where(Offer.visit_id == visit.id))
        db.execute(update(Seat).where(Seat.visit_id == visit.id).values(peer="", connected=False))
    else:
        db.execute(delete(Offer).where(Offer.taken_by_id == seat.id))
        seat.peer, seat.connected = "", False
    live.publish(db, visit.topic)


def belongs_to(db: Session, visit: VideoVisit, seat: Seat, peer: str) -> bool:
    """Whether a connection was offered by the page that holds the visit, to this very seat."""
    if not seat.state.is_live or not peer:
        return False
    found = db.scalar(
        select(Offer.id).where(
            Offer.visit_id == visit.id,
            Offer.peer == peer,
            Offer.taken_by_id == seat.id,
            Offer.page == visit.page,
        )
    )
    return found is not None
