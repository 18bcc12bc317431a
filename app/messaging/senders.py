"""Senders of texts: each clinic's own, where it has one, and the installation's for all others.

What a text was written to decides who may have written it. A sender that was once a clinic's leads
back to that clinic for good, since its patients' phones go on showing it.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.audit import trail
from app.db.once import add_once
from app.i18n import gettext as _
from app.messaging.inbound import Raw
from app.messaging.models import Sender, SenderNumber
from app.people import phones
from app.people.models import Clinic
from app.refusal import Refusal

_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_SHORT_CODE = re.compile(r"\d{5,6}")
ONE_LONG_CODE = 1.0  # segments a second


class NoSender(Refusal):
    pass


class UnknownSender(Exception):
    """A text came in by a number or service that is no clinic's."""


@dataclass(frozen=True)
class WrittenTo:
    """Whose patients may have written a text, by what it was written to."""

    own: frozenset[UUID]  # the clinics whose own sender that is, or was; hardly ever two
    shared: bool  # the installation's

    def leads_to(self, clinic_id: UUID, *, has_own: bool) -> bool:
        """Whether a clinic texts by it. `has_own`: whether it has a sender of its own by now."""
        return clinic_id in self.own or (self.shared and not has_own)


def written_to(db: Session, raw: Raw) -> WrittenTo:
    """Behind which sender a text came in. Raises UnknownSender rather than guess.

    Where no clinic has a sender of its own there is nothing to guess. A number that belongs to a
    service is known by that too, once the gateway has named both.
    """
    owned = select(Sender.id).where(Sender.clinic_id.is_not(None))
    if db.scalar(owned.limit(1)) is None:
        return WrittenTo(frozenset(), shared=True)
    number = _normal(raw.to)
    names = [name for name in (number, raw.service) if name]
    # What the gateway says today counts more than what it said once.
    found = db.scalars(select(Sender).where(Sender.name.in_(names))).all()
    if not found:
        known = select(SenderNumber.sender_id).where(SenderNumber.number == number)
        found = db.scalars(select(Sender).where(Sender.id.in_(known))).all()
    if not found:
        raise UnknownSender
    _learn(db, number, next((each for each in found if each.name == raw.service), None))
    own = frozenset(sender.clinic_id for sender in found if sender.clinic_id is not None)
    return WrittenTo(own, shared=any(sender.clinic_id is None for sender in found))


def of(db: Session, clinic: Clinic) -> Sender | None:
    """The clinic's own sender; None: it texts by the installation's."""
    return db.scalar(select(Sender).where(Sender.clinic_id == clinic.id, Sender.left_at.is_(None)))


def with_own(db: Session) -> set[UUID]:
    """The clinics that have a sender of their own."""
    current = select(Sender.clinic_id).where(Sender.left_at.is_(None))
    return {clinic_id for clinic_id in db.scalars(current) if clinic_id is not None}


def give(
    db: Session, clinic: Clinic, written: str, *, shared: str, per_second: float | None = None
) -> Sender:
    """Let a clinic text by a number or Messaging Service of its own, beginning with what waits.

    `shared`: the installation's. Refuses (NoSender) what is none, what is or was another's, and
    what belongs to the installation. `per_second`: how fast it takes segments; else as fast as one
    long code if it is a number, as the installation's if it is a service.
    """
    name = _name(written)
    sender = db.scalar(select(Sender).where(Sender.name == name))
    if name == shared or (sender is not None and sender.clinic_id is None):
        raise NoSender(_("The installation texts by this one: it is every clinic's."))
    if (sender is not None and sender.clinic_id != clinic.id) or _is_pooled(db, clinic, name):
        raise NoSender(_("Others text by this one, or did: their patients still write to it."))
    if per_second is None and not _SERVICE.fullmatch(name):
        per_second = ONE_LONG_CODE
    _leave(db, clinic, but=name)
    if sender is None:
        sender = Sender(name=name, clinic_id=clinic.id, next_free_at=clock.machine_now())
        db.add(sender)
    sender.left_at, sender.segments_per_second = None, per_second
    db.flush()
    if shared:  # what comes in there must be known for the others', though nothing has left by it
        add_once(db, Sender(name=shared, next_free_at=clock.machine_now(), stopped_code=""))
    trail.record(db, "change-clinic", agent=None, entity=clinic, detail="text-sender")
    return sender


def in_two_hands(db: Session) -> list[str]:
    """The clinics' own numbers that are in the pool of a service of others, too.

    What is written to those may be for either, so both are looked at: a mistake of the set-up.
    """
    pool = aliased(Sender)
    return list(
        db.scalars(
            select(Sender.name)
            .join(SenderNumber, SenderNumber.number == Sender.name)
            .join(pool, pool.id == SenderNumber.sender_id)
            .where(Sender.left_at.is_(None), pool.clinic_id.is_distinct_from(Sender.clinic_id))
        )
    )


def take_back(db: Session, clinic: Clinic) -> None:
    """Let a clinic text by the installation's sender again. What is written to its own still
    reaches it.
    """
    if of(db, clinic) is not None:
        _leave(db, clinic)
        trail.record(db, "change-clinic", agent=None, entity=clinic, detail="text-sender")


def _leave(db: Session, clinic: Clinic, *, but: str = "") -> None:
    current = of(db, clinic)
    if current is not None and current.name != but:
        current.left_at = clock.machine_now()
        db.flush()  # a clinic has one at a time


def _name(written: str) -> str:
    written = written.strip()
    if _SERVICE.fullmatch(written) or _SHORT_CODE.fullmatch(written):
        return written
    try:
        return phones.normal(written, "US")
    except Refusal:
        raise NoSender(
            _("Write a number such as +13125550100, or the SID of a Messaging Service (MG…).")
        ) from None


def _normal(number: str) -> str:
    try:
        return phones.normal(number, "US")
    except Refusal:
        return number.strip()


def _is_pooled(db: Session, clinic: Clinic, number: str) -> bool:
    """Whether a number is in the pool of a service that others text by."""
    pooled = (
        select(SenderNumber.id)
        .join(Sender, Sender.id == SenderNumber.sender_id)
        .where(SenderNumber.number == number, Sender.clinic_id.is_distinct_from(clinic.id))
    )
    return db.scalar(pooled) is not None


def _learn(db: Session, number: str, service: Sender | None) -> None:
    """A number of a service: where the gateway leaves the service out, it is known all the same."""
    if not number or service is None:
        return
    known = db.scalar(select(SenderNumber).where(SenderNumber.number == number))
    if known is None:
        add_once(db, SenderNumber(number=number, sender_id=service.id))
    elif known.sender_id != service.id:
        known.sender_id = service.id
