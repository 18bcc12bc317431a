"""Letting go of what is known of a patient, as far as law allows.

HIPAA gives nobody a right to have a record erased, and states say how long it is kept. What is not
part of the record may go whenever its patient asks: what they kept for themselves, what they never
sent in, browsers and passkeys. All of it goes once its time is up, where nobody was ever treated,
or where an administrator says that law asks for it.

What stays of a record that was erased: its id, its times and states (so that counts stay true),
which words were agreed to and when, and the trail, with this act in it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from app import clock, live
from app.access.models import Passkey, SignInCode, WebSession
from app.audit import trail
from app.i18n import gettext as _
from app.intake.models import IntakeDoor, IntakePacket
from app.journal import deleting, entry_keys
from app.journal.models import JournalEntry, JournalFile, JournalSlice
from app.keeping import reach, rules
from app.keeping.models import Kept
from app.links import magic_links
from app.messaging import claims, outbox
from app.messaging.models import Message
from app.people.models import Clinic, Patient, Practitioner
from app.protocols import archiving
from app.push.models import PushNotice, PushSubscription
from app.questionnaires.models import Attachment, QuestionnaireResponse, ResponseStatus
from app.refusal import Refusal
from app.safety.models import SafetyAlert
from app.scheduling.models import Appointment, AppointmentStatus, Encounter
from app.telehealth.models import Seat


class NotErased(Refusal):
    """Law, or something that is still going on, stands against it."""


class Ground(StrEnum):
    """Why all of a record may go."""

    TIME_IS_UP = "time-is-up"  # longer put away than the clinic keeps records
    NEVER_TREATED = "never-treated"
    LAW = "law"  # an administrator knows of a law that asks for it


@dataclass(frozen=True)
class Preview:
    """What would go, counted. `own`: what may go at any time."""

    own: dict[str, int]
    entries: int
    sheets: int
    texts: int


def preview(db: Session, patient: Patient) -> Preview:
    """Look before erasing. Changes nothing."""
    entries = select(JournalEntry.id).where(
        JournalEntry.patient_id == patient.id, JournalEntry.deleted_at.is_(None)
    )
    sheets = select(QuestionnaireResponse.id).where(
        QuestionnaireResponse.patient_id == patient.id,
        QuestionnaireResponse.status == ResponseStatus.COMPLETED,
    )
    own = {
        "drafts": _count(db, select(QuestionnaireResponse.id).where(*unsent(patient.id))),
        "browsers": _count(db, select(WebSession.id).where(WebSession.patient_id == patient.id)),
        "passkeys": _count(db, select(Passkey.id).where(Passkey.patient_id == patient.id)),
    }
    texts = select(Message.id).where(Message.patient_id == patient.id)
    return Preview(own, _count(db, entries), _count(db, sheets), _count(db, texts))


def grounds(db: Session, patient: Patient) -> list[Ground]:
    """On which of them all of this record may go today."""
    found = [Ground.LAW]
    if not _was_treated(db, patient):
        found.insert(0, Ground.NEVER_TREATED)
    if _is_time_up(db, patient):
        found.insert(0, Ground.TIME_IS_UP)
    return found


def erase_own(db: Session, patient: Patient, *, by: Practitioner | None) -> None:
    """Let go of what is no part of the record. Twice changes nothing."""
    claims.hold_patient(db, patient.id)
    _destroy_private(db, patient)
    forget_drafts(db, QuestionnaireResponse.patient_id == patient.id)
    _close_ways_in(db, patient)
    trail.record(db, "erase-own", agent=by, entity=patient)


def erase(db: Session, patient: Patient, ground: Ground, *, by: Practitioner | None) -> None:
    """Let go of everything that is known of a patient, for good. Twice changes nothing.

    `by` None: Afterglow itself, or an operator. Refuses (NotErased) a ground that does not hold,
    and (StillNeeded) while anything is booked, an alert is open or a text waits for an answer.
    """
    claims.hold_patient(db, patient.id)
    if patient.erased_at is not None or patient.merged_into_id is not None:
        return
    if ground not in grounds(db, patient):
        raise NotErased(_("The record has to be kept longer."))
    archiving.refuse_needed(db, patient)
    outbox.call_back(db, patient)
    magic_links.revoke_all(db, patient.id)
    _destroy_journal(db, patient)
    forget_drafts(db, QuestionnaireResponse.patient_id == patient.id)
    _close_ways_in(db, patient)
    _forget_person(db, patient)
    db.flush()
    reach.blank(db, patient.id)
    trail.record(db, "erase", agent=by, entity=patient, detail=ground.value)
    live.publish(db, f"desk:{patient.clinic_id}")


def unsent(patient_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """The sheets of a patient that they never sent in, and that told the clinic nothing."""
    return QuestionnaireResponse.patient_id == patient_id, *not_sent()


def not_sent() -> tuple[ColumnElement[bool], ...]:
    """Sheets that were never sent in. One that raised an alert belongs to what came of it."""
    alarming = select(SafetyAlert.id).where(SafetyAlert.response_id == QuestionnaireResponse.id)
    return (
        # Told one by one, so that they are found by their index.
        QuestionnaireResponse.status.in_((ResponseStatus.IN_PROGRESS, ResponseStatus.STOPPED)),
        ~alarming.exists(),
        QuestionnaireResponse.answers_sealed.is_not(None) | (QuestionnaireResponse.touched != "{}"),
    )


def forget_drafts(db: Session, *which: ColumnElement[bool]) -> int:
    """Let go of what was typed and never sent in. Returns how many sheets."""
    ids = db.scalars(select(QuestionnaireResponse.id).where(*which, *not_sent())).all()
    db.execute(delete(Attachment).where(Attachment.response_id.in_(ids)))
    db.execute(
        update(QuestionnaireResponse)
        .where(QuestionnaireResponse.id.in_(ids))
        .values(
            answers_sealed=None,
            touched="{}",
            at_link_id="",
            browser_hash=None,
            # A page that is open somewhere was drawn from what is gone.
            revision=QuestionnaireResponse.revision + 1,
        )
    )
    return len(ids)


def _destroy_private(db: Session, patient: Patient) -> None:
    for entry in db.scalars(_entries(patient)):
        if deleting.may_be_deleted(db, entry):
            deleting.destroy(db, entry)


def _destroy_journal(db: Session, patient: Patient) -> None:
    """Read by staff or not: without their keys no copy of any day brings them back."""
    for entry in db.scalars(_entries(patient)):
        entry.deleted_at = clock.now()
        entry_keys.destroy(db, entry.key_id)
    files = select(JournalFile.id).where(JournalFile.patient_id == patient.id)
    db.execute(delete(JournalSlice).where(JournalSlice.file_id.in_(files)))
    db.execute(delete(JournalFile).where(JournalFile.patient_id == patient.id))


def _entries(patient: Patient) -> Select[JournalEntry]:
    return select(JournalEntry).where(
        JournalEntry.patient_id == patient.id, JournalEntry.deleted_at.is_(None)
    )


def _close_ways_in(db: Session, patient: Patient) -> None:
    """Nothing opens their pages any more, and which browsers did is forgotten."""
    now = clock.machine_now()
    seated = select(Seat.web_session_id)
    db.execute(
        update(WebSession)
        .where(WebSession.patient_id == patient.id, WebSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    db.execute(
        delete(WebSession).where(WebSession.patient_id == patient.id, WebSession.id.not_in(seated))
    )
    for model in (Passkey, SignInCode, PushNotice, PushSubscription):
        db.execute(delete(model).where(model.patient_id == patient.id))
    packets = select(IntakePacket.id).where(IntakePacket.patient_id == patient.id)
    db.execute(delete(IntakeDoor).where(IntakeDoor.packet_id.in_(packets)))


def _forget_person(db: Session, patient: Patient) -> None:
    now = clock.now()
    patient.archived_at = patient.archived_at or now
    patient.erased_at, patient.texts_agreed_at, patient.wants = now, None, ""
    db.execute(
        update(QuestionnaireResponse)
        .where(QuestionnaireResponse.patient_id == patient.id)
        .values(touched="{}", browser_hash=None)
    )


def _was_treated(db: Session, patient: Patient) -> bool:
    held = (
        select(Appointment.id)
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(
            Appointment.patient_id == patient.id,
            (Appointment.status == AppointmentStatus.FULFILLED) | Encounter.id.is_not(None),
        )
    )
    return db.scalar(held.limit(1)) is not None


def _is_time_up(db: Session, patient: Patient) -> bool:
    clinic = db.get_one(Clinic, patient.clinic_id)
    days = rules.of(db, clinic)[Kept.PATIENTS]
    if days is None or patient.archived_at is None:
        return False
    return patient.archived_at < clock.now() - timedelta(days=days)


def _count(db: Session, rows: Select[UUID]) -> int:
    return db.scalar(select(func.count()).select_from(rows.subquery())) or 0
