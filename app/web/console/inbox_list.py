"""The inbox's list: whoever may be in danger, then who waits for an answer, the longest first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.messaging import threads
from app.messaging.models import Direction, Message, Purpose, Thread
from app.people import phones
from app.people.models import Clinic
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.tasks.models import StaffTask, TaskCode
from app.web.console import text_words, to_do, words
from app.web.console.text_words import Tag

SHOWN = 100
# What an open task is shown as. Others say nothing about the texts.
_OF_TASKS = {
    TaskCode.CALL_BACK: "call",
    TaskCode.TEXT_UNDELIVERED: "undelivered",
    TaskCode.TEXT_IN_DOUBT: "undelivered",
    TaskCode.OPTED_OUT: "stopped",
    TaskCode.BAD_NUMBER: "bad-number",
}
_ORDER = ("alert", "call", "time", "answer", "undelivered", "stopped", "bad-number", "unknown")


@dataclass(frozen=True)
class Row:
    """One thread as the list shows it."""

    thread: Thread
    last: Message | None  # what a person said last, on either side
    tags: list[Tag]
    is_alerted: bool = False

    @property
    def name(self) -> str:
        return name_of(self.thread)

    @property
    def address(self) -> str:
        return address_of(self.thread)

    @property
    def is_theirs(self) -> bool:
        """Whether they said the last words."""
        return self.last is not None and self.last.direction is Direction.INBOUND

    @property
    def said(self) -> str:
        return words.body(self.last) if self.last is not None else ""

    @property
    def at(self) -> datetime:
        """When it was said."""
        return (self.last and self.last.sent_at) or self.thread.last_at

    @property
    def order(self) -> tuple[bool, bool, float]:
        """An open alert comes first, then who waits, the longest wait in front; then the newest."""
        since = self.thread.opened_at
        when = since.timestamp() if since else -self.at.timestamp()
        return not self.is_alerted, since is None, when


@dataclass(frozen=True)
class Listed:
    """The list, and how many more threads there are than it shows."""

    rows: list[Row]
    has_more: bool

    @property
    def waiting(self) -> list[Row]:
        return [row for row in self.rows if row.thread.opened_at is not None]

    @property
    def longest(self) -> str:
        """How long the first has waited: `6 min`. Nothing when nobody waits."""
        since = [row.thread.opened_at for row in self.rows if row.thread.opened_at is not None]
        return text_words.waited(min(since)) if since else ""


def listed(
    db: Session, clinic: Clinic, alerted: Collection[UUID], open_tasks: Iterable[StaffTask]
) -> Listed:
    """The clinic's threads. `alerted`: patients and threads that an open safety alert is about."""
    found = threads.of_clinic(db, clinic.id, limit=SHOWN + 1)
    shown = found[:SHOWN]
    last, wants = _last_words(db, shown), _wants(db, clinic, shown, open_tasks)
    rows = []
    for thread in shown:
        wanted = set(wants.get(thread.patient_id, ())) if thread.patient_id else {"unknown"}
        is_alerted = (thread.patient_id or thread.id) in alerted
        if is_alerted:
            wanted.add("alert")
        elif thread.opened_at is not None:
            wanted.add("answer")
        tags = [text_words.wants(each) for each in _ORDER if each in wanted]
        rows.append(Row(thread, last.get(thread.id), tags, is_alerted))
    # Who is talked with stands above who was only reminded of something.
    rows.sort(key=lambda row: row.order)
    return Listed(rows, len(found) > SHOWN)


def waiting_count(clinic_id: UUID) -> Select[int]:
    """How many people wait for an answer, to be asked together with other numbers."""
    waiting = select(func.count()).select_from(Thread)
    return waiting.where(Thread.clinic_id == clinic_id, Thread.opened_at.is_not(None))


def name_of(thread: Thread) -> str:
    """The patient's name, or the number that nobody has."""
    return thread.patient.full_name if thread.patient else phones.spoken(thread.number)


def address_of(thread: Thread) -> str:
    """Where the thread is read."""
    if thread.patient_id is not None:
        return f"/clinic/inbox/{thread.patient_id}"
    return f"/clinic/inbox/numbers/{thread.id}"


def _last_words(db: Session, shown: Sequence[Thread]) -> dict[UUID, Message]:
    """What a person said last in each thread; where nobody has, what Afterglow did.

    While they wait for an answer it is theirs. A sign-in code says nothing.
    """
    is_ours = Message.direction == Direction.OUTBOUND
    by_itself = is_ours & Message.written_by_id.is_(None)
    # Named rather than correlated: SQLite orders a subquery by its own columns alone.
    waiting = [thread.patient_id for thread in shown if thread.patient_id and thread.opened_at]
    before_answer = is_ours & Message.patient_id.in_(waiting)
    latest = (
        select(Message.id)
        .where(Message.sent_at.is_not(None), Message.purpose != Purpose.CODE)
        .order_by(
            case((by_itself, 2), (before_answer, 1), else_=0),
            Message.sent_at.desc(),
            Message.id.desc(),
        )
        .limit(1)
        .correlate(Thread)
    )
    # Two small questions rather than an "or" between two columns, which no index answers.
    of_patient = latest.where(Message.patient_id == Thread.patient_id).scalar_subquery()
    of_stranger = latest.where(Message.thread_id == Thread.id).scalar_subquery()
    rows = db.execute(
        select(Thread.id, Message)
        .join(Message, Message.id == func.coalesce(of_patient, of_stranger))
        .where(Thread.id.in_([thread.id for thread in shown]))
    )
    return dict(iter(rows))


def _wants(
    db: Session, clinic: Clinic, shown: Sequence[Thread], open_tasks: Iterable[StaffTask]
) -> dict[UUID, set[str]]:
    """What each patient wants, or what keeps texts from them."""
    wants: dict[UUID, set[str]] = {}
    for task in open_tasks:
        if to_do.wants_call(task):
            wants.setdefault(task.patient_id, set()).add("call")
        if task.code in _OF_TASKS:
            wants.setdefault(task.patient_id, set()).add(_OF_TASKS[task.code])
    for patient_id in db.scalars(
        select(Appointment.patient_id).where(
            Appointment.clinic_id == clinic.id,
            Appointment.asked_at.is_not(None),
            Appointment.status.in_(calendars.OPEN),
        )
    ):
        wants.setdefault(patient_id, set()).add("time")
    for patient in (thread.patient for thread in shown if thread.patient):
        if patient.opted_out_at is not None:
            wants.setdefault(patient.id, set()).add("stopped")
        if patient.number_failed_at is not None:
            wants.setdefault(patient.id, set()).add("bad-number")
    return wants
