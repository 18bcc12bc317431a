"""A clinic changes a protocol: what is not sent yet follows at once, what was sent stays sent.

Visits that are booked stay where they are, too: their times were agreed with somebody.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.intake import following_plan
from app.journal import planning, timing
from app.people.models import Clinic
from app.plans import keeping, kept
from app.plans.kept import Kept
from app.plans.plan import Plan
from app.plans.steps import StepKind
from app.protocols import hanging
from app.protocols.hanging import Change
from app.protocols.rehearsing import rehearse
from app.scheduling import calendars, integration, visit_texts
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus, Service

_OF_VISITS = {StepKind.CONFIRM, StepKind.JOIN, StepKind.NUDGE}
_BEFORE = {
    StepKind.INTAKE,
    StepKind.READINESS_EVE,
    StepKind.READINESS_MORNING,
    StepKind.SCALES_BEFORE,
}
_AFTER = {StepKind.EVENING, StepKind.MORNING, StepKind.CHECKS, StepKind.WEEK, StepKind.GOALS}
_LONGEST_OVERRUN = timedelta(days=2)


def preview(db: Session, clinic: Clinic, protocol_id: UUID, plan: Plan) -> list[Change]:
    """What would move if the protocol said this. It is done for show and taken back.

    Needs a writing transaction. Refuses as `apply` does.
    """
    with rehearse(db):
        return apply(db, clinic, protocol_id, plan, by=None)


def apply(
    db: Session,
    clinic: Clinic,
    protocol_id: UUID,
    plan: Plan,
    *,
    seen: int | None = None,
    by: Model | None,
) -> list[Change]:
    """Keep a plan as the protocol's newest version, and let follow what is to come.

    All in the caller's transaction. Refuses (PlanRefusal, ChangedMeanwhile) as `keeping.save`
    does; a protocol that the clinic does not have is the caller's to turn away.
    """
    clinic = db.get_one(Clinic, clinic.id)
    there = kept.find(db, clinic, protocol_id)
    assert there is not None, "whoever changes a protocol has found it"
    following = _following(db, clinic, there)
    before = hanging.of(db, following)
    keeping.save(db, clinic, protocol_id, plan, seen=seen, by=by)
    kinds = {kind for kind, step in plan.steps() if step != there.plan.step(kind)}
    for appointment in following:
        _follow(db, appointment, kinds, books=_books(there.plan, plan), by=by)
    return hanging.changes(before, hanging.of(db, following))


def make_default(db: Session, clinic: Clinic, protocol_id: UUID, *, by: Model | None) -> Kept:
    """Follow this one from now on where nobody chooses. What is booked stays as it is."""
    clinic = db.get_one(Clinic, clinic.id)
    # Rows from before there were protocols name none: they keep the one that was usual until now.
    db.execute(
        update(Appointment)
        .where(Appointment.clinic_id == clinic.id, Appointment.protocol_id.is_(None))
        .values(protocol_id=kept.default_of(db, clinic).id)
    )
    return keeping.make_default(db, clinic, protocol_id, by=by)


def turn_on(db: Session, clinic: Clinic, protocol_id: UUID, *, by: Model | None) -> Kept:
    """Offer a protocol at booking."""
    return keeping.offer(db, db.get_one(Clinic, clinic.id), protocol_id, True, by=by)


def turn_off(db: Session, clinic: Clinic, protocol_id: UUID, *, by: Model | None) -> Kept:
    """Offer it no more; what was booked under it goes on. Refuses (OnlyDefault) the usual one."""
    return keeping.offer(db, db.get_one(Clinic, clinic.id), protocol_id, False, by=by)


def copy(db: Session, clinic: Clinic, protocol_id: UUID, name: str, *, by: Model | None) -> Kept:
    """Add a protocol of the clinic's own that begins as another is. Refuses (NameRefused)."""
    clinic = db.get_one(Clinic, clinic.id)
    like = kept.find(db, clinic, protocol_id)
    assert like is not None, "whoever copies a protocol has found it"
    return keeping.make(db, clinic, name, like=like.plan, kind=like.kind, by=by)


def _following(db: Session, clinic: Clinic, its: Kept) -> list[Appointment]:
    """Sessions under a protocol of which anything may still come, and visits that follow none."""
    follows = Appointment.protocol_id == its.id
    if its.is_default:
        follows = or_(follows, Appointment.protocol_id.is_(None))
    since = clock.now() - timing.LINK_LIVES - _LONGEST_OVERRUN
    rows = db.scalars(
        select(Appointment)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.follows_id.is_(None),
            Appointment.status.in_(windows.TOOK_OR_TAKES_PLACE),
            Appointment.ends_at > since,
            follows,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return list(rows)


def _books(before: Plan, after: Plan) -> bool:
    """Whether a visit is booked from now on that was not before."""
    return after.visit.is_on and not before.visit.is_on


def _follow(
    db: Session,
    appointment: Appointment,
    kinds: Collection[StepKind],
    *,
    books: bool,
    by: Model | None,
) -> None:
    if appointment.service is not Service.INFUSION:
        if _OF_VISITS & {*kinds}:
            _follow_visit(db, appointment)
        return
    if (
        books
        and appointment.starts_at > clock.now()
        and windows.visit_after(db, appointment) is None
    ):
        integration.book_after(db, appointment, by=by)
    if _OF_VISITS & {*kinds}:
        visit = windows.visit_after(db, appointment)
        if visit is not None:
            _follow_visit(db, visit)
    if _BEFORE & {*kinds} and appointment.status is AppointmentStatus.BOOKED:
        following_plan.follow(db, appointment, kinds, by=by)
    # After a session that nobody planned for nobody is texted out of the blue.
    if _AFTER & {*kinds} and planning.of(db, appointment):
        planning.plan(db, appointment, sent_stays=True)


def _follow_visit(db: Session, visit: Appointment) -> None:
    calendars.hold_appointment(db, visit)
    if visit.status is AppointmentStatus.BOOKED and visit.ends_at > clock.now():
        visit_texts.follow_plan(db, visit)
