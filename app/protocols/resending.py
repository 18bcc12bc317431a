"""One link of a patient: pulled back, sent once more, or made anew for another phone."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n, live
from app.audit import trail
from app.i18n import gettext as _
from app.intake import packet_texts, taking_along
from app.intake.models import IntakePacket
from app.journal import planning
from app.journal.models import JournalPrompt
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.messaging import outbox, texts
from app.messaging.models import Message, Purpose
from app.people.models import Practitioner
from app.refusal import Refusal
from app.scheduling import fresh_link, visit_texts
from app.scheduling.models import Appointment
from app.telehealth import seats

_ON_ITS_WAY = (LinkState.SENT, LinkState.OPEN, LinkState.CLAIMED)
# Others send themselves: a code is asked for, an escort's is made at its session.
CAN_BE_SENT = (LinkKind.JOIN, LinkKind.INTAKE, LinkKind.WRITE)


class CannotSend(Refusal):
    pass


def may_send_again(link: MagicLink) -> bool:
    """Whether its text has left before: what is still to come, comes by itself."""
    return link.kind in CAN_BE_SENT and link.state in _ON_ITS_WAY and magic_links.is_live(link)


def pull_back(db: Session, link: MagicLink, *, by: Practitioner) -> None:
    """It opens nothing from now on, and its texts do not leave. Twice changes nothing.

    With an intake link goes what it asked for.
    """
    packet = _packet(db, link)
    if packet is not None:
        taking_along.cancel(db, packet, by=by)
    outbox.withdraw_link(db, link.id)
    if link.state is not LinkState.REVOKED:
        magic_links.revoke(link)
        trail.record(db, "pull-back-link", agent=by, entity=link, detail=link.kind.value)
    if link.kind is LinkKind.JOIN and link.appointment_id is not None:
        seats.send_away(db, link.appointment_id)
    live.publish(db, f"desk:{link.clinic_id}")


def send_again(db: Session, link: MagicLink, *, by: Practitioner) -> None:
    """The same link once more, at once but for quiet hours.

    Refuses (CannotSend) one that opens nothing, and whoever takes no texts.
    """
    if not may_send_again(link):
        raise CannotSend(_("This is not open, so it cannot be sent."))
    packet = _packet(db, link)
    sent = packet_texts.send_again(db, packet, by=by) if packet else _text(db, link, by)
    if sent is None:
        raise CannotSend(_("They take no texts. Please phone."))
    trail.record(db, "send-link-again", agent=by, entity=link, detail=link.kind.value)


def make_anew(db: Session, link: MagicLink, *, by: Practitioner) -> None:
    """For another phone: this link opens nothing any more, a fresh one is texted in its place.

    Refuses (CannotSend) one that opens nothing, and whoever takes no texts.
    """
    if link.kind not in CAN_BE_SENT or not magic_links.is_live(link):
        raise CannotSend(_("This is not open, so it cannot be sent."))
    if not link.patient.takes_texts:
        raise CannotSend(_("They take no texts. Please phone."))
    packet = _packet(db, link)
    trail.record(db, "make-link-anew", agent=by, entity=link, detail=link.kind.value)
    if packet is not None:
        packet_texts.renew_link(db, packet)
    elif link.kind is LinkKind.JOIN:
        visit = db.get_one(Appointment, link.appointment_id)
        fresh_link.send(db, visit, by=by)
        seats.send_away(db, visit.id)
    else:
        _write_anew(db, link, by)


def _write_anew(db: Session, link: MagicLink, by: Practitioner) -> None:
    was_sent = link.state in _ON_ITS_WAY
    magic_links.revoke(link)
    planning.plan(db, db.get_one(Appointment, link.appointment_id))
    prompt = db.scalar(
        select(JournalPrompt).where(
            JournalPrompt.appointment_id == link.appointment_id, JournalPrompt.link_id != link.id
        )
    )
    if was_sent and prompt is not None and prompt.link is not None:
        _text(db, prompt.link, by)


def _text(db: Session, link: MagicLink, by: Practitioner) -> Message | None:
    patient = link.patient
    with i18n.using(patient.language):
        if link.kind is LinkKind.JOIN:
            visit = db.get_one(Appointment, link.appointment_id)
            clinician, clinic = visit_texts.clinician(visit), visit.clinic
            body = texts.join(clinic, clinician, visit.starts_at, patient.zone)
        else:
            body = texts.quiet_minute(patient.clinic)
    return outbox.enqueue(
        db,
        Purpose.JOIN if link.kind is LinkKind.JOIN else Purpose.NOTICE,
        body,
        patient=patient,
        due_at=clock.now(),
        expires_at=link.expires_at,
        appointment_id=link.appointment_id,
        link=link,
        written_by=by,
    )


def _packet(db: Session, link: MagicLink) -> IntakePacket | None:
    if link.kind is not LinkKind.INTAKE:
        return None
    return db.scalar(select(IntakePacket).where(IntakePacket.link_id == link.id).limit(1))
