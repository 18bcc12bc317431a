"""Whose a text is: by the sender of ours that it was written to, and the number it came from.

A sender that is one clinic's decides alone: what other clinics know of the number is not looked at.
Behind a sender that several share, the number decides among them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.messaging import senders
from app.messaging.inbound import Raw
from app.messaging.models import Direction, Message, Thread
from app.messaging.senders import UnknownSender, WrittenTo
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class NoClinic(Exception):
    """There is no clinic yet that could keep a text."""


@dataclass(frozen=True)
class Writer:
    """Who wrote. Neither patient nor practitioner: a stranger."""

    clinic: Clinic
    number: str
    behind: frozenset[UUID]  # the clinics that text by the sender it was written to
    patient: Patient | None = None
    practitioner: Practitioner | None = None
    elsewhere: tuple[Patient, ...] = ()  # the same number at other clinics behind that sender

    @property
    def everywhere(self) -> tuple[Patient, ...]:
        """The patient, at each clinic behind that sender."""
        return () if self.patient is None else (self.patient, *self.elsewhere)


def find(db: Session, raw: Raw) -> Writer:
    """Who wrote, to which of our senders. Raises NoClinic, UnknownSender.

    Of several clinics that share the sender and know the number, the one that texted it last by it;
    also one that has got a sender of its own since. A stranger is shown to the clinic that knows
    the number from before, else to the one whose number was written to, else to the first.
    """
    number = _normal(raw.sender)
    clinics = db.scalars(select(Clinic).order_by(Clinic.made_at, Clinic.id)).all()
    if not clinics:
        raise NoClinic
    written_to = senders.written_to(db, raw)
    own = senders.with_own(db)
    here = [each for each in clinics if written_to.leads_to(each.id, has_own=each.id in own)]
    behind = frozenset(each.id for each in here)
    if patients := _patients(
        db, clinics if written_to.shared else here, number, written_to, behind
    ):
        first, *others = patients
        return Writer(first.clinic, number, behind, patient=first, elsewhere=tuple(others))
    if not here:
        raise UnknownSender  # every clinic has left it, and nobody was texted by it
    practitioner = _practitioner(db, behind, number)
    if practitioner is not None:
        return Writer(practitioner.clinic, number, behind, practitioner=practitioner)
    return Writer(_of_stranger(db, here, number, _normal(raw.to)), number, behind)


def _normal(number: str) -> str:
    try:
        return phones.normal(number, "US")
    except Refusal:
        return number.strip()  # a short code, or a name in place of a number


def _patients(
    db: Session,
    clinics: Sequence[Clinic],
    number: str,
    written_to: WrittenTo,
    behind: Collection[UUID],
) -> list[Patient]:
    """Who has the number behind that sender, whom it texted last first."""
    indexes = phones.indexes(db, {clinic.id: number for clinic in clinics})
    found = db.scalars(
        select(Patient).options(joinedload(Patient.clinic)).where(Patient.phone_index.in_(indexes))
    ).all()
    if len(found) < 2 and all(patient.clinic_id in behind for patient in found):
        return list(found)
    texted = _last_texted(db, [patient.id for patient in found], shared=written_to.shared)
    return sorted(
        (patient for patient in found if patient.clinic_id in behind or patient.id in texted),
        key=lambda patient: (texted.get(patient.id, _NEVER), patient.made_at),
        reverse=True,
    )


def _last_texted(db: Session, patient_ids: Sequence[UUID], *, shared: bool) -> dict[UUID, datetime]:
    """When each was texted last; by the shared sender, where that is the one in question."""
    sent = [Message.patient_id.in_(patient_ids), Message.direction == Direction.OUTBOUND]
    if shared:
        sent.append(Message.sender_id.is_(None))
    rows = db.execute(
        select(Message.patient_id, func.max(Message.sent_at))
        .where(*sent)
        .group_by(Message.patient_id)
    )
    return {patient_id: moment for patient_id, moment in rows if patient_id and moment}


def _practitioner(db: Session, behind: Collection[UUID], number: str) -> Practitioner | None:
    # Staff's numbers have no index: there are few of them, and few strangers ask for it.
    everybody = db.scalars(
        select(Practitioner)
        .options(joinedload(Practitioner.clinic))
        .where(
            Practitioner.clinic_id.in_(behind),
            Practitioner.phone_sealed.is_not(None),
            Practitioner.disabled_at.is_(None),
        )
        .order_by(Practitioner.made_at)
    )
    return next((each for each in everybody if each.phone == number), None)


def _of_stranger(db: Session, clinics: Sequence[Clinic], number: str, to: str) -> Clinic:
    by_id = {clinic.id: clinic for clinic in clinics}
    by_index = phones.indexes(db, dict.fromkeys(by_id, number))
    known = db.scalar(
        select(Thread.number_index)
        .where(Thread.number_index.in_(by_index))
        .order_by(Thread.last_at.desc())
        .limit(1)
    )
    if known is not None:
        return by_id[by_index[known]]
    return next((clinic for clinic in clinics if clinic.phone == to), clinics[0])
