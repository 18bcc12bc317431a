"""Which browsers may fill in a packet, and what each of them may read.

A link lets a browser write. It reads what it typed itself; what another one typed it reads only
after a code by text. A signed-in patient reads all that is theirs.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from app import clock
from app.access.models import SessionKind, Strength, WebSession
from app.audit import trail
from app.db import once
from app.intake import following
from app.intake.models import IntakeDoor, IntakePacket, IntakeTask
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.people.models import Patient
from app.questionnaires.models import Questionnaire, QuestionnaireResponse

# A code lets a browser read for as long as its person is at it, and half an hour more.
PROOF_HOLDS = timedelta(minutes=30)
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Doorway:
    """A browser that stands before a packet, or before one task of it."""

    packet: IntakePacket
    task: IntakeTask | None
    door: IntakeDoor | None
    browser_hash: bytes | None
    is_signed_in: bool
    by_passkey: bool = False

    def may_read(self, response: QuestionnaireResponse) -> bool:
        """Whether this browser may see the answers on a sheet."""
        return self.knows_them or self.typed(response)

    def typed(self, response: QuestionnaireResponse) -> bool:
        """Whether the sheet was begun in this browser."""
        return self.browser_hash is not None and response.browser_hash == self.browser_hash

    @property
    def knows_them(self) -> bool:
        """Whether this browser may see what the clinic has on file."""
        return (self.is_signed_in or self._is_proved()) and (self.by_passkey or self.can_prove)

    @property
    def can_prove(self) -> bool:
        """Whether a code by text shows anything: without a birth date on file nothing would tell a
        wrong phone from the right one.
        """
        return self.packet.patient.birth_on is not None

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be filled in here any more."""
        return self.packet.cancelled_at is not None or clock.now() >= self.packet.closes_at

    @property
    def is_done(self) -> bool:
        """Whether all of the packet was sent."""
        return self.packet.done_at is not None

    def keep_proof(self) -> None:
        """They are still at it: what the code opened stays open. One that lapsed stays shut."""
        if self.door is None or self.door.proved_at is None or not self._is_proved():
            return
        now = clock.machine_now()
        if now - self.door.proved_at >= _NOTED_EVERY:
            self.door.proved_at = now

    def _is_proved(self) -> bool:
        if self.door is None or self.door.proved_at is None:
            return False
        return clock.machine_now() - self.door.proved_at < PROOF_HOLDS


def to_task(db: Session, task_id: UUID, web_session: WebSession) -> Doorway | None:
    """The task for a browser that may fill it in. None for every other. One statement."""
    found = db.execute(
        select(IntakeTask, IntakeDoor)
        .join(IntakeTask.packet)
        .outerjoin(IntakeDoor, _door_of(web_session))
        .where(IntakeTask.id == task_id, IntakePacket.patient_id == web_session.patient_id)
        .options(
            contains_eager(IntakeTask.packet)
            .joinedload(IntakePacket.patient)
            .joinedload(Patient.clinic),
            contains_eager(IntakeTask.packet).joinedload(IntakePacket.link),
            joinedload(IntakeTask.response),
            # Forms are kept parsed: their text is large, and read once a process.
            joinedload(IntakeTask.questionnaire).options(defer(Questionnaire.definition)),
        )
    ).one_or_none()
    if found is None:
        return None
    task, door = found
    return let_in(task.packet, task, door, web_session)


def to_packet(db: Session, packet_id: UUID, web_session: WebSession) -> Doorway | None:
    """The packet for a browser that may fill it in. None for every other. One statement."""
    found = db.execute(
        select(IntakePacket, IntakeDoor)
        .outerjoin(IntakeDoor, _door_of(web_session))
        .where(IntakePacket.id == packet_id, IntakePacket.patient_id == web_session.patient_id)
        .options(
            joinedload(IntakePacket.patient).joinedload(Patient.clinic),
            joinedload(IntakePacket.link),
        )
    ).one_or_none()
    if found is None:
        return None
    packet, door = found
    return let_in(packet, None, door, web_session)


