"""Who sits in a visit, on which device, and who is let through to the clinician.

GHOST → CLAIMED → ADMITTED, and LEFT from any live state. A ghost is a page that was opened: it gets
no connection and staff do not see it, so a scanner that runs scripts learns and spends nothing.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from app import clock, live
from app.access.models import WebSession
from app.audit import trail
from app.i18n import gettext as _
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import asking, visit_texts
from app.scheduling.models import Appointment
from app.telehealth import together, visits
from app.telehealth.models import Offer, Seat, SeatState, VideoVisit, VisitGuest, Whereabouts
from app.telehealth.visits import VisitOver


class SomebodyIsIn(Refusal):
    pass


def take(
    db: Session,
    appointment: Appointment,
    web_session: WebSession,
    link: MagicLink | None,
    *,
    guest: VisitGuest | None = None,
) -> Seat:
    """The browser's seat: the one it has, or a ghost. Nothing is spent and nobody is told.

    `guest`: who sits there, if it is not the patient.
    """
    visit = visits.of(db, appointment)
    seat = db.scalar(
        select(Seat).where(Seat.visit_id == visit.id, Seat.web_session_id == web_session.id)
    )
    if seat is None:
        return first(db, visit, web_session, link, guest=guest)
    if link is not None:
        seat.link_id = link.id  # what it came by before may have been pulled back
    if seat.state is SeatState.LEFT and visit.ended_at is None:
        seat.state = SeatState.GHOST
    return seat


def first(
    db: Session,
    visit: VideoVisit,
    web_session: WebSession,
    link: MagicLink | None,
    *,
    guest: VisitGuest | None = None,
) -> Seat:
    """The ghost's seat of a browser that has none in this visit."""
    seat = Seat(
        clinic_id=visit.clinic_id,
        visit_id=visit.id,
        web_session_id=web_session.id,
        link_id=link.id if link else None,
        guest_id=guest.id if guest else None,
        state=SeatState.GHOST,
        device=web_session.device,
        opened_at=clock.now(),
    )
    seat.visit, seat.web_session = visit, web_session  # written with them, in one go
    db.add(seat)
    db.flush()  # offers and signals point at it
    return seat


def of(db: Session, appointment: Appointment, web_session: WebSession) -> Seat | None:
    """The seat that a browser has in a visit. None also when what it came by was pulled back."""
    return of_named(db, appointment.id, web_session)


def of_named(db: Session, appointment_id: UUID, web_session: WebSession) -> Seat | None:
    """The same by the id of the visit's appointment, which is read along."""
    seat = db.scalar(
        select(Seat)
        .join(VideoVisit, VideoVisit.id == Seat.visit_id)
        .where(
            VideoVisit.appointment_id == appointment_id,
            Seat.web_session_id == web_session.id,
        )
        .options(
            contains_eager(Seat.visit).joinedload(VideoVisit.appointment), joinedload(Seat.link)
        )
    )
    return None if seat is None or is_pulled_back(db, seat) else seat


def is_pulled_back(db: Session, seat: Seat) -> bool:
    """Whether the link that a seat was taken by opens nothing any more.

    Whoever was let in stays: a clinician has looked at their face.
    """
    if seat.link_id is None or seat.state is SeatState.ADMITTED:
        return False
    link = db.get(MagicLink, seat.link_id)
    return not is_open(seat.state, seat.link_id, link.state if link else None)


def is_open(state: SeatState, link_id: UUID | None, link_state: LinkState | None) -> bool:
    """The same of what was read beside other things: whether a seat is still to be sat in."""
    if link_id is None or state is SeatState.ADMITTED:
        return True
    return link_state is not None and link_state is not LinkState.REVOKED


def send_away(db: Session, appointment_id: UUID) -> None:
    """Whoever waits in a visit by a link that was pulled back waits there no longer."""
    visit = db.scalar(select(VideoVisit).where(VideoVisit.appointment_id == appointment_id))
    for seat in live_seats(db, visit.id) if visit is not None else ():
        if is_pulled_back(db, seat):
            leave(db, seat)


def refuse_beside(db: Session, seat: Seat | None) -> None:
    """Refuses (SomebodyIsIn) a link's browser while another one of theirs was let in.

    Until then anybody who holds the link may say something for the patient; now a face was seen.
    """
    if seat is None or seat.link_id is None or seat.state is SeatState.ADMITTED:
        return
    inside = select(Seat).where(*_others(seat), Seat.state == SeatState.ADMITTED)
    if any(other.is_present for other in db.scalars(inside)):
        raise SomebodyIsIn(_("This talk is going on, on another device."))


