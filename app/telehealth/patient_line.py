"""The patient's page on the line: one seat, its state, its offers and its signals."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session, joinedload

from app.settings import Settings
from app.telehealth import line, mesh, offers, presence, provider, seats, signals, timings
from app.telehealth.line import LineOver, Message
from app.telehealth.models import Seat, SeatState, Side, VideoVisit


@dataclass
class PatientLine:
    """One page of a patient. Ghosts may listen, but get no connection and reach nobody."""

    seat_id: UUID
    visit_id: UUID
    settings: Settings
    page: str = ""
    since: int = 0
    chores: bool = False
    topic: str = field(init=False)
    _told: Message | None = None

    def __post_init__(self) -> None:
        self.topic = f"visit:{self.visit_id}"

    def hello(self, db: Session, message: Message) -> list[Message]:
        """Take the seat for this page and say where the visit stands."""
        seat = self._seat(db)
        self.page = line.name_in(message, "page")
        since = line.since_in(message)
        if since is not None and seat.page not in (self.page, ""):
            raise LineOver(line.ANOTHER_PAGE)  # while its line was lost, another page sat down
        self.since = seat.visit.signals if since is None else since
        presence.arrive(db, seat, self.page)
        self._told = _you(db, seat)
        self.chores = _has_chores(db, seat)
        welcome = {"type": "welcome", "since": self.since, "you": self._told}
        return [welcome, *self._signals(db, seat)]

    def hear(self, db: Session, message: Message) -> list[Message]:
        """Ping, signal, state, again, ice, left, marks."""
        seat = self._mine(db)
        match message.get("type"):
            case "ping":
                presence.stay(db, seat)
                return [{"type": "pong"}]
            case "signal":
                return self._pass_on(db, seat, message)
            case "state":
                presence.report(
                    db, seat.visit, seat, connected=message.get("pc") == "connected", by=None
                )
            case "again":
                offers.drop(db, seat.visit, seat=seat)
            case "ice" if seat.state.is_live:
                return [{"type": "ice", "servers": self._servers(seat)}]
            case "left":
                seats.leave(db, seat)
            case "marks":
                timings.note(db, seat, message)
            case "bye":
                presence.go(db, seat, self.page)
        return []

    def news(self, db: Session) -> list[Message]:
        """The seat's state when it changed, and signals for it."""
        seat = self._mine(db)
        found = self._signals(db, seat)
        if (you := _you(db, seat)) != self._told:
            self._told = you
            found.insert(0, {"type": "you", "you": you})
        self.chores = _has_chores(db, seat)
        return found

    def do_chores(self, db: Session) -> list[Message]:
        """Take an offer that has become free."""
        seat = self._mine(db)
        if seat.peer or not (taken := offers.take(db, seat)):
            return []
        return [{"type": "offer", "peer": taken.peer, "sdp": taken.sdp, "ice": self._servers(seat)}]

    def close(self, db: Session) -> None:
        """Keep the place; say that the page is gone."""
        seat = db.get(Seat, self.seat_id)
        if seat is not None and self.page:
            presence.go(db, seat, self.page)

    def _seat(self, db: Session) -> Seat:
        # Read in this transaction already, it is not read again.
        with_visit = joinedload(Seat.visit).joinedload(VideoVisit.appointment)
        seat = db.get(Seat, self.seat_id, options=[with_visit])
        if seat is None:
            raise LineOver(line.NO_VISIT)
        return seat

    def _mine(self, db: Session) -> Seat:
        seat = self._seat(db)
        if seat.page != self.page:
            raise LineOver(line.ANOTHER_PAGE)
        return seat

    def _pass_on(self, db: Session, seat: Seat, message: Message) -> list[Message]:
        return [{"type": "ack", "n": pass_on(db, seat, message | {"page": self.page})}]

    def _signals(self, db: Session, seat: Seat) -> list[Message]:
        if not seat.state.is_live:
            return []
        found = signals.after(
            db, self.visit_id, self.since, towards=Side.PATIENT, seat_id=self.seat_id
        )
        if found:
            self.since = found[-1].number
        return [
            {
                "type": "signal",
                "number": signal.number,
                "peer": signal.peer,
                "from": str(signal.from_seat_id) if signal.from_seat_id else None,
                **signal.content,
            }
            for signal in found
        ]

    def _servers(self, seat: Seat) -> line.Servers:
        return provider.named(seat.visit.provider).servers(self.settings, str(seat.id))


def pass_on(db: Session, seat: Seat, message: Message) -> int:
    """Keep a signal of a seat's page: to the clinician, or `to` another seat. → its count."""
    signal = line.signal_in(message)
    if message.get("to") is None:
        signals.send(db, seat.visit, seat, towards=Side.CLINICIAN, **signal)
    else:
        mesh.pass_on(db, seat, line.id_in(message, "to"), **signal)
    return int(signal["count"])


def _you(db: Session, seat: Seat) -> Message:
    visit = seat.visit
    state = seat.state
    return {
        "state": "ended" if visit.ended_at else state.value,
        "clinician": "here" if visit.host_is_here else "away",
        "mine": state is not SeatState.LEFT,
        "status": visit.appointment.status.value,
        "starts": visit.appointment.starts_at.isoformat(),
        "beside": mesh.beside(db, seat),
    }


def _has_chores(db: Session, seat: Seat) -> bool:
    return seat.state.is_live and not seat.peer and offers.waits(db, seat.visit_id)
