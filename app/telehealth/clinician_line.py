"""The clinician's page on the line: everybody who waits, the offers for them, and their signals."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.access import devices
from app.people import phones
from app.people.models import Practitioner
from app.settings import Settings
from app.telehealth import (
    line,
    mesh,
    offers,
    presence,
    provider,
    seats,
    signals,
    visits,
    whereabouts,
)
from app.telehealth.line import LineOver, Message
from app.telehealth.models import Seat, Side, VideoVisit


@dataclass
class ClinicianLine:
    """One page of staff. The page that said hello last holds the visit; the one before is told."""

    visit_id: UUID
    practitioner_id: UUID
    settings: Settings
    page: str = ""
    since: int = 0
    chores: bool = False
    topic: str = field(init=False)
    seat_id: None = field(init=False, default=None)
    _told: Message | None = None

    def __post_init__(self) -> None:
        self.topic = f"visit:{self.visit_id}"

    def hello(self, db: Session, message: Message) -> list[Message]:
        """Hold the visit from this page and say who waits."""
        visit = visits.lock(db, self.visit_id)
        self.page = line.name_in(message, "page")
        since = line.since_in(message)
        if since is not None and visit.page not in (self.page, ""):
            raise LineOver(line.ANOTHER_PAGE)  # while its line was lost, another page took over
        self.since = visit.signals if since is None else since
        presence.hold(db, visit, self.page, by=self._practitioner(db))
        self._told = _room(db, visit)
        welcome = {
            "type": "welcome",
            "since": self.since,
            "room": self._told,
            "ice": self._servers(visit),
        }
        return [welcome, *self._signals(db)]

    def hear(self, db: Session, message: Message) -> list[Message]:
        """Ping, offer, signal, state, again, ice, admit, end."""
        visit = self._mine(db)
        match message.get("type"):
            case "ping":
                presence.keep_holding(visit, self.page)
                return [{"type": "pong"}]
            case "offer":
                self._put(db, visit, message)
            case "signal":
                return self._pass_on(db, visit, message)
            case "state":
                self._report(db, visit, message)
            case "again":
                offers.drop(db, visit, seat=self._seat(db, message))
            case "ice":
                return [{"type": "ice", "servers": self._servers(visit)}]
            case "admit":
                seats.admit(db, self._seat(db, message), by=self._practitioner(db))
            case "end":
                visits.end(db, visit, by=self._practitioner(db))
            case "bye":
                presence.let_go(db, visit, self.page)
        return []

    def news(self, db: Session) -> list[Message]:
        """The room when it changed, and signals."""
        visit = self._mine(db)
        found: list[Message] = []
        if (room := _room(db, visit)) != self._told:
            self._told = room
            found.append({"type": "room", "room": room})
        return [*found, *self._signals(db)]

    def do_chores(self, db: Session) -> list[Message]:  # noqa: ARG002
        """Nothing: offers are made by the page."""
        return []

    def close(self, db: Session) -> None:
        """Say that nobody holds the visit, unless another page does."""
        visit = db.get(VideoVisit, self.visit_id)
        if visit is not None and self.page:
            presence.let_go(db, visit, self.page)

    def _mine(self, db: Session) -> VideoVisit:
        visit = db.scalar(
            select(VideoVisit)
            .where(VideoVisit.id == self.visit_id)
            .options(joinedload(VideoVisit.appointment))
        )
        if visit is None:
            raise LineOver(line.NO_VISIT)
        if visit.page != self.page:
            raise LineOver(line.ANOTHER_PAGE)
        return visit

    def _practitioner(self, db: Session) -> Practitioner:
        return db.get_one(Practitioner, self.practitioner_id)

    def _seat(self, db: Session, message: Message) -> Seat:
        seat_id = line.id_in(message, "seat")
        seat = db.get(Seat, seat_id) if seat_id else None
        if seat is None or seat.visit_id != self.visit_id:
            raise LineOver(line.MALFORMED)
        return seat

    def _put(self, db: Session, visit: VideoVisit, message: Message) -> None:
        if visit.ended_at is not None:
            return
        sdp = line.text_in(message, "sdp", offers.LARGEST_SDP)
        offers.put(db, visit, peer=line.name_in(message, "peer"), sdp=sdp)

    def _pass_on(self, db: Session, visit: VideoVisit, message: Message) -> list[Message]:
        signal = line.signal_in(message | {"page": self.page})
        signals.send(db, visit, self._seat(db, message), towards=Side.PATIENT, **signal)
        return [{"type": "ack", "n": signal["count"]}]

    def _report(self, db: Session, visit: VideoVisit, message: Message) -> None:
        seat = self._seat(db, message)
        connected = message.get("pc") == "connected"
        presence.report(db, visit, seat, connected=connected, by=self._practitioner(db))

    def _signals(self, db: Session) -> list[Message]:
        found = signals.after(db, self.visit_id, self.since, towards=Side.CLINICIAN)
        if found:
            self.since = found[-1].number
        return [
            {
                "type": "signal",
                "number": signal.number,
                "seat": str(signal.seat_id),
                "peer": signal.peer,
                **signal.content,
            }
            for signal in found
        ]

    def _servers(self, visit: VideoVisit) -> line.Servers:
        return provider.named(visit.provider).servers(self.settings, str(visit.id))


def _room(db: Session, visit: VideoVisit) -> Message:
    known = whereabouts.facts(visit)
    found = seats.live_seats(db, visit.id)
    return {
        "ended": visit.ended_at is not None,
        "startedAt": visit.started_at.isoformat() if visit.started_at else None,
        "whereabouts": known.kind.value if known.kind else "",
        "place": known.place,
        "callback": known.callback and phones.spoken(known.callback),
        "onFile": known.is_on_file,
        "saidElsewhere": whereabouts.was_said_elsewhere(visit, found),
        "seats": _seats(db, visit, found),
    }


def _seats(db: Session, visit: VideoVisit, found: list[Seat]) -> list[Message]:
    names = mesh.names_of(db, visit, found)
    return [{**_seat(seat), "name": names[seat.id]} for seat in found]


def _seat(seat: Seat) -> Message:
    return {
        "id": str(seat.id),
        "state": seat.state.value,
        "guest": not seat.is_patients,
        "second": seat.second_device,
        "device": devices.spoken(seat.device),
        "reconnecting": seat.is_reconnecting,
        "peer": seat.peer,
    }
