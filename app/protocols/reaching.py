"""A patient takes texts or no more, or has another number: visits and what is asked follow.

Also the quiet minutes after a session.
"""

from sqlalchemy.orm import Session

from app.intake import taking_along
from app.journal import planning
from app.people.models import Patient, Practitioner
from app.scheduling import agreeing, new_number


def follow_texts(db: Session, patient: Patient) -> None:
    """They agreed to texts, or took that back."""
    agreeing.follow(db, patient)
    taking_along.follow_texts(db, patient)
    planning.follow_texts(db, patient)


def follow_clock(db: Session, patient: Patient) -> None:
    """They live by another clock, or read another language: what is still to come follows."""
    planning.follow_texts(db, patient)


def follow_number(db: Session, patient: Patient, *, by: Practitioner) -> None:
    """They have another number: nothing that was sent to the old one opens anything."""
    new_number.follow(db, patient, by=by)
    taking_along.follow_number(db, patient)
    planning.follow_number(db, patient)
