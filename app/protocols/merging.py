"""Joins two records of one person in one transaction, and calls back what the one that goes sent.

Whoever holds a link, a session or a passkey of the record that goes opens nothing any more; what
was planned for it is planned anew for the other. Undoing is not promised: staff see a preview.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from app import clock, live
from app.access import kept_passkeys, web_sessions
from app.audit import trail
from app.companion.models import SessionHour
from app.i18n import gettext as _
from app.intake import packet_texts, taking_along
from app.intake.models import IntakePacket
from app.journal import planning
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import claims, outbox
from app.messaging.models import Message, MessageStatus
from app.people import merging
from app.people.models import Patient, Practitioner
from app.protocols import folding, reaching
from app.push import subscriptions
from app.push.models import NoticeStatus, PushNotice
from app.refusal import Refusal
from app.scheduling import calendars, moving, visit_texts
from app.scheduling.models import Appointment, Service
from app.tasks import desk
from app.tasks.models import TaskCode
from app.telehealth.models import Seat, SeatState, VideoVisit


class CannotJoin(Refusal):
    pass


@dataclass(frozen=True)
class Preview:
    """What joining would do. `moves`: rows by table; the others: what is called back."""

    choices: list[merging.Choice]
    moves: dict[str, int]
    links: int
    texts: int
    browsers: int
    clashes: list[Appointment]  # of the one that goes, at a time that the other has something


@dataclass(frozen=True)
class _Planned:
    """What has to be planned anew once it has moved."""

    visits: list[UUID]
    packets: list[UUID]
    infusions: list[UUID]


def preview(db: Session, kept: Patient, gone: Patient) -> Preview:
    """Look before joining. Refuses as `join` does."""
    _refuse(db, kept, gone)
    return Preview(
        choices=merging.choices(kept, gone),
        moves=merging.hanging(db, gone),
        links=_count(db, select(MagicLink.id).where(magic_links.opens(gone.id))),
        texts=_count(
            db,
            select(Message.id).where(
                Message.patient_id == gone.id, Message.status == MessageStatus.QUEUED
            ),
        ),
        browsers=len(web_sessions.of(db, gone)) + len(kept_passkeys.of(db, gone)),
        clashes=_clashes(db, kept, gone),
    )


def join(
    db: Session, kept: Patient, gone: Patient, taken: Collection[str], *, by: Practitioner
) -> None:
    """Everything of `gone` becomes `kept`'s; of `gone` an empty row stays.

    `taken`: the fields (`people.merging.FIELDS`) whose value is `gone`'s from now on; another
    number has the consequences that it always has. Refuses (CannotJoin) a record that is joined or
    put away, and while either is in a visit or a session.
    """
    for patient_id in sorted((kept.id, gone.id)):
        claims.hold_patient(db, patient_id)
    _refuse(db, kept, gone)
    planned, took_texts = _planned(db, gone), kept.takes_texts
    _call_back(db, gone, by)
    folding.fold(db, kept, gone)
    merging.move(db, kept, gone)
    if merging.take_values(db, kept, gone, taken):
        reaching.follow_number(db, kept, by=by)
    _plan_anew(db, planned, by)
    if kept.takes_texts is not took_texts:
        reaching.follow_texts(db, kept)
    if not kept.is_candidate:
        desk.settle_for(db, TaskCode.CANDIDATE, kept.id, by=by)
    trail.record(db, "join-records", agent=by, entity=kept, detail=str(gone.id))
    trail.record(db, "joined-into", agent=by, entity=gone, detail=str(kept.id))
    live.publish(db, f"desk:{kept.clinic_id}")


def _refuse(db: Session, kept: Patient, gone: Patient) -> None:
    if kept.id == gone.id or kept.clinic_id != gone.clinic_id:
        raise CannotJoin(_("Choose two records."))
    if not kept.is_active or gone.merged_into_id is not None:
        raise CannotJoin(_("This record is put away. Bring it back first."))
    if _is_in_a_visit(db, (kept.id, gone.id)):
        raise CannotJoin(_("They are in a visit right now. Join the records afterwards."))


def _is_in_a_visit(db: Session, ids: Collection[UUID]) -> bool:
    seats = db.scalars(
        select(Seat)
        .join(VideoVisit, VideoVisit.id == Seat.visit_id)
        .join(Appointment, Appointment.id == VideoVisit.appointment_id)
        .where(
            Appointment.patient_id.in_(ids),
            VideoVisit.ended_at.is_(None),
            Seat.state.in_((SeatState.CLAIMED, SeatState.ADMITTED)),
        )
    )
    hour = select(SessionHour.id).where(
        SessionHour.patient_id.in_(ids),
        SessionHour.started_at.is_not(None),
        SessionHour.ended_at.is_(None),
        SessionHour.closed_at.is_(None),
    )
    return any(seat.is_present for seat in seats) or db.scalar(hour) is not None


def _planned(db: Session, gone: Patient) -> _Planned:
    visits = select(Appointment.id).where(
        Appointment.patient_id == gone.id,
        Appointment.service != Service.INFUSION,
        Appointment.status.in_(calendars.OPEN),
        Appointment.ends_at > clock.now(),
    )
    return _Planned(
        visits=list(db.scalars(visits.order_by(Appointment.starts_at))),
        packets=[packet.id for packet in taking_along.open_packets(db, gone)],
        infusions=[infusion.id for infusion in planning.with_prompts_ahead(db, gone)],
    )


def _call_back(db: Session, gone: Patient, by: Practitioner) -> None:
    web_sessions.end_all(db, gone, by=by)
    kept_passkeys.remove_all(db, gone, by=by)
    subscriptions.end_all(db, gone)
    magic_links.revoke_all(db, gone.id)
    outbox.call_back(db, gone)
    db.execute(
        delete(PushNotice).where(
            PushNotice.patient_id == gone.id, PushNotice.status == NoticeStatus.QUEUED
        )
    )


def _plan_anew(db: Session, planned: _Planned, by: Practitioner) -> None:
    for visit_id in planned.visits:
        visit = db.get_one(Appointment, visit_id)
        visit.version += 1  # what was texted for the other record does not count
        moving.note(db, visit, "joined-records", by=by)
        visit_texts.plan(db, visit)
    for packet_id in planned.packets:
        packet_texts.renew_link(db, db.get_one(IntakePacket, packet_id))
    for infusion_id in planned.infusions:
        planning.plan(db, db.get_one(Appointment, infusion_id))


def _clashes(db: Session, kept: Patient, gone: Patient) -> list[Appointment]:
    open_ones = db.scalars(
        select(Appointment)
        .where(
            Appointment.patient_id.in_((kept.id, gone.id)),
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
    ).all()
    ours = [each for each in open_ones if each.patient_id == kept.id]
    theirs = [each for each in open_ones if each.patient_id == gone.id]
    return [
        each
        for each in theirs
        if any(one.starts_at < each.ends_at and each.starts_at < one.ends_at for one in ours)
    ]


def _count(db: Session, rows: Select[UUID]) -> int:
    return db.scalar(select(func.count()).select_from(rows.subquery())) or 0