@dataclass(frozen=True)
class Tap:
    """A link to a packet as one browser tapped it."""

    link: MagicLink
    doorway: Doorway | None  # None: nothing is asked behind it any more
    earlier: WebSession | None  # that of the browser's cookie, live or not


def tapped(
    db: Session, token: object, browser_hash: bytes, cookie: ColumnElement[bool]
) -> Tap | None:
    """What a link's token leads to for a browser. None for anything that is none of ours.

    `cookie` names the browser's session. One statement.
    """
    found = db.execute(
        select(MagicLink, IntakePacket, IntakeDoor, WebSession)
        .outerjoin(IntakePacket, IntakePacket.link_id == MagicLink.id)
        .outerjoin(
            IntakeDoor,
            and_(IntakeDoor.packet_id == IntakePacket.id, IntakeDoor.browser_hash == browser_hash),
        )
        .outerjoin(WebSession, cookie)
        .where(magic_links.named_by(token), MagicLink.kind == LinkKind.INTAKE)
        .options(joinedload(MagicLink.patient).joinedload(Patient.clinic))
    ).one_or_none()
    if found is None:
        return None
    link, packet, door, earlier = found
    behind = cast("IntakePacket | None", packet)  # by an outer join
    if behind is None:
        return Tap(link, None, earlier)
    return Tap(link, Doorway(behind, None, door, browser_hash, is_signed_in=False), earlier)


def unlock(db: Session, doorway: Doorway) -> None:
    """Let this browser in by the packet's link. Again changes nothing.

    Whoever holds the link can do so, programs too: it counts as opened once somebody touches it
    (`following.opened`), and the trail begins with the first form that is begun.
    """
    packet = doorway.packet
    if doorway.door is None and doorway.browser_hash is not None:
        admit(db, packet.clinic_id, packet.id, doorway.browser_hash)
    following.about_to_be_shown(db, packet)


def admit(db: Session, clinic_id: UUID, packet_id: UUID, browser_hash: bytes) -> None:
    """Let a browser fill in a packet that rides on a page of its own. Again changes nothing."""
    once.add_once(
        db,
        IntakeDoor(
            clinic_id=clinic_id,
            packet_id=packet_id,
            browser_hash=browser_hash,
            opened_at=clock.now(),
        ),
    )


def prove(db: Session, doorway: Doorway) -> None:
    """The patient showed a code in this browser: it may read the packet's sheets for a day."""
    if doorway.door is not None:
        doorway.door.proved_at = clock.machine_now()
        trail.record(db, "prove-browser", agent=None, entity=doorway.packet)


def tasks_of(db: Session, packet: IntakePacket) -> list[IntakeTask]:
    """All that a packet asks, in order, with forms and sheets. One statement."""
    return list(
        db.scalars(
            select(IntakeTask)
            .where(IntakeTask.packet_id == packet.id)
            .options(
                joinedload(IntakeTask.response),
                joinedload(IntakeTask.questionnaire).options(defer(Questionnaire.definition)),
            )
            .order_by(IntakeTask.position)
        )
    )


def let_in(
    packet: IntakePacket, task: IntakeTask | None, door: IntakeDoor | None, web_session: WebSession
) -> Doorway | None:
    """How a live session of the packet's patient stands to it. None: it is not let in."""
    is_signed_in = web_session.kind is SessionKind.PATIENT
    if not is_signed_in and (door is None or _is_pulled_back(packet)):
        return None
    by_passkey = web_session.strength in (Strength.PASSKEY, Strength.DEMO)
    return Doorway(packet, task, door, web_session.browser_hash, is_signed_in, by_passkey)


def _is_pulled_back(packet: IntakePacket) -> bool:
    return packet.link is not None and packet.link.state is LinkState.REVOKED


def _door_of(web_session: WebSession) -> ColumnElement[bool]:
    return and_(
        IntakeDoor.packet_id == IntakePacket.id,
        IntakeDoor.browser_hash == web_session.browser_hash,
    )
