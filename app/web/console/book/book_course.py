"""Booking a whole course: each of its sessions with a box to tick, then all of them at once."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.i18n import gettext as _
from app.outcomes import courses
from app.people.models import Practitioner
from app.protocols import next_session, whole_courses
from app.protocols.whole_courses import Proposed
from app.refusal import Refusal
from app.scheduling import already_there, locations
from app.scheduling.models import Appointment, Service
from app.web.console.book.booking_form import Wanted
from app.web.forms import local_moment

_MOST = 24  # sessions that one course may have


class NoneChosen(Refusal):
    pass


def proposed(db: Session, wanted: Wanted) -> Sequence[Proposed]:
    """The course's sessions from the wanted one on.

    None for a protocol of a single session, and for whoever is in the middle of a course: theirs
    are booked one by one.
    """
    protocol, patient = wanted.follows.protocol, wanted.patient
    if protocol is None or protocol.plan.course.sessions == 1:
        return ()
    ahead = courses.standing(db, patient).ahead
    if any(each.protocol_id == protocol.id for each in ahead) or next_session.suggest(db, patient):
        return ()
    return whole_courses.propose(
        db, wanted.patient, protocol, wanted.starts_at, wanted.ends_at, wanted.practitioner
    )


def book(db: Session, wanted: Wanted, form: FormData, by: Practitioner) -> Appointment:
    """Book those that are ticked, all or none; gives the first.

    Refuses (NoneChosen) an empty choice, and what `whole_courses.book` refuses.
    """
    protocol, zone = wanted.follows.protocol, wanted.patient.clinic.zone
    ticked = form.getlist("session")[:_MOST]
    starts = sorted(
        local_moment(FormData({"starts_at": each}), "starts_at", zone) for each in ticked
    )
    if protocol is None or not starts:
        raise NoneChosen(_("Choose at least one session."), field="starts_at")
    length = wanted.ends_at - wanted.starts_at
    booked = whole_courses.book(
        db,
        patient=wanted.patient,
        protocol=protocol,
        starts=starts,
        length=length,
        practitioner=wanted.practitioner,
        route=wanted.follows.route,
        by=by,
    )
    if wanted.location is not None:
        for each in booked:
            locations.give(db, each.appointment, wanted.location)
    if booked:
        return booked[0].appointment
    first, last = starts[0], starts[0] + length
    there = already_there.find(db, wanted.patient, Service.INFUSION, first, last)
    assert there is not None, "all of them were there already"
    return there
