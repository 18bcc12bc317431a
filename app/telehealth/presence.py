"""Who is on the line: pages report, nobody else decides. All of it machine time."""

from sqlalchemy.orm import Session

from app import clock, live
from app.people.models import Practitioner
from app.telehealth import offers, together, visits
from app.telehealth.models import Seat, VideoVisit


def arrive(db: Session, seat: Seat, page: str) -> None:
    """A patient's page is on the line. Another page of the same browser gives way to it."""
    if seat.page != page:
        seat.page, seat.pages = page, seat.pages + 1
    seat.seen_at, seat.gone_at = clock.machine_now(), None
    if seat.connected:
        together.look(db, seat.visit)
    if seat.state.is_live:
        live.publish(db, seat.visit.topic)


def stay(db: Session, seat: Seat) -> None:
    """The page was heard again."""
    was_away = not seat.is_present
    seat.seen_at, seat.gone_at = clock.machine_now(), None
    if was_away and seat.state.is_live:
        live.publish(db, seat.visit.topic)


def go(db: Session, seat: Seat, page: str) -> None:
    """The page's line broke or its page closed; its place is kept."""
    if seat.page != page:
        return
    seat.gone_at = clock.machine_now()
    if seat.connected or seat.visit.together_at is not None:
        together.look(db, seat.visit)
    if seat.state.is_live:
        live.publish(db, seat.visit.topic)


def hold(db: Session, visit: VideoVisit, page: str, *, by: Practitioner) -> None:
    """This page of staff holds the visit from now on; offers of the page before are void."""
    if visit.page != page:
        visit.page = page
        offers.drop(db, visit)
    visit.host_id, visit.host_seen_at = by.id, clock.machine_now()
    together.look(db, visit)
    live.publish(db, visit.topic)


def keep_holding(visit: VideoVisit, page: str) -> bool:
    """The holding page was heard again. False when another page holds the visit now."""
    if visit.page != page:
        return False
    visit.host_seen_at = clock.machine_now()
    return True


def let_go(db: Session, visit: VideoVisit, page: str) -> None:
    """The holding page is off the line; its connections may still carry, so its offers stay."""
    if visit.page != page:
        return
    visit.host_seen_at = None
    together.look(db, visit)
    live.publish(db, visit.topic)


def report(
    db: Session, visit: VideoVisit, seat: Seat, *, connected: bool, by: Practitioner | None
) -> None:
    """A page says whether media flows. The first time of the patient's own seat, once admitted,
    starts the visit: guests alone make none.
    """
    if seat.connected != connected:
        seat.connected = connected
        live.publish(db, visit.topic)
    if connected and seat.is_patients and seat.admitted_at is not None and seat.state.is_live:
        visits.start(db, visit, by=by)
    together.look(db, visit)
