"""Writing down what a clinic makes of its protocols. What is to come follows: see
`protocols.changing`, through which pages come here.
"""

import json
import re
import unicodedata
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db.base import Model, new_id
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner
from app.plans import kept, order, shipped
from app.plans.kept import Kept
from app.plans.kinds import ProtocolKind
from app.plans.models import Protocol, ProtocolVersion
from app.plans.plan import Plan
from app.refusal import Refusal

LONGEST_NAME = 60


class NameRefused(Refusal):
    pass


class OnlyDefault(Refusal):
    pass


class ChangedMeanwhile(Refusal):
    pass


def make(
    db: Session, clinic: Clinic, name: str, *, like: Plan, kind: ProtocolKind, by: Model | None
) -> Kept:
    """Add a protocol of the clinic's own, on, with this plan as its first version.

    Refuses (NameRefused) a name that is missing, too long or taken.
    """
    name = _good_name(db, clinic, name, None)
    protocol = Protocol(
        clinic_id=clinic.id,
        slug=_slug(db, clinic, name),
        name=name,
        kind=kind,
        is_on=True,
        is_default=False,
        made_at=clock.now(),
    )
    db.add(protocol)
    clinic.plans_edit_id = new_id()  # what was read before does not know of it
    db.flush()  # its version points at the row
    trail.record(db, "make-protocol", agent=by, entity=protocol)
    return save(db, clinic, protocol.id, like, by=by)


def save(
    db: Session,
    clinic: Clinic,
    protocol_id: UUID,
    plan: Plan,
    *,
    seen: int | None = None,
    by: Model | None,
) -> Kept:
    """Keep a plan as the newest version of a protocol. The same plan again changes nothing.

    `seen`: the number of the version that was edited. Refuses (order.PlanRefusal) steps that
    contradict each other, and (ChangedMeanwhile) when somebody else was faster.
    """
    order.refuse_disorder(plan, kept.own_window(clinic))
    before = _there(db, clinic, protocol_id)
    if seen is not None and seen != before.number:
        raise ChangedMeanwhile(_("Somebody else has changed this meanwhile. Look at it again."))
    if before.plan == plan and (before.number or before.slug in shipped.shelf()):
        return before
    protocol = _row(db, clinic, before)
    version = ProtocolVersion(
        clinic_id=clinic.id,
        protocol_id=protocol.id,
        number=_next_number(db, protocol),
        plan=json.dumps(plan.written()),
        made_by_id=by.id if isinstance(by, Practitioner) else None,
        made_at=clock.now(),
    )
    db.add(version)
    trail.record(db, "change-protocol", agent=by, entity=protocol, detail=str(version.number))
    return _edited(db, clinic, protocol.id)


def rename(db: Session, clinic: Clinic, protocol_id: UUID, name: str, *, by: Model | None) -> Kept:
    """Call a protocol otherwise. Refuses (NameRefused) as `make` does."""
    before = _there(db, clinic, protocol_id)
    name = _good_name(db, clinic, name, protocol_id)
    protocol = _row(db, clinic, before)
    protocol.name = name
    trail.record(db, "rename-protocol", agent=by, entity=protocol)
    return _edited(db, clinic, protocol.id)


def offer(db: Session, clinic: Clinic, protocol_id: UUID, is_on: bool, *, by: Model | None) -> Kept:
    """Offer a protocol at booking, or no more; what was booked under it goes on.

    Refuses (OnlyDefault) to put away what is followed where nobody chooses.
    """
    before = _there(db, clinic, protocol_id)
    if before.is_default and not is_on:
        raise OnlyDefault(_("Choose another protocol as the usual one first."))
    protocol = _row(db, clinic, before)
    protocol.is_on = is_on
    trail.record(db, "offer-protocol" if is_on else "put-away-protocol", agent=by, entity=protocol)
    return _edited(db, clinic, protocol.id)


def make_default(db: Session, clinic: Clinic, protocol_id: UUID, *, by: Model | None) -> Kept:
    """Follow this one from now on where nobody chooses."""
    protocol = _row(db, clinic, _there(db, clinic, protocol_id))
    _row(db, clinic, kept.default_of(db, clinic))  # that it is no more so is a change as well
    db.execute(update(Protocol).where(Protocol.clinic_id == clinic.id).values(is_default=False))
    protocol.is_default = protocol.is_on = True
    trail.record(db, "make-protocol-usual", agent=by, entity=protocol)
    return _edited(db, clinic, protocol.id)


def _there(db: Session, clinic: Clinic, protocol_id: UUID) -> Kept:
    """The protocol as it stands now, held until the transaction ends: edits come one by one."""
    db.refresh(clinic, ["plans_edit_id"], with_for_update={"key_share": True})
    there = kept.find(db, clinic, protocol_id)
    assert there is not None, "whoever names a protocol has found it"
    return there


def _row(db: Session, clinic: Clinic, there: Kept) -> Protocol:
    """The row of a protocol. One that comes with Afterglow gets it with its first change."""
    row = db.get(Protocol, there.id)
    if row is None:
        row = Protocol(
            id=there.id,
            clinic_id=clinic.id,
            slug=there.slug,
            name=there.name,
            kind=there.kind,
            is_on=there.is_on,
            is_default=there.is_default,
            made_at=clock.now(),
        )
        db.add(row)
        db.flush()  # versions point at it
    return row


def _edited(db: Session, clinic: Clinic, protocol_id: UUID) -> Kept:
    clinic.plans_edit_id = new_id()
    db.flush()  # what is read again is there
    return _there(db, clinic, protocol_id)


def _next_number(db: Session, protocol: Protocol) -> int:
    newest = select(func.max(ProtocolVersion.number)).where(
        ProtocolVersion.protocol_id == protocol.id
    )
    return (db.scalar(newest) or 0) + 1


def _good_name(db: Session, clinic: Clinic, name: str, own: UUID | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise NameRefused(_("Enter a name."), field="name")
    if len(name) > LONGEST_NAME:
        raise NameRefused(_("Use at most 60 signs."), field="name")
    others = [each for each in kept.of_clinic(db, clinic) if each.id != own]
    taken = {said.casefold() for each in others for said in (each.name, each.title)}
    if name.casefold() in taken:
        raise NameRefused(_("Another protocol has this name."), field="name")
    return name


def _slug(db: Session, clinic: Clinic, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "protocol"
    taken = {each.slug for each in kept.of_clinic(db, clinic)}
    number = 2
    while slug in taken:
        slug, number = f"{slug.rstrip('-0123456789')}-{number}", number + 1
    return slug
