"""Real implementations that stay in the house."""

from app.messaging.gateway import Accepted, Answer, Outgoing


class RecordingGateway:
    """Takes every text and keeps it. `answers` says otherwise for the next ones, in order."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answers: list[Answer] = []

    def send(self, outgoing: Outgoing) -> Answer:
        self.sent.append(outgoing)
        if self.answers:
            return self.answers.pop(0)
        return Accepted(sid=f"SM{len(self.sent):032d}")
