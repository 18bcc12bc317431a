"""A link that reached the wrong phone, or none: pulled back, and a fresh one in its place."""

from sqlalchemy.orm import Session

from app.db.base import Model
from app.links import magic_links
from app.scheduling import moving, rules, visit_texts
from app.scheduling.models import Appointment


def send(db: Session, visit: Appointment, *, by: Model | None) -> None:
    """Every link of the visit opens nothing from now on; a fresh one is texted when it is due.

    That is at once when the visit's text has left already. Refuses (AlreadyOver) what is over.
    """
    rules.refuse_over(visit)
    magic_links.pull_back(db, visit.id)
    visit.version += 1  # what was texted before does not count as this one
    moving.note(db, visit, "fresh-link", by=by)
    visit_texts.renew_link(db, visit)
