"""Whether a session counts in the numbers, shown to those who may say so."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.metrics import leaving_out
from app.metrics.models import LeftOut, WhyLeftOut
from app.scheduling.models import Appointment, Service
from app.web.console.numbers import numbers_words
from app.web.console.roles import may


@dataclass(frozen=True)
class Counts:
    """Why it is left out, if it is, and the reasons there are."""

    row: LeftOut | None
    reasons: list[tuple[str, str]]


def counts_of(request: Request, db: Session, appointment: Appointment) -> Counts | None:
    """None for a visit, and for whoever may not say."""
    if appointment.service is not Service.INFUSION or not may(request, "leave-out"):
        return None
    reasons = [(each.value, numbers_words.left_out(each)) for each in WhyLeftOut]
    return Counts(leaving_out.of(db, appointment), reasons)
