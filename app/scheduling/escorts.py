"""Who takes a patient home after a session: named by staff, reached by one link, and forgotten.

The link opens the pick-up time and place and nothing of the patient's. It follows a session that
moves, and is dead when the day of the pick-up is over on the clock of the place.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n, live, wall_time
from app.audit import trail
from app.i18n import gettext as _
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import outbox
from app.people import phones
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import locations
from app.scheduling.models import Appointment, AppointmentStatus, Escort, Service

LONGEST_NAME = 60
_LATEST = timedelta(hours=12)  # after the planned end
_STAYS = timedelta(hours=1)  # a pick-up just before midnight
_KEPT = timedelta(days=1)  # name and number, once the day is over


class NoEscort(Refusal):
    pass


def name(
    db: Session,
    session: Appointment,
    *,
    name: str,
    phone: str,
    language: str,
    pick_up_at: datetime,
    by: Practitioner,
) -> Escort:
    """Note who comes and when. They are texted on the day: see `escort_texts.follow`.

    Another number gets another link, and the former one opens nothing. The same again changes
    nothing. Refuses (NoEscort) a session that is over, a time that is none, the patient's own
    number, (NotAPhoneNumber) a number nobody could text.
    """
    number = phones.normal(phone, session.clinic.country)
    _refuse(session, number, pick_up_at)
    escort = of(db, session)
    if escort is None or escort.withdrawn_at is not None or escort.phone != number:
        escort = _made_anew(db, escort, session)
    escort.name, escort.phone = " ".join(name.split())[:LONGEST_NAME], number
    escort.language = i18n.known(language) or session.clinic.language
    escort.minutes_after_end = round((pick_up_at - session.ends_at) / timedelta(minutes=1))
    escort.named_by_id = by.id
    trail.record(db, "name-escort", agent=by, entity=escort)
    live.publish(db, f"desk:{session.clinic_id}")
    return escort


def withdraw(db: Session, escort: Escort, *, by: Practitioner | None) -> None:
    """Nobody is to come: the link opens nothing, what waits is not sent. Twice changes nothing."""
    if escort.withdrawn_at is not None:
        return
    escort.withdrawn_at = clock.now()
    _pull_back(db, escort)
    trail.record(db, "withdraw-escort", agent=by, entity=escort)
    live.publish(db, f"desk:{escort.clinic_id}")


def of(db: Session, session: Appointment) -> Escort | None:
    """Who was named for a session, withdrawn or not."""
    return db.scalar(select(Escort).where(Escort.appointment_id == session.id))


def of_link(db: Session, link: MagicLink) -> Escort | None:
    """Whom a link was made for, as long as it opens anything."""
    if link.kind is not LinkKind.ESCORT or not magic_links.is_live(link):
        return None
    return db.scalar(
        select(Escort)
        .options(joinedload(Escort.appointment).joinedload(Appointment.patient))
        .where(Escort.link_id == link.id, Escort.withdrawn_at.is_(None))
    )


def pick_up_at(escort: Escort) -> datetime:
    """When they are expected: it goes along with the planned end."""
    return escort.appointment.ends_at + timedelta(minutes=escort.minutes_after_end)


def zone_of(db: Session, session: Appointment) -> str:
    """On whose clock the pick-up is said: that of the place, else the clinic's."""
    place = locations.where(db, session)
    return place.zone if place else session.clinic.zone


def night_after(moment: datetime, zone: str) -> datetime:
    """The end of its day on the clock of the place, but an hour after it at least."""
    day = wall_time.wall(moment, zone).date() + timedelta(days=1)
    return max(wall_time.instant(datetime.combine(day, time(0)), zone), moment + _STAYS)


def forget_old(db: Session) -> None:
    """Let go of names and numbers of days that are over. For the worker."""
    before = clock.now() - _KEPT
    # Asked of each escort, so that nobody looks through all appointments that are over.
    ended_at = select(Appointment.ends_at).where(Appointment.id == Escort.appointment_id)
    past = db.scalars(
        select(Escort).where(
            Escort.forgotten_at.is_(None), ended_at.scalar_subquery() < before - _LATEST
        )
    )
    for escort in past:
        escort.name = escort.phone = ""
        escort.forgotten_at = clock.now()


def no_more_texts(db: Session, number: str, clinic_ids: Collection[UUID]) -> None:
    """Somebody with this number wants no texts of these clinics: the page stays, what waits is
    withdrawn.
    """
    known = select(Escort).where(
        Escort.clinic_id.in_(clinic_ids),
        Escort.forgotten_at.is_(None),
        Escort.withdrawn_at.is_(None),
        Escort.stopped_at.is_(None),
    )
    for escort in db.scalars(known):
        if escort.phone == number:
            escort.stopped_at = clock.now()
            if escort.link_id is not None:
                outbox.withdraw_link(db, escort.link_id)


def _refuse(session: Appointment, number: str, at: datetime) -> None:
    over = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
    if session.service is not Service.INFUSION or session.status in over:
        raise NoEscort(_("Only somebody who has a session is taken home."))
    if number == session.patient.phone:
        raise NoEscort(_("This is the patient's own number."), field="phone")
    if not session.starts_at < at <= session.ends_at + _LATEST:
        raise NoEscort(
            _("Enter a time after the start, and at most twelve hours after the end."),
            field="pick_up_at",
        )
    if at <= clock.now():
        raise NoEscort(_("That time has passed. Choose a later one."), field="pick_up_at")


def _made_anew(db: Session, former: Escort | None, session: Appointment) -> Escort:
    if former is not None:
        _pull_back(db, former)
        db.delete(former)
        db.flush()  # one row a session
    link = magic_links.mint(
        db,
        LinkKind.ESCORT,
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        appointment_id=session.id,
        expires_at=night_after(session.ends_at, session.zone),
    )
    db.flush()  # the escort points at it
    escort = Escort(
        clinic_id=session.clinic_id,
        appointment_id=session.id,
        appointment=session,
        link_id=link.id,
        language=session.clinic.language,
        made_at=clock.now(),
    )
    db.add(escort)
    return escort


def _pull_back(db: Session, escort: Escort) -> None:
    if escort.link_id is None:
        return
    outbox.withdraw_link(db, escort.link_id)
    magic_links.revoke(db.get_one(MagicLink, escort.link_id))
