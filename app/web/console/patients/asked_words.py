"""What a patient was asked, as their page shows it: how far each thing came, where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.intake import funnel
from app.intake.camera import Outcome
from app.intake.funnel import Moments
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskKind, TaskState
from app.messaging import caps
from app.people.models import Clinic, Patient
from app.questionnaires import forms, library
from app.questionnaires.models import Questionnaire, QuestionnaireResponse
from app.web.console import words

_SHOWN = 12
_CANDIDATES_OWN = "candidate-assessment"


@dataclass(frozen=True)
class ShownTask:
    """One form, or the camera check. `where`: the question they stand at, not what they said."""

    row: IntakeTask
    title: str
    state: tuple[str, str]
    where: str


@dataclass(frozen=True)
class ShownPacket:
    """`steps`: each of sent, delivered, opened, started, done, with when; empty: not yet."""

    row: IntakePacket
    title: str
    state: tuple[str, str]
    steps: list[tuple[str, str]]
    tasks: list[ShownTask]
    is_open: bool


def asked_of(db: Session, patient: Patient, zone: str) -> list[ShownPacket]:
    """What was asked of a patient: what is open in its order, then what is over, latest first."""
    packets = db.scalars(
        select(IntakePacket)
        .options(joinedload(IntakePacket.appointment))
        .where(IntakePacket.patient_id == patient.id)
        .order_by(IntakePacket.opens_at.desc(), IntakePacket.id.desc())
        .limit(_SHOWN)
    ).all()
    found = funnel.moments(db, packets)
    tasks = _tasks(db, packets)
    shown = [_shown(each, found[each.id], tasks.get(each.id, []), zone) for each in packets]
    are_open = [each for each in reversed(shown) if each.is_open]
    return are_open + [each for each in shown if not each.is_open]


def choices(db: Session, clinic: Clinic) -> list[tuple[str, str]]:
    """The forms that can be asked for, as value and words: the clinic's own version of each."""
    found: dict[str, Questionnaire] = {}
    for row in library.all_of(db, clinic):
        if row.retired_at is None and library.slug_of(row) != _CANDIDATES_OWN:
            found.setdefault(row.url, row)
    rows = [(str(row.id), title(row)) for row in found.values()]
    return sorted(rows, key=lambda row: row[1].casefold())


def title(row: Questionnaire) -> str:
    """What a form calls itself, in the language in use."""
    try:
        return forms.form_of(row).title.within(i18n.language()) or row.title
    except forms.Unreadable:
        return row.title


def question(row: Questionnaire, link_id: str) -> str:
    """A question in its form's words; one that the form does not know is its link id."""
    try:
        item = forms.form_of(row).by_link_id.get(link_id)
    except forms.Unreadable:
        item = None
    said = item.words.within(i18n.language()) if item else ""
    return said or link_id


def packet_title(code: PacketCode) -> str:
    """What a packet is for."""
    return {
        PacketCode.INTAKE: _("Before the infusion"),
        PacketCode.READINESS_EVE: _("Check of the day before"),
        PacketCode.READINESS_MORNING: _("Check of the day"),
        PacketCode.ASKED: _("Asked by itself"),
        PacketCode.ASSESSMENT: _("First questions"),
        PacketCode.AFTERCARE: _("After the session"),
        PacketCode.SCALES: _("How the course goes"),
    }[code]


def _tasks(db: Session, packets: Sequence[IntakePacket]) -> dict[UUID, list[IntakeTask]]:
    rows = db.scalars(
        select(IntakeTask)
        .options(
            joinedload(IntakeTask.questionnaire),
            joinedload(IntakeTask.response).defer(QuestionnaireResponse.answers_sealed),
        )
        .where(IntakeTask.packet_id.in_([packet.id for packet in packets]))
        .order_by(IntakeTask.position)
    )
    found: dict[UUID, list[IntakeTask]] = {}
    for row in rows:
        found.setdefault(row.packet_id, []).append(row)
    return found


def _shown(
    packet: IntakePacket, moments: Moments, tasks: Sequence[IntakeTask], zone: str
) -> ShownPacket:
    said = packet_title(packet.code)
    if packet.appointment is not None:
        said = f"{said}, {words.when(packet.appointment.starts_at, zone)}"
    return ShownPacket(
        row=packet,
        title=said,
        state=_state(packet, moments, tasks),
        steps=_steps(packet, moments, zone),
        tasks=[_task(task) for task in tasks],
        is_open=packet.cancelled_at is None
        and packet.done_at is None
        and packet.closes_at > clock.now(),
    )


def _not_done(packet: IntakePacket) -> tuple[str, str]:
    """What is offered beside a quiet minute may be left: nobody was late with it."""
    if packet.code is PacketCode.AFTERCARE:
        return (_("Left empty"), "")
    return (_("Not done in time"), "warn")


def _state(packet: IntakePacket, moments: Moments, tasks: Sequence[IntakeTask]) -> tuple[str, str]:
    now = clock.now()
    if packet.cancelled_at is not None:
        return (_("Pulled back"), "")
    if packet.done_at is not None:
        return (_("Done"), "good")
    if packet.closes_at <= now:
        return _not_done(packet)
    if packet.opens_at > now:
        return (_("Not asked yet"), "")
    is_held_back = moments.text is not None and moments.text.error_code == caps.WITHHELD
    if is_held_back and moments.sent_at is None:
        return (_("No text, three were sent already"), "warn")
    if moments.text is not None and words.text_status(moments.text)[1] == "warn":
        return words.text_status(moments.text)
    if moments.sent_at is None and not packet.patient.takes_texts:
        return (_("Takes no texts"), "warn")
    left = sum(task.state in (TaskState.REQUESTED, TaskState.IN_PROGRESS) for task in tasks)
    said = ngettext("%(n)s left", "%(n)s left", left) % {"n": left}
    return (said, "warn" if packet.due_at <= now else "")


def _steps(packet: IntakePacket, moments: Moments, zone: str) -> list[tuple[str, str]]:
    def when(moment: datetime | None) -> str:
        return words.when(moment, zone) if moment else ""

    return [
        (_("Sent"), when(moments.sent_at)),
        (_("Delivered"), when(moments.delivered_at)),
        (_("Opened"), when(moments.opened_at)),
        (_("Started"), when(moments.started_at)),
        (_("Done"), when(packet.done_at)),
    ]


def _task(task: IntakeTask) -> ShownTask:
    if task.kind is TaskKind.CAMERA_CHECK or task.questionnaire is None:
        said = _("Camera and microphone check")
    else:
        said = title(task.questionnaire)
    states = {
        TaskState.REQUESTED: (_("Not started"), ""),
        TaskState.IN_PROGRESS: (_("Started"), ""),
        TaskState.COMPLETED: (_("Done"), "good"),
        TaskState.CANCELLED: (_("Pulled back"), ""),
    }
    return ShownTask(task, said, _outcome(task) or states[task.state], _where(task))


def _outcome(task: IntakeTask) -> tuple[str, str] | None:
    """What came of a camera check."""
    return {
        Outcome.WORKS.value: (_("Works"), "good"),
        Outcome.VOICE.value: (_("Sound, no picture"), ""),
        Outcome.PHONE.value: (_("Would rather be phoned"), "warn"),
    }.get(task.outcome)


def _where(task: IntakeTask) -> str:
    response, form = task.response, task.questionnaire
    if task.state is not TaskState.IN_PROGRESS or response is None or form is None:
        return ""
    return question(form, response.at_link_id) if response.at_link_id else ""
