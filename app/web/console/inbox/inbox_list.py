"""The inbox's list: whoever may be in danger, then who waits for an answer, the longest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.i18n import ngettext
from app.messaging import threads
from app.messaging.models import Direction, Message, Purpose, Thread
from app.people import phones
from app.people.models import Clinic
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.tasks.models import StaffTask, TaskCode
from app.web.console import live_list, reading, to_do, words
from app.web.console.inbox import text_words
from app.web.console.inbox.text_words import Tag
from app.web.console.live_list import Piece

if TYPE_CHECKING:
    from app.web.console.desk import Desk  # which asks here how many wait

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
    is_oldest: bool = False  # nobody waits for an answer longer
    is_current: bool = False  # it is open beside the list
    zone: str = ""

    @property
    def id(self) -> str:
        """Its own name on a page."""
        return f"thread-{self.thread.id}"

    @cached_property
    def mark(self) -> str:
        """What it is, and everything that it shows."""
        owner = self.thread.owner.display_name if self.thread.owner else ""
        said = (self.name, self.said, self.is_theirs, self.tags, owner, self.waits, self.short_time)
        return live_list.mark(self.id, *said, self.is_unread, self.is_current)

    @property
    def is_unread(self) -> bool:
        return bool(self.thread.unread) and not self.is_current

    @property
    def waits(self) -> str:
        """How long the one who waits longest does: `Waits for 3 h`. Nothing for all others."""
        if not self.is_oldest or self.thread.opened_at is None:
            return ""
        return _("Waits for %(long)s") % {"long": text_words.waited(self.thread.opened_at)}

    @property
    def short_time(self) -> str:
        """`9:49 am`, or the day."""
        return text_words.short_time(self.at, self.zone)

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
    """One page of the list, and the words that stand above it."""

    rows: list[Row]
    pieces: list[Piece]
    page: int
    has_more: bool


def listed(
    db: Session, clinic: Clinic, desk: "Desk", *, page: int = 1, current: str = ""
) -> Listed:
    """The clinic's threads: who may be in danger, then who waits, then everybody else.

    `current`: the id of the thread that is open beside the list.
    """
    skip = SHOWN * (page - 1)
    found = threads.of_clinic(db, clinic.id, first=desk.alerted, limit=SHOWN + 1, skip=skip)
    shown = found[:SHOWN]
    last, wants = _last_words(db, shown), _wants(db, clinic, shown, desk.tasks)
    opened = [thread.opened_at for thread in shown if thread.opened_at is not None]
    oldest = min(opened, default=None) if page == 1 else None
    rows = []
    for thread in shown:
        wanted = set(wants.get(thread.patient_id, ())) if thread.patient_id else {"unknown"}
        is_alerted = (thread.patient_id or thread.id) in desk.alerted
        if is_alerted:
            wanted.add("alert")
        elif thread.opened_at is not None:
            wanted.add("answer")
        row = Row(
            thread,
            last.get(thread.id),
            [text_words.wants(each) for each in _ORDER if each in wanted],
            is_alerted,
            is_oldest=oldest is not None and thread.opened_at == oldest,
            is_current=str(thread.id) == current,
            zone=clinic.zone,
        )
        rows.append(row)
    # Who is talked with stands above who was only reminded of something.
    rows.sort(key=lambda row: row.order)
    return Listed(rows, _pieces(db, clinic, desk, oldest), page, len(found) > SHOWN)


def _pieces(db: Session, clinic: Clinic, desk: "Desk", oldest: datetime | None) -> list[Piece]:
    answers = ngettext("%(num)s answer to review", "%(num)s answers to review", desk.review)
    return [
        Piece("inbox-waiting", _waiting(desk.inbox, oldest)),
        Piece("inbox-read", reading.said(db, clinic)),
        Piece("inbox-review", answers % {"num": desk.review} if desk.review else ""),
    ]


def _waiting(count: int, oldest: datetime | None) -> str:
    if not count or oldest is None:
        return _("Nobody waits for an answer.")
    return ngettext(
        "%(num)s to answer, waiting for %(long)s.",
        "%(num)s to answer. The first has waited %(long)s.",
        count,
    ) % {"num": count, "long": text_words.waited(oldest)}


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
