"""What the link of a text leads to, read in one question: at ten o'clock everybody taps at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
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


# Made once: at ten o'clock everybody taps.
_FOUND = (
    select(MagicLink, Appointment, VideoVisit, aftercare.last_end(MagicLink.__table__.c.patient_id))
    .outerjoin(Appointment, Appointment.id == MagicLink.appointment_id)
    .outerjoin(VideoVisit, VideoVisit.appointment_id == Appointment.id)
    .where(MagicLink.token_hash == bindparam("hash"))
    .options(
        joinedload(MagicLink.patient).joinedload(Patient.clinic),
        joinedload(Appointment.practitioner),
    )
)


def find(db: Session, token: object) -> Tap | None:
    """What a token leads to. None for anything that is no token of ours."""
    asked = {"hash": magic_links.hash_of(token), **aftercare.lately()}
    row = db.execute(_FOUND, asked).first()
    if row is None:
        return None
    link, appointment, visit, ended_at = row
    return Tap(link, appointment, visit, aftercare.gentle_after(ended_at))
