"""What is over goes: by each clinic's times, in small batches, by itself.

Whoever wants to look first sees what would go. Times are days, so domain time does for all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.models import WebSession
from app.audit import trail
from app.journal.models import JournalFile, JournalSlice
from app.keeping import erasing, rules
from app.keeping.erasing import Ground, NotErased
from app.keeping.models import Kept
from app.messaging.models import DeliveryReport, Message, MessageStatus, StaffNote, Thread
from app.people.models import Clinic, Patient
from app.protocols.archiving import StillNeeded
from app.questionnaires.models import QuestionnaireResponse
from app.safety.models import SafetyAlert
from app.scheduling.models import Escort
from app.telehealth.models import Seat

AT_ONCE = 100  # rows of a kind, in one transaction
CLINICS_AT_ONCE = 10
_ON_THE_WAY = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.IN_DOUBT)


@dataclass(frozen=True)
class Due:
    """What would go today of one kind, and since when it is over."""

    kind: Kept
    days: int
    count: int


def preview(db: Session, clinic: Clinic) -> list[Due]:
    """What would go if it went now. Changes nothing."""
    found = []
    for kind, days in rules.of(db, clinic).items():
        if days is not None:
            rows = _OVER[kind](clinic, clock.now() - timedelta(days=days))
            count = db.scalar(select(func.count()).select_from(rows.order_by(None).subquery()))
            found.append(Due(kind, days, count or 0))
    return found


def purge(db: Session, behind: UUID | None = None) -> tuple[int, UUID | None]:
    """Let one batch of each kind go, at the next few clinics `behind` one. For the worker.

    Returns how many rows, and the last of those clinics; None when the first are next. So a turn
    costs the same among hundreds of clinics.
    """
    some = select(Clinic).order_by(Clinic.id).limit(CLINICS_AT_ONCE)
    clinics = db.scalars(some if behind is None else some.where(Clinic.id > behind)).all()
    gone = sum(_purge(db, clinic) for clinic in clinics)
    return gone, clinics[-1].id if len(clinics) == CLINICS_AT_ONCE else None


def _purge(db: Session, clinic: Clinic) -> int:
    gone = 0
    for kind, days in rules.of(db, clinic).items():
        if days is None:
            continue
        rows = _OVER[kind](clinic, clock.now() - timedelta(days=days))
        ids = db.scalars(rows.limit(AT_ONCE)).all()
        count = _LET_GO[kind](db, list(ids)) if ids else 0
        if count:
            trail.record(db, "purge", agent=None, entity=clinic, detail=f"{kind.value}:{count}")
        gone += count
    return gone


def _texts(clinic: Clinic, before: datetime) -> Select[UUID]:
    return (
        select(Message.id)
        .where(
            Message.clinic_id == clinic.id,
            Message.patient_id.is_not(None),
            Message.made_at < before,
            Message.due_at < before,
            Message.status.not_in(_ON_THE_WAY),
            or_(Message.body_sealed.is_not(None), Message.number_sealed.is_not(None)),
        )
        .order_by(Message.made_at)
    )


def _strangers(clinic: Clinic, before: datetime) -> Select[UUID]:
    alarming = select(SafetyAlert.id).where(SafetyAlert.thread_id == Thread.id)
    return select(Thread.id).where(
        Thread.clinic_id == clinic.id,
        Thread.patient_id.is_(None),
        Thread.opened_at.is_(None),  # somebody still has to answer
        Thread.last_at < before,
        ~alarming.exists(),
    )


def _drafts(clinic: Clinic, before: datetime) -> Select[UUID]:
    last_at = func.coalesce(QuestionnaireResponse.saved_at, QuestionnaireResponse.made_at)
    return select(QuestionnaireResponse.id).where(
        QuestionnaireResponse.clinic_id == clinic.id, last_at < before, *erasing.not_sent()
    )


def _recordings(clinic: Clinic, before: datetime) -> Select[UUID]:
    return select(JournalFile.id).where(
        JournalFile.clinic_id == clinic.id, JournalFile.made_at < before
    )


def _sessions(clinic: Clinic, before: datetime) -> Select[UUID]:
    seated = select(Seat.id).where(Seat.web_session_id == WebSession.id)
    return select(WebSession.id).where(
        WebSession.clinic_id == clinic.id,
        WebSession.ended_at < before,
        ~seated.exists(),  # who sat there is part of the visit
    )


def _candidates(clinic: Clinic, before: datetime) -> Select[UUID]:
    return _by_chance(
        Patient.clinic_id == clinic.id,
        Patient.declined_at < before,
        Patient.accepted_at.is_(None),
        Patient.erased_at.is_(None),
        Patient.merged_into_id.is_(None),
    )


def _patients(clinic: Clinic, before: datetime) -> Select[UUID]:
    return _by_chance(
        Patient.clinic_id == clinic.id,
        Patient.archived_at < before,
        Patient.erased_at.is_(None),
        Patient.merged_into_id.is_(None),
    )


def _by_chance(*which: ColumnElement[bool]) -> Select[UUID]:
    """Whoever cannot go yet keeps nobody behind them waiting."""
    return select(Patient.id).where(*which).order_by(func.random())


def _forget_texts(db: Session, ids: list[UUID]) -> int:
    """The words and the number go; that there was a text, when, and what became of it stays."""
    theirs = select(Message.patient_id).where(Message.id.in_(ids))
    newest = db.scalar(select(func.max(Message.made_at)).where(Message.id.in_(ids)))
    db.execute(
        update(Message).where(Message.id.in_(ids)).values(body_sealed=None, number_sealed=None)
    )
    threads = select(Thread.id).where(Thread.patient_id.in_(theirs))
    db.execute(
        delete(StaffNote).where(StaffNote.thread_id.in_(threads), StaffNote.made_at <= newest)
    )
    return len(ids)


def _forget_strangers(db: Session, ids: list[UUID]) -> int:
    messages = select(Message.id).where(Message.thread_id.in_(ids))
    db.execute(delete(StaffNote).where(StaffNote.thread_id.in_(ids)))
    db.execute(delete(DeliveryReport).where(DeliveryReport.message_id.in_(messages)))
    db.execute(update(Escort).where(Escort.message_id.in_(messages)).values(message_id=None))
    db.execute(update(Message).where(Message.again_of_id.in_(messages)).values(again_of_id=None))
    db.execute(delete(Message).where(Message.thread_id.in_(ids)))
    db.execute(delete(Thread).where(Thread.id.in_(ids)))
    return len(ids)


def _forget_drafts(db: Session, ids: list[UUID]) -> int:
    return erasing.forget_drafts(db, QuestionnaireResponse.id.in_(ids))


def _forget_recordings(db: Session, ids: list[UUID]) -> int:
    db.execute(delete(JournalSlice).where(JournalSlice.file_id.in_(ids)))
    db.execute(delete(JournalFile).where(JournalFile.id.in_(ids)))
    return len(ids)


def _forget_sessions(db: Session, ids: list[UUID]) -> int:
    db.execute(delete(WebSession).where(WebSession.id.in_(ids)))
    return len(ids)


def _erase(ground: Ground) -> Callable[[Session, list[UUID]], int]:
    def erase_all(db: Session, ids: list[UUID]) -> int:
        gone = 0
        for patient in db.scalars(select(Patient).where(Patient.id.in_(ids))).all():
            try:
                erasing.erase(db, patient, ground, by=None)
            except (NotErased, StillNeeded):
                continue  # a person has to see to it first
            gone += 1
        return gone

    return erase_all


_OVER: Mapping[Kept, Callable[[Clinic, datetime], Select[UUID]]] = {
    Kept.TEXTS: _texts,
    Kept.STRANGERS: _strangers,
    Kept.DRAFTS: _drafts,
    Kept.RECORDINGS: _recordings,
    Kept.SESSIONS: _sessions,
    Kept.CANDIDATES: _candidates,
    Kept.PATIENTS: _patients,
}
_LET_GO: Mapping[Kept, Callable[[Session, list[UUID]], int]] = {
    Kept.TEXTS: _forget_texts,
    Kept.STRANGERS: _forget_strangers,
    Kept.DRAFTS: _forget_drafts,
    Kept.RECORDINGS: _forget_recordings,
    Kept.SESSIONS: _forget_sessions,
    Kept.CANDIDATES: _erase(Ground.NEVER_TREATED),
    Kept.PATIENTS: _erase(Ground.TIME_IS_UP),
}
