"""Who is surely a person, and no program that presses whatever it finds on a page.

A scanner of links has hands, too: it presses buttons. What it does not have is a camera that was
allowed, a face that a clinician let in, or a text from the patient's own phone.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.links.models import MagicLink
from app.telehealth.models import Seat, VisitTiming


def is_surely_there(db: Session, seat: Seat) -> bool:
    """Whether one touch in this browser is enough for what cannot simply be taken back."""
    return seat.admitted_at is not None or _came_to_choose(db, seat) or _allowed(db, seat)


def _came_to_choose(db: Session, seat: Seat) -> bool:
    """Whether it came by the link that answers the patient's own text, or a person's at the clinic.

    Somebody has asked for another time then, and not by a touch.
    """
    link = db.get(MagicLink, seat.link_id) if seat.link_id else None
    return link is not None and link.for_choosing


def _allowed(db: Session, seat: Seat) -> bool:
    allowed = select(VisitTiming.id).where(
        VisitTiming.seat_id == seat.id, VisitTiming.allow_ms.is_not(None)
    )
    return db.scalar(allowed.limit(1)) is not None
