"""How long both sides of a visit have been connected, added up as their pages come and go.

Domain time, as the visit's start and end. A page that is off the line while its picture still flows
is believed as long as the other one is there.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app import clock
from app.telehealth.models import Seat, SeatState, VideoVisit


def look(db: Session, visit: VideoVisit) -> None:
    """Begin or end a stretch of talk, as the seats stand now. Asked again it changes nothing."""
    if _are_connected(db, visit):
        _begin(db, visit)
    else:
        stop(db, visit)


def stop(db: Session, visit: VideoVisit) -> None:
    """Whatever stretch runs ends here."""
    began_at = visit.together_at
    if began_at is None:
        return
    seconds = max(0, round((clock.now() - began_at).total_seconds()))
    # Both pages may say so at once: only one of them finds the stretch still running.
    _write(
        db,
        visit,
        VideoVisit.together_at == began_at,
        together_seconds=VideoVisit.together_seconds + seconds,
        together_at=None,
    )


def seconds(visit: VideoVisit) -> int:
    """How long they talked. A stretch that nobody ended goes no further than the visit's own."""
    if visit.together_at is None:
        return visit.together_seconds
    until = min(clock.now(), visit.appointment.ends_at)
    return visit.together_seconds + max(0, (until - visit.together_at) // timedelta(seconds=1))


def _begin(db: Session, visit: VideoVisit) -> None:
    if visit.together_at is None and visit.ended_at is None:
        _write(db, visit, VideoVisit.together_at.is_(None), together_at=clock.now())


def _are_connected(db: Session, visit: VideoVisit) -> bool:
    db.flush()  # the question below is about rows
    seats = db.scalars(
        select(Seat).where(
            Seat.visit_id == visit.id,
            Seat.guest_id.is_(None),
            Seat.state == SeatState.ADMITTED,
            Seat.connected.is_(True),
        )
    )
    host_is_on_line = visit.host_seen_at is not None
    return any(host_is_on_line or seat.gone_at is None for seat in seats)


def _write(
    db: Session, visit: VideoVisit, unless_changed: ColumnElement[bool], **values: object
) -> None:
    db.flush()
    db.execute(
        update(VideoVisit)
        .where(VideoVisit.id == visit.id, unless_changed)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(visit, ["together_at", "together_seconds"])
