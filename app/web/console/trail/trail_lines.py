"""The lines of a page of the trail: when, who, what, about whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.access.models import ApiKey
from app.audit.models import AuditEvent
from app.db.base import Model
from app.i18n import gettext as _
from app.people.models import Clinic, Patient, Practitioner
from app.web.console import words
from app.web.console.trail import trail_words

_RowT = TypeVar("_RowT", bound=Model)


@dataclass(frozen=True)
class Line:
    """One event as staff read it."""

    number: int
    at: datetime
    who: str
    role: str  # "Clinician", "Patient", "Another system"
    agent_id: UUID | None  # of staff: their own page of the trail
    what: str
    about: str
    patient_id: UUID | None
    link: str  # the hash, as hex


def lines_of(db: Session, clinic: Clinic, events: Sequence[AuditEvent]) -> list[Line]:
    """These events in words. One statement for each kind of name, whatever their number."""
    names = _Names(db, clinic, events)
    return [
        Line(
            number=event.seq or 0,
            at=event.recorded_at,
            who=names.who(event),
            role=names.role(event),
            agent_id=event.agent_id if names.is_colleague(event.agent_id) else None,
            what=_what(event),
            about=names.about(event),
            patient_id=event.patient_id if event.patient_id in names.patients else None,
            link=(event.hash or b"").hex(),
        )
        for event in events
    ]


def _what(event: AuditEvent) -> str:
    if event.action == "view" and event.entity_kind in ("thread", "message"):
        return _("Read the messages")
    if event.action == "view" and event.entity_kind == "safety_alert":
        return _("Opened the alert")
    return trail_words.said(event.action)


class _Names:
    """Who the ids of some events are."""

    def __init__(self, db: Session, clinic: Clinic, events: Iterable[AuditEvent]) -> None:
        agents = {event.agent_id for event in events}
        self.clinic_id = clinic.id
        things = {event.entity_id for event in events if event.entity_kind == "practitioner"}
        people = {event.patient_id for event in events}
        # Of staff also rows of other clinics: somebody who came over from there did it as that.
        self.staff = _found(db, Practitioner, agents | things)
        self.patients = _found(db, Patient, people | agents, Patient.clinic_id == clinic.id)
        self.systems = _found(db, ApiKey, agents, ApiKey.clinic_id == clinic.id)

    def is_colleague(self, agent_id: UUID | None) -> bool:
        """Whether this is somebody of this clinic's staff."""
        row = self.staff.get(agent_id) if agent_id else None
        return row is not None and row.clinic_id == self.clinic_id

    def who(self, event: AuditEvent) -> str:
        """Who did it."""
        agent = event.agent_id
        if agent is None:
            return _("Afterglow")
        if agent in self.staff:
            return self.staff[agent].display_name
        if agent in self.patients:
            return self.patients[agent].full_name
        return self.systems[agent].name if agent in self.systems else _("Somebody")

    def role(self, event: AuditEvent) -> str:
        """What they are here."""
        agent = event.agent_id
        if agent is None:
            return _("By itself")
        if agent in self.staff:
            return words.role(self.staff[agent].role)
        if agent in self.systems:
            return _("Another system")
        return _("Patient") if agent in self.patients else ""

    def about(self, event: AuditEvent) -> str:
        """Whom or what it is about, where that is somebody."""
        if event.patient_id and event.patient_id in self.patients:
            return self.patients[event.patient_id].full_name
        if event.entity_id and event.entity_id in self.staff:
            return self.staff[event.entity_id].display_name
        return ""


def _found(
    db: Session, kind: type[_RowT], ids: Iterable[UUID | None], *where: ColumnElement[bool]
) -> dict[UUID, _RowT]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = db.scalars(select(kind).where(kind.id.in_(wanted), *where))
    return {row.id: row for row in rows}
