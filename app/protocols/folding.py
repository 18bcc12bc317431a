"""Rows of which a patient has only one: when two records are joined, what becomes of the second.

Everything else moves over as it is (`people.merging.move`). A table that lets a patient have one
row, or one of a kind, needs a rule here; a test walks the schema and says which.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, delete, select
from sqlalchemy.orm import Session

from app import clock
from app.access.models import SignInCode
from app.db.base import Model, new_id
from app.journal.models import JournalEntry, JournalPreference
from app.messaging.models import Thread
from app.outcomes.models import Course
from app.people import merging
from app.people.models import Patient, ToldApart
from app.safety.models import DeviceAlert
from app.tasks.models import StaffTask

Fold = Callable[[Session, Patient, Patient], None]


def fold(db: Session, kept: Patient, gone: Patient) -> None:
    """Make room on `kept` for what hangs on `gone`."""
    for rule in RULES.values():
        rule(db, kept, gone)
    db.flush()


def _threads(db: Session, kept: Patient, gone: Patient) -> None:
    """One thread: open since the older of the two was, unread as much as both were."""
    ours, theirs = _one(db, Thread, kept), _one(db, Thread, gone)
    if ours is None or theirs is None:
        return
    ours.unread += theirs.unread
    ours.last_at = max(ours.last_at, theirs.last_at)
    ours.opened_at = min(filter(None, (ours.opened_at, theirs.opened_at)), default=None)
    ours.line_at = max(filter(None, (ours.line_at, theirs.line_at)), default=None)
    ours.owner_id = ours.owner_id or theirs.owner_id
    _replace(db, Thread, ours.id, theirs.id)


def _preferences(db: Session, kept: Patient, gone: Patient) -> None:
    """A no in either stays a no."""
    ours, theirs = _one(db, JournalPreference, kept), _one(db, JournalPreference, gone)
    if ours is None or theirs is None:
        return
    ours.wants_prompts = ours.wants_prompts and theirs.wants_prompts
    ours.staff_may_know = ours.staff_may_know and theirs.staff_may_know
    ours.evening_at = ours.evening_at or theirs.evening_at
    ours.morning_at = ours.morning_at or theirs.morning_at
    _replace(db, JournalPreference, ours.id, theirs.id)


def _entries(db: Session, kept: Patient, gone: Patient) -> None:
    """The same entry in both: kept apart, as another version of it."""
    ours = select(JournalEntry.uuid).where(JournalEntry.patient_id == kept.id)
    for entry in db.scalars(
        select(JournalEntry).where(JournalEntry.patient_id == gone.id, JournalEntry.uuid.in_(ours))
    ).all():
        entry.apart_from, entry.uuid = entry.uuid, new_id()


def _device_alerts(db: Session, kept: Patient, gone: Patient) -> None:
    """The same alert in both was told of once already."""
    ours = select(DeviceAlert.uuid).where(DeviceAlert.patient_id == kept.id)
    db.execute(
        delete(DeviceAlert).where(DeviceAlert.patient_id == gone.id, DeviceAlert.uuid.in_(ours))
    )


def _told_apart(db: Session, kept: Patient, gone: Patient) -> None:
    """They were one after all. Of others each was told apart once."""
    rows = db.scalars(select(ToldApart).where(ToldApart.clinic_id == kept.clinic_id)).all()
    seen = {frozenset((row.patient_id, row.other_id)) for row in rows if not _names(row, gone)}
    for row in filter(lambda row: _names(row, gone), rows):
        pair = frozenset({row.patient_id, row.other_id} - {gone.id} | {kept.id})
        if len(pair) < 2 or pair in seen:
            db.delete(row)
        seen.add(pair)


def _courses(db: Session, kept: Patient, gone: Patient) -> None:
    """Two that go on are one."""
    ours, theirs = _open_course(db, kept), _open_course(db, gone)
    if ours is None or theirs is None:
        return
    ours.begun_at = min(ours.begun_at, theirs.begun_at)
    ours.sessions_planned = ours.sessions_planned or theirs.sessions_planned
    ours.asks_about_trauma = ours.asks_about_trauma or theirs.asks_about_trauma
    _replace(db, Course, ours.id, theirs.id)


def _tasks(db: Session, kept: Patient, gone: Patient) -> None:
    """What is to be done for both stands on the desk once."""
    is_open = StaffTask.done_at.is_(None), StaffTask.appointment_id.is_(None)
    ours = select(StaffTask.code).where(StaffTask.patient_id == kept.id, *is_open)
    for task in db.scalars(
        select(StaffTask).where(StaffTask.patient_id == gone.id, *is_open, StaffTask.code.in_(ours))
    ).all():
        task.done_at = clock.now()


def _codes(db: Session, _kept: Patient, gone: Patient) -> None:
    """Codes live ten minutes; those of a record that goes do not."""
    db.execute(delete(SignInCode).where(SignInCode.patient_id == gone.id))


RULES: dict[str, Fold] = {
    "thread": _threads,
    "journal_preference": _preferences,
    "journal_entry": _entries,
    "device_alert": _device_alerts,
    "told_apart": _told_apart,
    "course": _courses,
    "staff_task": _tasks,
    "sign_in_code": _codes,
}


def pointing_at(table: str) -> list[Column[UUID]]:
    """Every column of the schema that points at a row of `table`."""
    return [
        column
        for other in Model.metadata.sorted_tables
        for column in other.columns
        if any(key.column.table.name == table for key in column.foreign_keys)
    ]


def _replace(db: Session, model: type[Any], stays: UUID, goes: UUID) -> None:
    """Whatever points at the row that goes points at the other; then it is gone."""
    for column in pointing_at(model.__tablename__):
        merging.point(db, column, goes, stays)
    db.execute(delete(model).where(model.id == goes))


def _one(db: Session, model: type[Any], patient: Patient) -> Any:
    return db.scalar(select(model).where(model.patient_id == patient.id))


def _open_course(db: Session, patient: Patient) -> Course | None:
    return db.scalar(
        select(Course)
        .where(Course.patient_id == patient.id, Course.ended_at.is_(None))
        .order_by(Course.begun_at)
        .limit(1)
    )


def _names(row: ToldApart, patient: Patient) -> bool:
    return patient.id in (row.patient_id, row.other_id)
