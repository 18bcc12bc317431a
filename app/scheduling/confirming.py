"""A patient has said that they will come."""

from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.scheduling import asking, calendars, moving, rules, visit_texts
from app.scheduling.models import Appointment


def confirm(db: Session, appointment: Appointment, *, by: Model | None) -> None:
    """Note it, and when they last said so. Refuses (AlreadyOver, TimeHasPassed) what is over.

    Of a visit, what was withheld while they looked for other times is queued again, and its link
    may reach them at any hour.
    """
    calendars.hold_appointment(db, appointment)
    rules.refuse_over(appointment)
    rules.refuse_past(appointment.ends_at)
    is_news = appointment.confirmed_at is None
    appointment.confirmed_at = clock.now()
    if appointment.service.is_visit:
        if asking.take_back(db, appointment):
            visit_texts.keep(db, appointment)
        visit_texts.accept(db, appointment)
    if is_news:
        moving.note(db, appointment, "confirm", by=by)
