"""The links that open something for a patient, in words for their page at the desk."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.intake.models import IntakePacket
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.people.models import Patient
from app.protocols import resending
from app.scheduling.models import Appointment
from app.web.console import words
from app.web.console.patients import asked_words


@dataclass(frozen=True)
class ShownLink:
    """One link that opens something now."""

    row: MagicLink
    title: str
    state: tuple[str, str]
    until: str
    may_send: bool
    may_renew: bool

    @property
    def was_sent(self) -> bool:
        """Whether somebody has it already."""
        return self.row.state is not LinkState.MINTED


def open_links(db: Session, patient: Patient, zone: str) -> list[ShownLink]:
    """What a patient could tap now, what ends first in front. Always three statements."""
    links = db.scalars(
        select(MagicLink).where(magic_links.opens(patient.id)).order_by(MagicLink.expires_at)
    ).all()
    packets = _packets(db, [link.id for link in links])
    visits = _appointments(db, [link.appointment_id for link in links if link.appointment_id])
    return [
        ShownLink(
            row=link,
            title=_title(link, packets.get(link.id), visits.get(link.appointment_id), zone),
            state=_state(link, packets.get(link.id)),
            until=words.when(link.expires_at, zone),
            may_send=resending.may_send_again(link),
            may_renew=link.kind in resending.CAN_BE_SENT,
        )
        for link in links
    ]


def _packets(db: Session, ids: list[UUID]) -> dict[UUID | None, IntakePacket]:
    rows = select(IntakePacket).where(IntakePacket.link_id.in_(ids))
    return {row.link_id: row for row in db.scalars(rows)}


def _appointments(db: Session, ids: list[UUID]) -> dict[UUID | None, Appointment]:
    rows = select(Appointment).where(Appointment.id.in_(ids))
    return {row.id: row for row in db.scalars(rows)}


def _title(
    link: MagicLink, packet: IntakePacket | None, appointment: Appointment | None, zone: str
) -> str:
    if packet is not None:
        title = asked_words.packet_title(packet.code)
    else:
        title = {
            LinkKind.JOIN: _("Into the visit"),
            LinkKind.INTAKE: _("Forms"),
            LinkKind.WRITE: _("Quiet minutes after the session"),
            LinkKind.SIGN_IN: _("Signing in"),
        }.get(link.kind, _("For somebody who comes along"))
    if appointment is None:
        return title
    return f"{title}, {words.when(appointment.starts_at, zone)}"


def _state(link: MagicLink, packet: IntakePacket | None) -> tuple[str, str]:
    if link.state is LinkState.MINTED:
        return (_("Not sent yet"), "")
    if link.state is LinkState.CLAIMED:
        return (_("Used"), "good")
    if packet is not None and packet.opened_at is not None:
        return (_("Opened"), "good")
    # A program that follows links opens them, too: until somebody shows to be there it was sent.
    return (_("Sent"), "")
