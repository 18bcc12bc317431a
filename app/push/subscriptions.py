"""Browsers that are sent notices: from a tap there until one tap there, or until they are gone."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.i18n import language
from app.people.models import Patient
from app.push import encryption, endpoints
from app.push.models import PushSubscription
from app.refusal import Refusal
from app.security.tokens import hash_token

_MOST = 5  # of one patient
_TOO_OFTEN = 10  # failures on end before a browser is taken for gone


def subscribe(
    db: Session,
    patient: Patient,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    device: str,
    hosts: tuple[str, ...],
) -> PushSubscription:
    """Send notices to this browser from now on. Asked again, it is the same subscription.

    Refuses a browser whose push service the installation does not know.
    """
    if not endpoints.is_known(endpoint, hosts) or not encryption.are_keys(p256dh, auth):
        raise Refusal(_("Notices do not work in this browser. Texts always do."))
    known = db.scalar(
        select(PushSubscription).where(PushSubscription.endpoint_hash == hash_token(endpoint))
    )
    if known is not None and known.patient_id != patient.id:
        db.delete(known)  # the phone has changed hands: what was sealed belongs to somebody else
        db.flush()
        known = None
    subscription = known or PushSubscription(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        endpoint_hash=hash_token(endpoint),
        made_at=clock.now(),
    )
    subscription.endpoint, subscription.p256dh, subscription.auth = endpoint, p256dh, auth
    subscription.language, subscription.device = language(), device
    subscription.failures, subscription.ended_at = 0, None
    db.add(subscription)
    db.flush()
    for oldest in live_of(db, patient)[:-_MOST]:
        end(oldest)
    trail.record(db, "turn-notices-on", agent=patient, entity=subscription)
    return subscription


def turn_off(db: Session, patient: Patient, subscription: PushSubscription) -> None:
    """The patient's one tap."""
    end(subscription)
    trail.record(db, "turn-notices-off", agent=patient, entity=subscription)


def end_all(db: Session, patient: Patient) -> None:
    """A lost phone: nothing comes to any browser of theirs any more."""
    for subscription in live_of(db, patient):
        end(subscription)


def end(subscription: PushSubscription) -> None:
    """No more notices to it. What named the browser is gone."""
    if subscription.ended_at is None:
        subscription.ended_at = clock.now()
    subscription.endpoint = subscription.p256dh = subscription.auth = ""


def note_failure(subscription: PushSubscription) -> None:
    """Its service did not take a notice. After ten on end it is taken for gone."""
    subscription.failures += 1
    if subscription.failures >= _TOO_OFTEN:
        end(subscription)


def live_of(db: Session, patient: Patient) -> Sequence[PushSubscription]:
    """The browsers that are sent a patient's notices, oldest first."""
    return db.scalars(
        select(PushSubscription)
        .where(PushSubscription.patient_id == patient.id, PushSubscription.ended_at.is_(None))
        .order_by(PushSubscription.made_at, PushSubscription.id)
    ).all()


def any_of(patient: Patient) -> ColumnElement[bool]:
    """Whether there is one, as part of a larger question."""
    return (
        select(PushSubscription.id)
        .where(PushSubscription.patient_id == patient.id, PushSubscription.ended_at.is_(None))
        .exists()
    )
