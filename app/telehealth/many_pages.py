"""The pages of many patients at once: one question for all of them instead of one for each.

A morning's waiting rooms hold a thousand pages that nothing happens to. Each of them says every ten
seconds that it is there, and each is looked at for what changed without a word.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.access.models import SessionKind, WebSession
from app.links.models import LinkState, MagicLink
from app.scheduling.models import Appointment
from app.telehealth.models import Offer, Seat, SeatState, VideoVisit
from app.telehealth.silence import is_silent

Page = tuple[UUID, str]  # a seat, and the page that sits there
_TOLD = (
    Seat.state,
    Seat.page,
    Seat.peer,
    VideoVisit.ended_at,
    VideoVisit.signals,
    VideoVisit.page,
    Appointment.status,
    Appointment.starts_at,
    WebSession.ended_at,
)


def look(db: Session, seat_ids: Collection[UUID]) -> dict[UUID, tuple[object, ...]]:
    """How these seats stand: whatever their pages are told, to be compared with another look."""
    offer_waits = select(Offer.id).where(
        Offer.visit_id == Seat.visit_id,
        Offer.page == VideoVisit.page,
        Offer.taken_by_id.is_(None),
    )
    rows = db.execute(
        select(Seat.id, VideoVisit.host_seen_at, offer_waits.exists(), *_TOLD)
        .join(VideoVisit, VideoVisit.id == Seat.visit_id)
        .join(Appointment, Appointment.id == VideoVisit.appointment_id)
        .join(WebSession, WebSession.id == Seat.web_session_id)
        .where(Seat.id.in_(seat_ids))
    )
    return {row[0]: (not is_silent(row[1]), *row[2:]) for row in rows}


def hear(db: Session, pages: Collection[Page]) -> set[Page]:
    """Note that these pages were heard again. Returns those for which that was all there is to do.

    Any other needs a look of its own: its session or link is over, another page sits there, it is
    in a talk, which keeps its session alive, or somebody changes its seat this very moment.
    """
    is_open = or_(
        Seat.link_id.is_(None),
        Seat.state == SeatState.ADMITTED,
        MagicLink.state != LinkState.REVOKED,
    )
    rows = db.execute(
        select(Seat.id, Seat.page, Seat.state, Seat.visit_id, Seat.seen_at, Seat.gone_at)
        .join(WebSession, WebSession.id == Seat.web_session_id)
        .outerjoin(MagicLink, MagicLink.id == Seat.link_id)
        .where(
            Seat.id.in_({seat_id for seat_id, _ in pages}),
            Seat.guest_id.is_(None),
            Seat.connected.is_(False),
            WebSession.kind == SessionKind.JOIN,
            WebSession.ended_at.is_(None),
            WebSession.expires_at > clock.now(),
            is_open,
        )
        .with_for_update(of=Seat, skip_locked=True)
    ).all()
    found = [row for row in rows if (row.id, row.page) in pages]
    for row in found:
        was_away = row.gone_at is not None or is_silent(row.seen_at)
        if was_away and row.state.is_live:
            live.publish(db, f"visit:{row.visit_id}")
    db.execute(
        update(Seat)
        .where(Seat.id.in_([row.id for row in found]))
        .values(seen_at=clock.machine_now(), gone_at=None)
        .execution_options(synchronize_session=False)
    )
    return {(row.id, row.page) for row in found}
