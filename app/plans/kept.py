"""Which protocols a clinic has, and what each says now.

Read once for each edit: the clinic's own row names its latest one, so that whoever wants a plan
asks the database for nothing while nobody edits.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol as Interface
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.people.models import Clinic
from app.plans import reading, shipped
from app.plans.kinds import ProtocolKind, Route
from app.plans.models import Protocol, ProtocolVersion
from app.plans.plan import STANDARD, Plan

_Edit = UUID | None


@dataclass(frozen=True)
class Kept:
    """A protocol of a clinic with the newest version of its plan. `number` 0: as shipped."""

    id: UUID
    slug: str
    name: str
    kind: ProtocolKind
    is_on: bool  # offered at booking
    is_default: bool
    plan: Plan
    number: int = 0
    made_by_id: UUID | None = None
    made_at: datetime | None = None

    @property
    def title(self) -> str:
        """Its name in the language in use."""
        return shipped.said(self.name)


class Follows(Interface):
    """A session or visit, as far as a plan is concerned."""

    @property
    def clinic(self) -> Clinic: ...
    @property
    def protocol_id(self) -> UUID | None: ...
    @property
    def route(self) -> Route | None: ...


_read: dict[UUID, tuple[_Edit, tuple[Kept, ...]]] = {}


def of_clinic(db: Session, clinic: Clinic) -> Sequence[Kept]:
    """All protocols of a clinic: the shipped ones first, then its own in the order of their making.

    Also those that are off: what was booked under them goes on.
    """
    edit, there = _read.get(clinic.id, (None, ()))
    if not there or edit != clinic.plans_edit_id:
        edit = clinic.plans_edit_id
        there = _all(db, clinic) if edit else _shipped(clinic)
        _read[clinic.id] = (edit, there)
    return there


def find(db: Session, clinic: Clinic, protocol_id: UUID | None) -> Kept | None:
    """The clinic's protocol with this id. None when it has none such."""
    return next((each for each in of_clinic(db, clinic) if each.id == protocol_id), None)


def default_of(db: Session, clinic: Clinic) -> Kept:
    """What is followed where nobody chose."""
    return next(each for each in of_clinic(db, clinic) if each.is_default)


def protocol_of(db: Session, appointment: Follows) -> Kept:
    """The protocol that a session follows, and the visit after it."""
    clinic = appointment.clinic
    return find(db, clinic, appointment.protocol_id) or default_of(db, clinic)


def plan_of(db: Session, appointment: Follows) -> Plan:
    """The plan that a session follows, and the visit after it, as it stands now."""
    return protocol_of(db, appointment).plan


def route_of(db: Session, appointment: Follows) -> Route:
    """How the medicine is given: as the session says, else its protocol."""
    return appointment.route or plan_of(db, appointment).route


def versions_of(db: Session, clinic: Clinic, protocol_id: UUID) -> list[ProtocolVersion]:
    """What was saved of a protocol, the newest first. Empty while it is as shipped."""
    its = (ProtocolVersion.clinic_id == clinic.id, ProtocolVersion.protocol_id == protocol_id)
    ordered = select(ProtocolVersion).where(*its).order_by(ProtocolVersion.number.desc())
    return list(db.scalars(ordered))


def own_window(clinic: Clinic) -> tuple[int, int]:
    """When the window opens and closes at a clinic, in hours, for a plan that does not say."""
    return clinic.window_opens_hours, clinic.window_closes_hours


def _shipped(clinic: Clinic) -> tuple[Kept, ...]:
    return tuple(
        Kept(
            shipped.id_of(clinic.id, each.slug),
            each.slug,
            each.name,
            each.kind,
            each.is_on,
            each.is_default,
            each.plan,
        )
        for each in shipped.shelf().values()
    )


def _all(db: Session, clinic: Clinic) -> tuple[Kept, ...]:
    there = {each.id: each for each in _shipped(clinic)}
    rows = select(Protocol).where(Protocol.clinic_id == clinic.id)
    for row in db.scalars(rows.order_by(Protocol.made_at, Protocol.id)):
        base = there.get(row.id) or Kept(
            row.id, row.slug, row.name, row.kind, row.is_on, row.is_default, STANDARD
        )
        there[row.id] = replace(
            base, name=row.name, kind=row.kind, is_on=row.is_on, is_default=row.is_default
        )
    for version in _newest(db, clinic):
        there[version.protocol_id] = replace(
            there[version.protocol_id],
            plan=reading.stored(json.loads(version.plan)),
            number=version.number,
            made_by_id=version.made_by_id,
            made_at=version.made_at,
        )
    return tuple(there.values())


def _newest(db: Session, clinic: Clinic) -> Iterable[ProtocolVersion]:
    latest = (
        select(ProtocolVersion.protocol_id, func.max(ProtocolVersion.number).label("number"))
        .where(ProtocolVersion.clinic_id == clinic.id)
        .group_by(ProtocolVersion.protocol_id)
        .subquery()
    )
    return db.scalars(
        select(ProtocolVersion).join(
            latest,
            and_(
                latest.c.protocol_id == ProtocolVersion.protocol_id,
                latest.c.number == ProtocolVersion.number,
            ),
        )
    )
