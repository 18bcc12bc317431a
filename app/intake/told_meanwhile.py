"""A scale that was answered in the last days is not asked again the evening before an infusion."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased, contains_eager
from sqlalchemy.orm.attributes import set_committed_value

from app import clock, live
from app.intake import finishing, valid_for
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskState
from app.questionnaires import library
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus
from app.scheduling.models import Appointment, AppointmentStatus, Service


def leave_out(db: Session, patient_id: UUID | None = None) -> None:
    """Pull back the scales of checks that opened, if nobody need answer them; of all or of one.

    What is begun stays. Twice changes nothing.
    """
    db.flush()  # what was just handed in counts
    now = clock.now()
    needless = (
        _scales()
        .options(contains_eager(IntakeTask.packet))
        .where(
            IntakePacket.opens_at <= now,
            IntakePacket.closes_at > now,
            # The same once more, so that what is open is found by its index and nothing else read.
            IntakeTask.packet_id.in_(
                select(IntakePacket.id).where(IntakePacket.closes_at > now).correlate(None)
            ),
            or_(_told(now), _is_asked_elsewhere(now)),
        )
    )
    if patient_id is not None:
        needless = needless.where(IntakeTask.patient_id == patient_id)
    for task in db.scalars(needless).all():
        if _cancel(db, task):
            live.publish(db, f"desk:{task.clinic_id}")
            finishing.finish(db, task.packet)


def next_due(db: Session) -> datetime | None:
    """When the next of these checks opens."""
    opening = _scales().where(IntakePacket.opens_at > clock.now())
    return db.scalar(opening.with_only_columns(func.min(IntakePacket.opens_at)))


def _cancel(db: Session, task: IntakeTask) -> bool:
    """Whether it was: what a patient begins in this very moment stays theirs."""
    cancelled = db.scalar(
        update(IntakeTask)
        .where(IntakeTask.id == task.id, IntakeTask.state == TaskState.REQUESTED)
        .values(state=TaskState.CANCELLED)
        .returning(IntakeTask.id)
        .execution_options(synchronize_session=False)
    )
    if cancelled is None:
        return False
    set_committed_value(task, "state", TaskState.CANCELLED)
    return True


def _scales() -> Select[IntakeTask]:
    """The scales of all checks that stand, not begun."""
    urls = [library.unkept(slug).url for slug in valid_for.SCALES]
    return (
        select(IntakeTask)
        .join(IntakeTask.packet)
        .join(Questionnaire, Questionnaire.id == IntakeTask.questionnaire_id)
        .where(
            IntakePacket.code == PacketCode.READINESS_EVE,
            IntakePacket.cancelled_at.is_(None),
            IntakeTask.state == TaskState.REQUESTED,
            Questionnaire.url.in_(urls),
        )
    )


def _told(now: datetime) -> ColumnElement[bool]:
    """Answered in the last days. Once there was an infusion, one of the scales holds longer."""
    held = select(Appointment.id).where(
        Appointment.patient_id == IntakeTask.patient_id,
        Appointment.service == Service.INFUSION,
        Appointment.status == AppointmentStatus.FULFILLED,
    )
    holds_longer = or_(
        *(
            and_(
                Questionnaire.url == library.unkept(slug).url,
                _answered(valid_for.holds_since(slug)),
            )
            for slug in valid_for.SCALES
        )
    )
    return or_(
        _answered(now - valid_for.BASELINE + valid_for.SLACK), and_(held.exists(), holds_longer)
    )


def _answered(since: datetime) -> ColumnElement[bool]:
    same = aliased(Questionnaire)
    return (
        select(QuestionnaireResponse.id)
        .join(same, same.id == QuestionnaireResponse.questionnaire_id)
        .where(
            QuestionnaireResponse.patient_id == IntakeTask.patient_id,
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            QuestionnaireResponse.completed_at > since,
            same.url == Questionnaire.url,
        )
        .correlate(IntakeTask, Questionnaire)
        .exists()
    )


def _is_asked_elsewhere(now: datetime) -> ColumnElement[bool]:
    """Another packet that is open asks for the same."""
    task, packet = aliased(IntakeTask), aliased(IntakePacket)
    return (
        select(task.id)
        .join(packet, packet.id == task.packet_id)
        .where(
            task.patient_id == IntakeTask.patient_id,
            task.questionnaire_id == IntakeTask.questionnaire_id,
            task.state.in_((TaskState.REQUESTED, TaskState.IN_PROGRESS)),
            packet.code != PacketCode.READINESS_EVE,
            packet.cancelled_at.is_(None),
            packet.opens_at <= now,
            packet.closes_at > now,
        )
        .correlate(IntakeTask)
        .exists()
    )
