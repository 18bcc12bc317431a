"""Raises safety alerts and does not let go until a person has acknowledged them.

Rounds: the first on call, then the second, then everybody on call, every 15 minutes, eight rounds
at most; after that the red banner in the console stays. Being urgent or not sorts alerts, it does
not slow a round. The texts hold no name, no link and no clinical word, and a patient's opt-out does
not touch them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n, live
from app.audit import trail
from app.messaging import outbox, texts
from app.messaging.models import Purpose, Thread
from app.people.models import Clinic, Patient, Practitioner
from app.safety.models import SafetyAlert, Signal

EVERY = timedelta(minutes=15)
MOST_ROUNDS = 8
_LATELY = timedelta(days=1)


def raise_alert(
    db: Session,
    patient: Patient,
    signal: Signal,
    *,
    urgent: bool = True,
    response_id: UUID | None = None,
    causes: Mapping[str, list[str]] | None = None,
) -> SafetyAlert:
    """Alert the clinic about a patient, at once or (not `urgent`) for the same day.

    While an alert of this patient is open, the same signal does not make another, unless it is of
    another sheet of answers. What turns out urgent is texted about anew. `causes`: see the model.
    """
    theirs = and_(SafetyAlert.patient_id == patient.id, SafetyAlert.response_id == response_id)
    alert = _raise(
        db, theirs, patient, signal, urgent=urgent, patient_id=patient.id, response_id=response_id
    )
    if causes:
        known = alert.causes or {}
        alert.causes = {**known, **{at: [*known.get(at, []), *bad] for at, bad in causes.items()}}
    return alert


def raise_alert_about_number(db: Session, thread: Thread, signal: Signal) -> SafetyAlert:
    """The same about a number that nobody has: there may be a patient behind it."""
    theirs = SafetyAlert.thread_id == thread.id
    return _raise(db, theirs, thread, signal, urgent=True, thread_id=thread.id)


def _raise(
    db: Session,
    is_theirs: ColumnElement[bool],
    who: Patient | Thread,
    signal: Signal,
    *,
    urgent: bool,
    **about: UUID | None,
) -> SafetyAlert:
    alert = db.scalar(
        select(SafetyAlert).where(
            is_theirs,
            SafetyAlert.signal == signal,
            SafetyAlert.acknowledged_at.is_(None),
            SafetyAlert.next_round_at.is_not(None),
        )
    )
    if alert is None:
        now = clock.now()
        alert = SafetyAlert(
            clinic_id=who.clinic_id,
            signal=signal,
            urgent=urgent,
            made_at=now,
            next_round_at=now,
            **about,
        )
        db.add(alert)
        trail.record(db, "raise-alert", agent=who, entity=alert, detail=signal.value)
        _text_next_round(db, alert)
    elif urgent and not alert.urgent:
        alert.urgent = True
        trail.record(db, "worsen-alert", agent=who, entity=alert, detail=signal.value)
        _text_next_round(db, alert)
    live.publish(db, f"desk:{who.clinic_id}")
    return alert


def was_alerted_lately(db: Session, patient: Patient) -> bool:
    """Whether the last day brought a signal that this patient may be in danger."""
    lately = select(SafetyAlert.id).where(
        SafetyAlert.patient_id == patient.id, SafetyAlert.made_at > clock.now() - _LATELY
    )
    return db.scalar(lately.limit(1)) is not None


def acknowledge(db: Session, alert: SafetyAlert, *, by: Practitioner, note: str = "") -> None:
    """A person has taken it on. Doing it twice changes nothing."""
    if alert.acknowledged_at is not None:
        return
    alert.acknowledged_at, alert.acknowledged_by_id = clock.now(), by.id
    alert.note = note
    alert.next_round_at = None
    trail.record(db, "acknowledge-alert", agent=by, entity=alert)
    live.publish(db, f"desk:{alert.clinic_id}")


def open_alerts(db: Session, clinic: Clinic) -> list[SafetyAlert]:
    """What nobody has acknowledged yet: what is urgent, then what is oldest."""
    return list(
        db.scalars(
            select(SafetyAlert)
            .options(joinedload(SafetyAlert.patient), joinedload(SafetyAlert.thread))
            .where(SafetyAlert.clinic_id == clinic.id, SafetyAlert.acknowledged_at.is_(None))
            .order_by(SafetyAlert.urgent.desc(), SafetyAlert.made_at)
        )
    )


def on_call(db: Session, clinic: Clinic) -> list[Practitioner]:
    """Who can be reached, in order of rank; when nobody has a rank, everybody with a phone."""
    staff = list(
        db.scalars(
            select(Practitioner)
            .where(
                Practitioner.clinic_id == clinic.id,
                Practitioner.disabled_at.is_(None),
                Practitioner.phone_sealed.is_not(None),
            )
            .order_by(
                Practitioner.on_call_rank.is_(None), Practitioner.on_call_rank, Practitioner.made_at
            )
        )
    )
    ranked = [practitioner for practitioner in staff if practitioner.on_call_rank is not None]
    return ranked or staff


def escalate(db: Session) -> None:
    """Start the next round of every alert whose round is due. A job of the worker."""
    due = (
        select(SafetyAlert)
        .where(SafetyAlert.next_round_at <= clock.now())
        .with_for_update(skip_locked=True)
    )
    for alert in db.scalars(due):
        _text_next_round(db, alert)


def next_due(db: Session) -> datetime | None:
    """When the next round begins."""
    return db.scalar(select(func.min(SafetyAlert.next_round_at)))


def _text_next_round(db: Session, alert: SafetyAlert) -> None:
    clinic = db.get_one(Clinic, alert.clinic_id)
    staff = on_call(db, clinic)
    turn = staff[alert.rounds : alert.rounds + 1] if alert.rounds < 2 else staff
    now = clock.now()
    with i18n.using(clinic.language):
        for practitioner in turn or staff:
            outbox.enqueue(
                db,
                Purpose.SAFETY,
                texts.staff_alert(clinic),
                practitioner=practitioner,
                due_at=now,
                once_key=f"alert:{alert.id}:{alert.rounds}:{practitioner.id}",
            )
    alert.rounds += 1
    alert.next_round_at = now + EVERY if alert.rounds < MOST_ROUNDS else None
