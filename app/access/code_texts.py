"""Texts the codes that were asked for. Runs in the worker, out of the asker's sight."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock, i18n
from app.access import codes, one_time_codes
from app.access.models import SignInCode
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging import outbox, texts
from app.messaging.models import Purpose
from app.people.models import Clinic, Patient


def send_waiting(db: Session) -> int:
    """Queue a text for each code not texted yet, with a link beside it. Returns how many."""
    now = clock.machine_now()
    waiting = db.scalars(
        update(SignInCode)
        .where(SignInCode.texted_at.is_(None), SignInCode.expires_at > now)
        .values(texted_at=now)
        .returning(SignInCode)
    ).all()
    known = [sign_in_code for sign_in_code in waiting if sign_in_code.patient_id is not None]
    for sign_in_code in known:
        _send(db, sign_in_code)
    return len(known)


def _send(db: Session, sign_in_code: SignInCode) -> None:
    patient = db.get_one(Patient, sign_in_code.patient_id)
    # The link is domain time like every other link; in the demo both clocks run at the same speed.
    expires_at = clock.now() + one_time_codes.LIVES
    link = magic_links.mint(
        db,
        LinkKind.SIGN_IN,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        expires_at=expires_at,
    )
    db.flush()  # the code points at its link
    sign_in_code.link_id = link.id
    with i18n.using(patient.language):
        body = texts.code(db.get_one(Clinic, patient.clinic_id), codes.digits_of(sign_in_code))
    outbox.enqueue(
        db,
        Purpose.CODE,
        body,
        patient=patient,
        due_at=clock.now(),
        expires_at=expires_at,
        link=link,
        once_key=f"code:{sign_in_code.id}",
    )
