"""Where the patient is during the visit, and on which number they are reached when the line drops.

Asked at every join, never blocking: the clinician must be licensed where the patient is, and help
can only be sent to a known place. What is said flows in; no page of the patient shows it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock, live
from app.audit import trail
from app.i18n import gettext as _
from app.people import phones
from app.refusal import Refusal
from app.telehealth import seats
from app.telehealth.models import Seat, VideoVisit, Whereabouts


class NoPlace(Refusal):
    pass


@dataclass(frozen=True)
class Facts:
    """What staff read before any picture flows."""

    kind: Whereabouts | None
    place: str  # "" while unknown
    callback: str
    on_file: str  # the number that was there before anybody said one
    emergency_name: str
    emergency_phone: str

    @property
    def is_on_file(self) -> bool:
        """Whether the number to call is the one that the clinic has."""
        return self.callback == self.on_file


def say(db: Session, seat: Seat, kind: Whereabouts, *, place: str = "", callback: str = "") -> None:
    """Keep what the patient said, for this visit only, and show it to the clinician.

    A driver is not connected: their seat steps back until they say that they stopped. Refuses
    (NoPlace) somewhere else without a place, (NotAPhoneNumber) a number nobody could call.
    """
    visit = seat.visit
    if kind is Whereabouts.ELSEWHERE and not place:
        raise NoPlace(_("Write where you are: a street or a place, and the state."), field="place")
    number = phones.normal(callback, visit.appointment.clinic.country) if callback else ""
    visit.whereabouts, visit.whereabouts_at = kind, clock.now()
    visit.said_by_id = seat.id
    visit.place = place if kind is Whereabouts.ELSEWHERE else ""
    if number:
        visit.callback = number
    if kind is Whereabouts.DRIVING:
        seats.step_back(db, seat)
    trail.record(db, "say-whereabouts", agent=None, entity=seat, detail=kind.value)
    live.publish(db, visit.topic)


def stopped(db: Session, visit: VideoVisit) -> None:
    """The patient is not driving any more: the visit may connect."""
    if visit.whereabouts is Whereabouts.DRIVING:
        visit.whereabouts = None
        live.publish(db, visit.topic)


def facts(visit: VideoVisit) -> Facts:
    """What is known, the address and number on file standing in for what was not said anew."""
    patient = visit.appointment.patient
    at_home = visit.whereabouts is Whereabouts.HOME
    return Facts(
        kind=visit.whereabouts,
        place=patient.home_address if at_home else visit.place,
        callback=visit.callback or patient.phone,
        on_file=patient.phone,
        emergency_name=patient.emergency_name,
        emergency_phone=patient.emergency_phone,
    )


def was_said_elsewhere(visit: VideoVisit, here: Iterable[Seat]) -> bool:
    """Whether a patient's device among these did not say what is known of place and number.

    Until somebody is let in, whoever holds the link may say it.
    """
    theirs = [seat.id for seat in here if seat.is_patients]
    return visit.said_by_id is not None and any(seat != visit.said_by_id for seat in theirs)


def number_ending(visit: VideoVisit) -> str:
    """The last two digits of the number to call when the line drops; "" without one."""
    return (visit.callback or visit.appointment.patient.phone)[-2:]
