"""What the demo remembers."""

from sqlalchemy.orm import Mapped

from app.db.base import Model


class DemoClock(Model):
    """How many seconds domain time runs before machine time. One row."""

    __tablename__ = "demo_clock"

    ahead_seconds: Mapped[int]
