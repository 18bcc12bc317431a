"""The demo's way out to phones: none. Every text arrives at once, on the stage's phone alone."""

from datetime import datetime

from app.messaging.gateway import Accepted, Outgoing, Received, Report


class DemoGateway:
    """Takes every text and delivers it to nobody.

    Twilio's answers to its own opt-out words are played by the stage.
    """

    name = "demo"
    segments_per_second: float | None = None

    def send(self, outgoing: Outgoing) -> Accepted:
        """Taken and delivered."""
        return Accepted(sid=f"demo-{outgoing.message_id}", delivered=True)

    def find(self, to: str, body: str, since: datetime) -> list[str]:  # noqa: ARG002
        """None: whatever was taken said so at once."""
        return []

    def fetch(self, sid: str) -> Report:
        """Delivered, like all of them."""
        return Report(sid, "delivered", "")

    def received_since(self, since: datetime) -> list[Received]:  # noqa: ARG002
        """None: the stage hands its texts in itself."""
        return []
