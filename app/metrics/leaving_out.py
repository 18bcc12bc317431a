"""What staff leave out of the figures: never without a reason, and never without being counted."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.metrics.models import LeftOut, WhyLeftOut
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling.models import Appointment, Service


class NotLeftOut(Refusal):
    pass


def of(db: Session, infusion: Appointment) -> LeftOut | None:
    """Why an infusion is left out, if staff said so of it or of its patient."""
    return db.scalar(
        select(LeftOut)
        .where(
            LeftOut.patient_id == infusion.patient_id,
            (LeftOut.appointment_id == infusion.id) | (LeftOut.why == WhyLeftOut.STAFF_TEST),
        )
        .order_by(LeftOut.id)
        .limit(1)
    )


def leave_out(db: Session, infusion: Appointment, why: WhyLeftOut, *, by: Practitioner) -> None:
    """Leave an infusion out; as a staff test, everything of that person.

    Refuses (NotLeftOut) anything but an infusion. Said again it is the newest reason.
    """
    if infusion.service is not Service.INFUSION:
        raise NotLeftOut(_("Only a session can be left out."))
    take_in(db, infusion, by=by)
    is_test = why is WhyLeftOut.STAFF_TEST
    db.add(
        LeftOut(
            clinic_id=infusion.clinic_id,
            patient_id=infusion.patient_id,
            appointment_id=None if is_test else infusion.id,
            why=why,
            said_by_id=by.id,
            said_at=clock.now(),
        )
    )
    trail.record(db, "leave-out", agent=by, entity=infusion, detail=why.value)


def take_in(db: Session, infusion: Appointment, *, by: Practitioner) -> None:
    """It counts again."""
    found = of(db, infusion)
    if found is None:
        return
    db.execute(
        delete(LeftOut).where(
            LeftOut.patient_id == infusion.patient_id,
            (LeftOut.appointment_id == infusion.id) | (LeftOut.why == WhyLeftOut.STAFF_TEST),
        )
    )
    trail.record(db, "take-in", agent=by, entity=infusion)
