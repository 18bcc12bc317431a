"""All that a page of a form needs of the database, in one statement of named columns.

Only where all is plain: the session is live and was noted lately, the task is there and is the
patient's, its sheet was begun, its form is known to this process. Whoever gets nothing here goes
the long way (`doors`, `drafts`), which does what is due or says why not.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Join, Row, Select, Uuid, and_, bindparam, or_, select

from app.access import live_sessions
from app.access.models import SessionKind, WebSession
from app.db.base import place_of
from app.intake import doors, sheets
from app.intake.doors import Doorway
from app.intake.models import IntakeDoor, IntakePacket, IntakeTask, TaskState
from app.links.models import MagicLink
from app.people.models import Clinic, Patient
from app.questionnaires import forms
from app.questionnaires.engine.items import Form
from app.questionnaires.models import Questionnaire, QuestionnaireResponse
from app.scheduling import aftercare
from app.security import keyring
from app.security.tokens import hash_token, looks_like_token

_OPEN = (TaskState.REQUESTED, TaskState.IN_PROGRESS)
_SESSION, _PATIENT, _CLINIC = WebSession.__table__, Patient.__table__, Clinic.__table__
_TASK, _PACKET, _DOOR = IntakeTask.__table__, IntakePacket.__table__, IntakeDoor.__table__
_SHEET, _FORM = QuestionnaireResponse.__table__, Questionnaire.__table__
_LINK = MagicLink.__table__


@dataclass(frozen=True)
class Glance:
    """What a patient's page of one form is put together from, and no more."""

    row: Row[Any]
    form_key: forms.Key
    form: Form
    doorway: Doorway

    @property
    def gentle_until(self) -> datetime | None:
        """Until when a dose is felt."""
        return aftercare.gentle_after(self.row.ended_at)

    def items(self) -> object:
        """What was answered, as it is kept. Raises Unreadable."""
        sealed: bytes | None = self.row.answers_sealed
        if sealed is None:
            return None
        clinic_id: UUID = self.row.clinic_id
        table = QuestionnaireResponse.__tablename__
        where = place_of(table, "answers", self.row.response_id, clinic_id)
        return json.loads(keyring.ring().unseal(clinic_id, sealed, where))


def read(db: Connection, task_id: UUID, kind: SessionKind, token: object) -> Glance | None:
    """What a browser may see of a task that it is let in to. None: not plainly so."""
    if not looks_like_token(token):
        return None
    asked = {"task": task_id, "token_hash": hash_token(token), "kind": kind}
    when = live_sessions.moments() | aftercare.lately()
    row = db.execute(_statement(), asked | when).one_or_none()
    if row is None:
        return None
    doorway = _doorway(row, kind)
    if doorway is None or doorway.is_closed or not _may_read(row, doorway):
        return None
    key = (row.questionnaire_id, row.version, row.rules)
    form = forms.kept(key)
    return Glance(row, key, form, doorway) if form else None


def _doorway(row: Row[Any], kind: SessionKind) -> Doorway | None:
    """By the rules of `doors`, which ask rows nothing but what stands in this one."""
    packet: Any = SimpleNamespace(
        id=row.packet_id,
        closes_at=row.closes_at,
        cancelled_at=None,
        opened_at=row.opened_at,
        link=SimpleNamespace(state=row.link_state),
        patient=SimpleNamespace(birth_on=row.birth_on_sealed),
    )
    door: Any = SimpleNamespace(proved_at=row.proved_at) if row.door_id else None
    session = SimpleNamespace(kind=kind, strength=row.strength, browser_hash=row.browser_hash)
    return doors.let_in(packet, None, door, cast(WebSession, session))


def _may_read(row: Row[Any], doorway: Doorway) -> bool:
    sheet: Any = SimpleNamespace(saved_at=row.saved_at, browser_hash=row.sheet_browser)
    return not sheets.has_answers(sheet) or doorway.may_read(sheet)


@cache
def _statement() -> Select[Any]:
    """Made once: of tables, so that rows come as they are."""
    session, task, packet = _SESSION.c, _TASK.c, _PACKET.c
    patient, clinic, door, link = _PATIENT.c, _CLINIC.c, _DOOR.c, _LINK.c
    sheet, form = _SHEET.c, _FORM.c
    return (
        select(
            session.strength,
            session.browser_hash,
            packet.id.label("packet_id"),
            packet.closes_at,
            packet.opened_at,
            link.state.label("link_state"),
            door.id.label("door_id"),
            door.proved_at,
            patient.id.label("patient_id"),
            patient.clinic_id,
            patient.zone,
            patient.language,
            patient.birth_on_sealed,
            clinic.name,
            clinic.phone,
            form.id.label("questionnaire_id"),
            form.version,
            form.rules,
            sheet.id.label("response_id"),
            sheet.answers_sealed,
            sheet.revision,
            sheet.saved_at,
            sheet.browser_hash.label("sheet_browser"),
            aftercare.last_end(patient.id).label("ended_at"),
        )
        .select_from(_session_to_sheet())
        .where(
            session.token_hash == bindparam("token_hash"),
            session.kind == bindparam("kind"),
            live_sessions.surely_live(),
            or_(*(task.state == each for each in _OPEN)),
            task.patient_id == packet.patient_id,
            packet.cancelled_at.is_(None),
            sheet.questionnaire_id == form.id,
            sheet.clinic_id == patient.clinic_id,
        )
    )


def _session_to_sheet() -> Join:
    """From the browser's session by way of its patient's packet to the task's form and answers."""
    packet_of_theirs = and_(
        _PACKET.c.id == _TASK.c.packet_id, _PACKET.c.patient_id == _SESSION.c.patient_id
    )
    door_of_this_browser = and_(
        _DOOR.c.packet_id == _PACKET.c.id, _DOOR.c.browser_hash == _SESSION.c.browser_hash
    )
    return (
        _SESSION.join(_TASK, _TASK.c.id == bindparam("task", type_=Uuid()))
        .join(_PACKET, packet_of_theirs)
        .join(_PATIENT, _PATIENT.c.id == _PACKET.c.patient_id)
        .join(_CLINIC, _CLINIC.c.id == _PATIENT.c.clinic_id)
        .join(_SHEET, _SHEET.c.id == _TASK.c.response_id)
        .join(_FORM, _FORM.c.id == _TASK.c.questionnaire_id)
        .outerjoin(_DOOR, door_of_this_browser)
        .outerjoin(_LINK, _LINK.c.id == _PACKET.c.link_id)
    )
