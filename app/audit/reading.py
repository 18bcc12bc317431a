"""Looks through the trail: who did what, newest first, a page at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent

AT_ONCE = 50


@dataclass(frozen=True)
class Wanted:
    """Which events: of a clinic, and perhaps about or by somebody, of some kinds, in some days."""

    clinic_id: UUID
    about: Collection[UUID] = ()  # patients; none: whoever it is about
    agent_id: UUID | None = None
    actions: Collection[str] = ()
    but_actions: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None  # the number of the last one on the page before


@dataclass(frozen=True)
class Page:
    """Some events, and where the next page begins (None: there is none)."""

    events: Sequence[AuditEvent]
    older: int | None


def page(db: Session, wanted: Wanted) -> Page:
    """The newest of these, at most AT_ONCE."""
    found = db.scalars(_those(wanted).order_by(AuditEvent.seq.desc()).limit(AT_ONCE + 1)).all()
    more = len(found) > AT_ONCE
    return Page(found[:AT_ONCE], found[AT_ONCE - 1].seq if more else None)


def everything(db: Session, wanted: Wanted) -> Iterator[AuditEvent]:
    """All of them, oldest first."""
    whole = replace(wanted, before=None)
    found = _those(whole).order_by(AuditEvent.seq).execution_options(yield_per=500)
    with db.scalars(found) as events:
        yield from events


def _those(wanted: Wanted) -> Select[AuditEvent]:
    those = select(AuditEvent).where(
        AuditEvent.clinic_id == wanted.clinic_id, AuditEvent.seq.is_not(None)
    )
    if wanted.about:
        those = those.where(AuditEvent.patient_id.in_(wanted.about))
    if wanted.agent_id is not None:
        those = those.where(AuditEvent.agent_id == wanted.agent_id)
    if wanted.actions:
        those = those.where(AuditEvent.action.in_(wanted.actions))
    if wanted.but_actions:
        those = those.where(AuditEvent.action.not_in(wanted.but_actions))
    if wanted.since is not None:
        those = those.where(AuditEvent.recorded_at >= wanted.since)
    if wanted.until is not None:
        those = those.where(AuditEvent.recorded_at < wanted.until)
    if wanted.before is not None:
        those = those.where(AuditEvent.seq < wanted.before)
    return those
