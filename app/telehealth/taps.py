"""What the link of a text leads to, read in one question: at ten o'clock everybody taps at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.links import magic_links
from app.links.models import MagicLink
from app.people.models import Patient
from app.scheduling import aftercare
from app.scheduling.models import Appointment
from app.telehealth.models import VideoVisit


@dataclass(frozen=True)
class Tap:
    """A link in whatever state, and what stands behind it."""

    link: MagicLink
    appointment: Appointment | None  # with its practitioner
    visit: VideoVisit | None  # None too while nobody has opened it
    gentle_until: datetime | None  # for the patient, after a dose


def find(db: Session, token: object) -> Tap | None:
    """What a token leads to. None for anything that is no token of ours."""
    row = db.execute(
        select(MagicLink, Appointment, VideoVisit, aftercare.last_end(MagicLink.patient_id))
        .outerjoin(Appointment, Appointment.id == MagicLink.appointment_id)
        .outerjoin(VideoVisit, VideoVisit.appointment_id == Appointment.id)
        .where(magic_links.named_by(token))
        .options(
            joinedload(MagicLink.patient).joinedload(Patient.clinic),
            joinedload(Appointment.practitioner),
        )
    ).first()
    if row is None:
        return None
    link, appointment, visit, ended_at = row
    return Tap(link, appointment, visit, aftercare.gentle_after(ended_at))
