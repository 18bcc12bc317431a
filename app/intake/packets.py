"""What a patient is asked before an infusion, or because staff say so: put together and followed.

A packet is sent with one text and opened with one link. It goes along when its infusion moves.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.db.base import Model
from app.i18n import gettext as _
from app.intake import packet_texts, resting, timing, told_meanwhile, valid_for, wordings
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskKind, TaskState
from app.intake.timing import Span
from app.people.models import Patient, Practitioner
from app.plans import kept
from app.questionnaires.models import Questionnaire
from app.refusal import Refusal
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk
from app.tasks.models import TaskCode

# The extension that makes a group a consent, as it stands in a form.
_CONSENT_MARK = '/StructureDefinition/consent"'
# Two texts within this time would be one too many.
_TOGETHER = timedelta(hours=3)
OPEN = (TaskState.REQUESTED, TaskState.IN_PROGRESS)
CHECKS = (PacketCode.READINESS_EVE, PacketCode.READINESS_MORNING)


class NothingAsked(Refusal):
    pass


def assign(db: Session, infusion: Appointment, *, by: Model | None) -> list[IntakePacket]:
    """Ask for what is wanted before an infusion: the forms at once, the checks just before it.

    Only what the patient has not told lately. A check that would come right after the forms comes
    with them, in one text. Scales come with the forms of a first infusion that is near, else with
    the check of the evening before. Nothing for an infusion that has begun, and nothing twice.
    """
    there = {packet.code for packet in packets_of(db, infusion)}
    if infusion.starts_at <= clock.now() or PacketCode.INTAKE in there:
        return []
    plan = kept.plan_of(db, infusion)
    if not plan.intake.is_on:
        return assign_checks(db, infusion, by=by)
    wanted = _not_told_lately(db, infusion)
    opens_at = max(
        _opens_at(db, infusion.patient, [form for form in wanted.values() if form]),
        timing.opens(infusion.starts_at, clock.now(), plan.intake),
    )
    spans = {code: span_of(db, infusion, code) for code in CHECKS if code not in there}
    soon = [code for code, span in spans.items() if comes_with_forms(span, opens_at)]
    others = {slug: form for slug, form in wanted.items() if slug not in valid_for.SCALES}
    has_eve = PacketCode.READINESS_EVE in there or bool(spans.get(PacketCode.READINESS_EVE))
    comes_along = bool(others) and PacketCode.READINESS_EVE in soon
    is_near = infusion.starts_at - opens_at <= valid_for.BASELINE
    if not is_near or (has_eve and not comes_along and not _is_first(db, infusion)):
        wanted = others
    if not wanted:
        return assign_checks(db, infusion, by=by)
    forms = [*wanted.values()]
    forms += [wordings.form_for(db, infusion, code) for code in soon]
    packet = make(
        db,
        infusion.patient,
        PacketCode.INTAKE,
        forms,
        **asdict(timing.intake(infusion.starts_at, opens_at, plan.intake)),
        infusion=infusion,
        by=by,
    )
    return [packet, *assign_checks(db, infusion, besides=soon, by=by)]


def comes_with_forms(span: Span | None, forms_open_at: datetime) -> bool:
    """Whether a check would be texted so soon after the forms that it comes with them."""
    return span is not None and span.opens_at < forms_open_at + _TOGETHER


def assign_checks(
    db: Session, infusion: Appointment, *, besides: Sequence[PacketCode] = (), by: Model | None
) -> list[IntakePacket]:
    """The checks of the day before and of the day, those that are not there yet."""
    there = {packet.code for packet in packets_of(db, infusion)} | {*besides}
    made = [_assign_check(db, infusion, code, by) for code in CHECKS if code not in there]
    told_meanwhile.leave_out(db, infusion.patient_id)
    return [packet for packet in made if packet is not None]


def ask(
    db: Session,
    patient: Patient,
    questionnaires: Sequence[Questionnaire],
    *,
    due_at: datetime | None = None,
    with_camera_check: bool = False,
    by: Model | None,
) -> IntakePacket:
    """Ask a patient for these forms by themselves, with a text at once.

    Refuses (NothingAsked) to ask for nothing. A consent waits until a day after a dose.
    """
    wanted: list[Questionnaire | None] = list(questionnaires)
    if with_camera_check:
        wanted.append(None)
    if not wanted:
        raise NothingAsked(_("Choose what to ask for."), field="forms")
    now = clock.now()
    opens_at = _opens_at(db, patient, questionnaires)
    closes_at = max(due_at or now, opens_at + timing.ASKED_FOR)
    span = Span(opens_at, max(due_at or closes_at, opens_at), closes_at)
    return make(db, patient, PacketCode.ASKED, wanted, **asdict(span), by=by)


def open_tasks(db: Session, patient: Patient) -> list[IntakeTask]:
    """What a patient has to do now, what is due first in front."""
    now = clock.now()
    return list(
        db.scalars(
            _tasks()
            .where(
                IntakeTask.patient_id == patient.id,
                IntakeTask.state.in_(OPEN),
                IntakePacket.cancelled_at.is_(None),
                IntakePacket.opens_at <= now,
                IntakePacket.closes_at > now,
            )
            .order_by(IntakePacket.due_at, IntakePacket.id, IntakeTask.position)
        )
    )


def tasks_of(db: Session, packet: IntakePacket) -> list[IntakeTask]:
    """Everything in a packet that was not pulled back, in its order."""
    return list(
        db.scalars(
            _tasks()
            .where(IntakeTask.packet_id == packet.id, IntakeTask.state != TaskState.CANCELLED)
            .order_by(IntakeTask.position)
        )
    )


def packets_of(db: Session, infusion: Appointment) -> list[IntakePacket]:
    """What was asked before an infusion and stands."""
    return list(
        db.scalars(
            select(IntakePacket)
            .where(
                IntakePacket.appointment_id == infusion.id,
                IntakePacket.cancelled_at.is_(None),
            )
            .order_by(IntakePacket.opens_at, IntakePacket.id)
        )
    )


def span_of(db: Session, infusion: Appointment, code: PacketCode) -> Span | None:
    """When a check before an infusion is asked; None: its plan wants none, or it is too late."""
    plan, zone = kept.plan_of(db, infusion), infusion.patient.zone
    if code is PacketCode.READINESS_EVE and plan.readiness_eve.is_on:
        return timing.eve(infusion.starts_at, clock.now(), zone, plan.readiness_eve)
    if code is PacketCode.READINESS_MORNING and plan.readiness_morning.is_on:
        return timing.morning(infusion.starts_at, clock.now(), zone, plan.readiness_morning)
    return None


def _not_told_lately(db: Session, infusion: Appointment) -> dict[str, Questionnaire | None]:
    """What is wanted before an infusion, by name; None is the camera check."""
    patient, slugs = infusion.patient, list(valid_for.INTAKE)
    if not kept.plan_of(db, infusion).scales_before.is_on:
        slugs = [slug for slug in slugs if slug not in valid_for.SCALES]
    rested_at = resting.rests_until(db, patient.id)
    if rested_at is not None and rested_at >= infusion.starts_at:
        slugs.remove(valid_for.CONSENTS)  # there is no hour left in which they could be asked
    wanted: dict[str, Questionnaire | None] = {}
    for slug in slugs:
        is_form = slug != valid_for.CAMERA_CHECK
        form = wordings.form_for(db, infusion, slug) if is_form else None
        if not valid_for.is_valid(db, patient, slug, form):
            wanted[slug] = form
    return wanted


def _is_first(db: Session, infusion: Appointment) -> bool:
    """Whether the patient has had no infusion, and has none before this one."""
    earlier = select(Appointment.id).where(
        Appointment.patient_id == infusion.patient_id,
        Appointment.service == Service.INFUSION,
        Appointment.starts_at < infusion.starts_at,
        Appointment.status.not_in((AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)),
    )
    return db.scalar(earlier.limit(1)) is None


def _assign_check(
    db: Session, infusion: Appointment, code: PacketCode, by: Model | None
) -> IntakePacket | None:
    span = span_of(db, infusion, code)
    if span is None:
        return None
    has_scales = code is PacketCode.READINESS_EVE and kept.plan_of(db, infusion).scales_before.is_on
    scales = valid_for.SCALES if has_scales else ()
    forms = [wordings.form_for(db, infusion, slug) for slug in (code, *scales)]
    return make(db, infusion.patient, code, forms, **asdict(span), infusion=infusion, by=by)


def make(
    db: Session,
    patient: Patient,
    code: PacketCode,
    forms: Sequence[Questionnaire | None],
    *,
    opens_at: datetime,
    due_at: datetime,
    closes_at: datetime,
    infusion: Appointment | None = None,
    texts: bool = True,
    once_key: str | None = None,
    by: Model | None,
) -> IntakePacket:
    """Put a packet together, with a task for each form; None is the camera check.

    `texts`: it is texted, and whoever takes no texts becomes a task for staff. Without, it has a
    link that nobody was sent. `once_key`: there is one such packet; the database refuses another.
    """
    packet = IntakePacket(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        patient=patient,
        appointment_id=infusion.id if infusion else None,
        appointment=infusion,
        code=code,
        opens_at=opens_at,
        due_at=due_at,
        closes_at=closes_at,
        asked_by_id=by.id if isinstance(by, Practitioner) else None,
        once_key=once_key,
        made_at=clock.now(),
    )
    db.add(packet)
    db.flush()  # its tasks and texts point at the row
    for position, form in enumerate(forms):
        db.add(_task(packet, position, form))
    if texts:
        packet_texts.plan(db, packet)
    else:
        packet_texts.mint(db, packet)
    if texts and not patient.takes_texts:
        desk.open_task(
            db, TaskCode.INTAKE_LATE, patient, by=by, appointment_id=packet.appointment_id
        )
    trail.record(db, "ask", agent=by, entity=packet, detail=code.value)
    live.publish(db, f"desk:{packet.clinic_id}")
    return packet


def _task(packet: IntakePacket, position: int, form: Questionnaire | None) -> IntakeTask:
    return IntakeTask(
        clinic_id=packet.clinic_id,
        patient_id=packet.patient_id,
        packet_id=packet.id,
        packet=packet,
        kind=TaskKind.FORM if form else TaskKind.CAMERA_CHECK,
        questionnaire_id=form.id if form else None,
        questionnaire=form,
        state=TaskState.REQUESTED,
        position=position,
        made_at=clock.now(),
    )


def _tasks() -> Select[IntakeTask]:
    return (
        select(IntakeTask)
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .options(joinedload(IntakeTask.packet), joinedload(IntakeTask.questionnaire))
    )


def _opens_at(db: Session, patient: Patient, forms: Sequence[Questionnaire]) -> datetime:
    """Now, or when a consent among the forms may be asked."""
    rested_at = resting.rests_until(db, patient.id)
    if rested_at is None or not any(_CONSENT_MARK in form.definition for form in forms):
        return clock.now()
    return rested_at
