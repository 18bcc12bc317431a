"""Links as they lie in patients' phones: to a visit, to forms, to a quiet minute."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.intake import packets
from app.journal import planning
from app.journal.models import JournalPrompt
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.people.models import Clinic, Patient
from app.questionnaires import library
from app.scheduling import moving
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from bench.reliability.installation import Installation

_AT_ONCE = 100  # in one transaction
_Make = Callable[[Session, Patient, int], MagicLink]


@dataclass(frozen=True)
class SentLink:
    """One link and what stands behind it."""

    id: UUID
    kind: LinkKind
    token: str
    appointment_id: UUID | None = None


def to_visits(clinic: Installation, count: int) -> list[SentLink]:
    """Links to visits in half an hour, one visit each, over all patients in turn."""
    return _made(clinic, count, _to_visit)


def to_forms(clinic: Installation, count: int) -> list[SentLink]:
    """Links to a short form each."""
    return _made(clinic, count, _to_form)


def to_quiet_minutes(clinic: Installation, count: int) -> list[SentLink]:
    """Links to write, after an infusion that ended yesterday. At most one for each patient."""
    return _made(clinic, count, _to_quiet_minute)


def dead(clinic: Installation, count: int) -> list[SentLink]:
    """Links to visits of yesterday: expired, every other one pulled back as well."""
    return _made(clinic, count, _to_past_visit)


def _made(clinic: Installation, count: int, make: _Make) -> list[SentLink]:
    people = clinic.people.patients
    made: list[SentLink] = []
    for start in range(0, count, _AT_ONCE):
        with clinic.database.session() as db:
            for number in range(start, min(count, start + _AT_ONCE)):
                patient = db.get_one(Patient, people[number % len(people)].id)
                link = make(db, patient, number)
                token = magic_links.token_of(link)
                made.append(SentLink(link.id, link.kind, token, link.appointment_id))
    return made


def _to_visit(db: Session, patient: Patient, _number: int) -> MagicLink:
    visit = _visit(db, patient, clock.now() + timedelta(minutes=30))
    return _sent(db, visit)


def _to_past_visit(db: Session, patient: Patient, number: int) -> MagicLink:
    visit = _visit(db, patient, clock.now() - timedelta(days=1))
    link = _sent(db, visit)
    if number % 2:
        magic_links.revoke(link)
    return link


def _to_form(db: Session, patient: Patient, _number: int) -> MagicLink:
    form = library.shipped(db, "phq-2")
    link = packets.ask(db, patient, [form], with_camera_check=False, by=None).link
    assert link is not None
    db.flush()
    return link


def _to_quiet_minute(db: Session, patient: Patient, _number: int) -> MagicLink:
    ended_at = clock.now() - timedelta(hours=22)
    infusion = _appointment(db, patient, Service.INFUSION, ended_at - timedelta(hours=2), 120)
    infusion.status = AppointmentStatus.FULFILLED
    times = {"started_at": infusion.starts_at, "ended_at": infusion.ends_at}
    db.add(Encounter(clinic_id=patient.clinic_id, appointment_id=infusion.id, **times))
    planning.plan(db, infusion)
    db.flush()
    asked = select(JournalPrompt).where(JournalPrompt.appointment_id == infusion.id)
    return next(prompt.link for prompt in db.scalars(asked) if prompt.link is not None)


def _visit(db: Session, patient: Patient, starts_at: datetime) -> Appointment:
    return _appointment(db, patient, Service.CONSULTATION, starts_at, 50)


def _appointment(
    db: Session, patient: Patient, service: Service, starts_at: datetime, minutes: int
) -> Appointment:
    appointment = moving.put_down(
        db,
        patient=patient,
        practitioner=None,
        service=service,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        zone=db.get_one(Clinic, patient.clinic_id).zone,
        by=None,
    )
    db.flush()  # its link points at it
    return appointment


def _sent(db: Session, visit: Appointment) -> MagicLink:
    """The link that the visit got with its text, as it is once the text has left."""
    mine = select(MagicLink).where(
        MagicLink.appointment_id == visit.id, MagicLink.kind == LinkKind.JOIN
    )
    link = db.scalars(mine).one()
    link.state = LinkState.SENT
    return link
