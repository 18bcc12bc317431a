"""Staff text a patient times to choose from: nobody has to find one with them on the phone."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock, i18n
from app.i18n import gettext as _
from app.messaging import answers, outbox, quiet_hours
from app.messaging.models import Message, Purpose
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import asking, calendars, moving, offered, rules
from app.scheduling.models import Appointment

# Two people at the desk, or one who presses twice, offer once.
_ONCE_WITHIN = timedelta(minutes=10)


class NothingFree(Refusal):
    pass


class TakesNoTexts(Refusal):
    pass


def offer(db: Session, visit: Appointment, *, by: Practitioner) -> Message | None:
    """Text the patient a link of the visit that opens on times to choose from.

    It leaves at once, in their quiet hours as soon as these end; until they pick one the visit
    keeps its place. None when it was offered just now. Refuses (AlreadyOver) a visit that took
    place or was called off, (TakesNoTexts) somebody who is not to be texted, and (NothingFree).
    """
    calendars.hold_appointment(db, visit)
    rules.refuse_over(visit)
    now, patient = clock.now(), visit.patient
    if visit.offered_at is not None and now < visit.offered_at + _ONCE_WITHIN:
        return None
    name = {"name": patient.given_name}
    if not outbox.may_text(patient, Purpose.WRITTEN):
        raise TakesNoTexts(_("%(name)s takes no texts. Please phone.") % name)
    if not offered.offer(db, visit, now).slots:
        raise NothingFree(_("Nothing is free in the next days. Please phone %(name)s.") % name)
    outbox.withdraw(db, visit.id, Purpose.ANSWER)  # an earlier way to the same times
    with i18n.using(patient.language):
        body = answers.times_to_choose(visit.clinic)
    message = outbox.enqueue(
        db,
        Purpose.WRITTEN,
        body,
        patient=patient,
        due_at=quiet_hours.next_awake(now, patient.zone),
        appointment_id=visit.id,
        link=asking.link_to_times(db, visit),
        visit_at=visit.starts_at,
        written_by=by,
    )
    if message is not None:
        visit.offered_at = message.due_at
        moving.note(db, visit, "offer-times", by=by)
    return message