def claim(db: Session, seat: Seat) -> Seat:
    """A person is there: staff see the seat from now on. Claiming again changes nothing.

    The first seat that somebody claims in a visit is their own; any later one of theirs is marked
    as a second device. Refuses (VisitOver) once the visit has ended, and a driver until they have
    stopped.
    """
    visit = visits.lock(db, seat.visit_id)
    db.refresh(seat)
    if visit.ended_at is not None:
        raise VisitOver(_("This visit has ended."))
    if seat.is_patients and visit.whereabouts is Whereabouts.DRIVING:
        raise VisitOver(_("Please stop somewhere safe first."))
    if seat.state.is_live:
        return seat
    if seat.claimed_at is None:
        seat.second_device = _somebody_claimed(db, seat)
    seat.state, seat.claimed_at = SeatState.CLAIMED, clock.now()
    seat.gone_at, seat.seen_at = None, clock.machine_now()
    if seat.link_id and (link := db.get(MagicLink, seat.link_id)):
        magic_links.advance(link, LinkState.CLAIMED)
    if seat.is_patients:
        visit_texts.is_there(db, visit.appointment)
    trail.record(db, "claim-seat", agent=None, entity=seat)
    _tell(db, visit)
    return seat


def admit(db: Session, seat: Seat, *, by: Practitioner) -> None:
    """Let a seat through. Every other device of theirs is sent away: one person, one seat.

    Refuses (VisitOver) when the visit has ended or nobody sits there any more.
    """
    visit = visits.lock(db, seat.visit_id)
    db.refresh(seat)
    if visit.ended_at is not None or not seat.state.is_live:
        raise VisitOver(_("Nobody waits there any more."))
    if seat.state is SeatState.ADMITTED:
        return
    seat.state, seat.admitted_at = SeatState.ADMITTED, clock.now()
    others = select(Seat.id).where(*_others(seat))
    db.execute(delete(Offer).where(Offer.taken_by_id.in_(others)))
    db.execute(
        update(Seat)
        .where(*_others(seat), Seat.state.in_((SeatState.CLAIMED, SeatState.ADMITTED)))
        .values(state=SeatState.LEFT, connected=False, peer="")
    )
    trail.record(db, "admit", agent=by, entity=seat)
    if seat.is_patients:
        asking.take_back(db, visit.appointment)  # whatever they asked for before, now they talk
        if seat.connected:  # the face was seen already, so picture and sound flow from now on
            visits.start(db, visit, by=by)
    together.look(db, visit)
    _tell(db, visit)


def leave(db: Session, seat: Seat) -> None:
    """Somebody ended the talk for themselves. Coming back needs a new admission."""
    if not seat.state.is_live:
        return
    seat.state, seat.connected, seat.peer = SeatState.LEFT, False, ""
    db.execute(delete(Offer).where(Offer.taken_by_id == seat.id))
    if seat.is_patients:
        visit_texts.is_there(db, seat.visit.appointment)
    together.look(db, seat.visit)
    trail.record(db, "leave-seat", agent=None, entity=seat)
    _tell(db, seat.visit)


def step_back(db: Session, seat: Seat) -> None:
    """Back to being nobody here yet: a driver must stop before anything connects."""
    if not seat.state.is_live:
        return
    seat.state, seat.connected, seat.peer = SeatState.GHOST, False, ""
    db.execute(delete(Offer).where(Offer.taken_by_id == seat.id))
    _tell(db, seat.visit)


def live_seats(db: Session, visit_id: UUID) -> list[Seat]:
    """Every claimed or admitted seat; those off the line never stand before those on it."""
    found: Sequence[Seat] = db.scalars(
        select(Seat)
        .where(
            Seat.visit_id == visit_id,
            Seat.state.in_((SeatState.CLAIMED, SeatState.ADMITTED)),
        )
        .order_by(Seat.claimed_at)
    ).all()
    return sorted(found, key=lambda seat: (seat.is_reconnecting, seat.second_device))


def _somebody_claimed(db: Session, seat: Seat) -> bool:
    other = select(Seat.id).where(*_others(seat), Seat.claimed_at.is_not(None))
    return db.scalar(other.limit(1)) is not None


def _others(seat: Seat) -> tuple[ColumnElement[bool], ...]:
    """The other seats of the same person in the same visit."""
    theirs = Seat.guest_id == seat.guest_id if seat.guest_id else Seat.guest_id.is_(None)
    return (Seat.visit_id == seat.visit_id, Seat.id != seat.id, theirs)


def _tell(db: Session, visit: VideoVisit) -> None:
    live.publish(db, visit.topic)
    live.publish(db, f"desk:{visit.clinic_id}")
