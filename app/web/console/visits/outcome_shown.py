"""What a visit came to, in words, and the form that asks for it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request

from app import wall_time
from app.i18n import gettext as _
from app.people.models import Role
from app.scheduling.models import Appointment
from app.telehealth import outcomes
from app.telehealth.models import VisitOutcome, VisitResult, WhyNotHeld


@dataclass(frozen=True)
class Asked:
    """The form: what may be chosen, what stands there, and what was said before."""

    row: VisitOutcome | None
    values: dict[str, str]
    may_note: bool
    results: list[tuple[str, str]]
    reasons: list[tuple[str, str]]
    said: str

    @property
    def note(self) -> str:
        """The line, for those who may read it."""
        return self.row.note if self.row and self.may_note else ""


def asked_of(request: Request, db: Session, appointment: Appointment) -> Asked | None:
    """None while there is nothing to say: a visit ahead, one called off, or an infusion."""
    if not outcomes.may_be_said(appointment):
        return None
    row = outcomes.of(db, appointment)
    may_note = request.state.practitioner.role is not Role.COORDINATOR
    began_at = row.began_at if row else None
    zone = request.state.clinic.zone
    return Asked(
        row=row,
        values={
            "result": row.result.value if row and row.result else "",
            "reason": row.reason.value if row and row.reason else "",
            "began_at": wall_time.wall(began_at, zone).isoformat(timespec="minutes")
            if began_at
            else "",
            "note": row.note if row and may_note else "",
        },
        may_note=may_note,
        results=[(each.value, result_words(each)) for each in VisitResult],
        reasons=[(each.value, reason_words(each)) for each in WhyNotHeld],
        said=said_of(row) if row else "",
    )


def said_of(row: VisitOutcome) -> str:
    """`Not held: the patient did not come`, or nothing."""
    if row.result is None:
        return ""
    if row.reason is None:
        return result_words(row.result)
    return f"{result_words(row.result)}: {reason_words(row.reason)}"


def result_words(value: VisitResult) -> str:
    """`Part by phone`."""
    return {
        VisitResult.HELD: _("Held"),
        VisitResult.PART_BY_PHONE: _("Held, part of it by phone"),
        VisitResult.BY_PHONE: _("Held by phone"),
        VisitResult.NOT_HELD: _("Not held"),
    }[value]


def reason_words(value: WhyNotHeld) -> str:
    """Why a visit was not held."""
    return {
        WhyNotHeld.DID_NOT_COME: _("the patient did not come"),
        WhyNotHeld.NOT_READY: _("not ready that day"),
        WhyNotHeld.LINE: _("picture and sound did not come"),
        WhyNotHeld.CLINICIAN: _("nobody of the clinic could be there"),
        WhyNotHeld.OTHER: _("something else"),
    }[value]
