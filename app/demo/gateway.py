"""The demo's way out to phones: none. Every text arrives at once, on the stage's phone alone."""

from datetime import datetime

from app.messaging.gateway import Accepted, Declined, Outgoing, Received, Report

# A number that is nobody's, so that one sees what a clinic sees then, and what a gateway calls it.
NOBODYS_NUMBER = "+19145550199"
_NO_SUCH_PHONE = "30005"


class DemoGateway:
    """Takes every text and delivers it on the stage alone.

    Twilio's answers to its own opt-out words are played by the stage.
    """

    name = "demo"
    segments_per_second: float | None = None

    def send(self, outgoing: Outgoing) -> Accepted | Declined:
        """Taken and delivered, but to the number that is nobody's."""
        if outgoing.to == NOBODYS_NUMBER:
            return Declined(_NO_SUCH_PHONE)
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
