"""Real implementations that stay in the house."""

from datetime import datetime

from app.messaging.gateway import Accepted, Answer, Outgoing, Received, Report, Unreachable


class RecordingGateway:
    """Takes every text and keeps it. `answers` says otherwise for the next ones, in order.

    What it says when asked later: `made` holds (to, body, sid) of texts that `find` finds,
    `reports` what `fetch` tells by sid, `received` what came in. With `unreachable` it says
    nothing at all when asked.
    """

    name = "recording"
    segments_per_second: float | None = None

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answers: list[Answer] = []
        self.made: list[tuple[str, str, str]] = []
        self.reports: dict[str, Report] = {}
        self.received: list[Received] = []
        self.asked: list[str] = []  # "find", "fetch" and "received_since" as they were called
        self.unreachable = False

    def send(self, outgoing: Outgoing) -> Answer:
        self.sent.append(outgoing)
        if self.answers:
            return self.answers.pop(0)
        return Accepted(sid=f"SM{len(self.sent):032d}")

    def find(self, to: str, body: str, since: datetime) -> list[str]:
        self._ask("find")
        return [sid for number, words, sid in self.made if (number, words) == (to, body)]

    def fetch(self, sid: str) -> Report | None:
        self._ask("fetch")
        return self.reports.get(sid)

    def received_since(self, since: datetime) -> list[Received]:
        self._ask("received_since")
        return [text for text in self.received if text.at >= since]

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.unreachable:
            raise Unreachable
