"""The demo's way out to phones: none. Every text arrives at once, on the stage's phone alone."""

from app.messaging.gateway import Accepted, Outgoing


class DemoGateway:
    """Takes every text and delivers it to nobody.

    Twilio's answers to its own opt-out words are played by the stage.
    """

    def send(self, outgoing: Outgoing) -> Accepted:
        """Taken and delivered."""
        return Accepted(sid=f"demo-{outgoing.message_id}", delivered=True)
