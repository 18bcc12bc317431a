"""By which numbers and services the clinics' texts leave."""

from collections.abc import Iterator

from sqlalchemy import select

from app.cli.checks.finding import Finding, fail, ok
from app.cli.opening import database
from app.messaging import senders
from app.messaging.models import Sender
from app.people.models import Clinic
from app.settings import Settings


def clinics(settings: Settings) -> Iterator[Finding]:
    """Which clinics have a sender of their own, and whether it is theirs alone."""
    with database(settings).session(write=False) as db:
        owned = (
            select(Clinic.slug, Sender.name)
            .join(Sender, Sender.clinic_id == Clinic.id)
            .where(Sender.left_at.is_(None))
            .order_by(Clinic.slug)
        )
        named = db.execute(owned).all()
        mixed = senders.in_two_hands(db)
    for slug, name in named:
        yield ok("senders", f"{slug} texts by {name}")
    for name in mixed:
        words = "is one clinic's own number and in the pool of another service: take it out there"
        yield fail("senders", f"{name} {words}")


CHECKS = (clinics,)
