"""One thread as staff read it: what was said, what is to be done, what can be offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, wall_time
from app.messaging.models import Direction, Message, Thread
from app.people import phones
from app.people.models import Clinic, Patient
from app.scheduling import calendars, offered
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, Service
from app.scheduling.slots import Slot
from app.scheduling.therapeutic_window import TherapeuticWindow
from app.tasks.models import StaffTask, TaskCode
from app.web.console import to_do
from app.web.console.inbox import conversation
from app.web.console.inbox.conversation import Conversation, Said, at
from app.web.console.to_do import ToDo

# The newest texts are open, the rest is folded away: so the way to the box is short.
_OPEN = 8


@dataclass(frozen=True)
class Day:
    """What one day on the clinic's calendar brought: texts, calls asked for, notes."""

    at: datetime
    entries: list[Said]

    @property
    def texts(self) -> list[Message]:
        return [each for each in self.entries if isinstance(each, Message)]


@dataclass(frozen=True)
class Talk:
    """Everything the thread's page says. `patient` is None for a number that nobody has."""

    thread: Thread | None
    patient: Patient | None
    earlier: list[Day]
    days: list[Day]
    held: list[Message]  # written by staff; leaves once the patient is awake
    planned: list[Message]  # leaves by itself later
    to_do: list[ToDo]
    visit: Appointment | None
    window: TherapeuticWindow | None
    offers: list[Slot] | None  # None: nobody asked for another time
    is_outside: bool = False  # nothing is left in the window: the offers come after it
    older: str = ""  # where still earlier texts are read; empty: there are none

    @property
    def earlier_count(self) -> int:
        return sum(len(day.entries) for day in self.earlier)

    @property
    def seen(self) -> str:
        """When the newest text came in that the page shows: an answer answers nothing newer."""
        shown = (text for day in (*self.earlier, *self.days) for text in day.texts)
        theirs = (at(text) for text in shown if text.direction is Direction.INBOUND)
        return max(theirs, default=datetime.fromtimestamp(0, UTC)).isoformat()

    @property
    def is_open(self) -> bool:
        """Whether something waits for an answer."""
        return self.thread is not None and self.thread.opened_at is not None

    @property
    def name(self) -> str:
        """Whom one writes to, as they are called."""
        return self.patient.given_name if self.patient else self.number_in_words

    @property
    def full_name(self) -> str:
        return self.patient.full_name if self.patient else self.number_in_words

    @property
    def number(self) -> str:
        return self.patient.phone if self.patient else self.thread.number if self.thread else ""

    @property
    def number_in_words(self) -> str:
        return phones.spoken(self.number)

    @property
    def path(self) -> str:
        """Where the thread's own addresses begin."""
        if self.patient is not None:
            return f"/clinic/inbox/{self.patient.id}"
        assert self.thread is not None, "a stranger is their thread"
        return f"/clinic/inbox/numbers/{self.thread.id}"

    @property
    def hours_left(self) -> int | None:
        """Whole hours until the open window closes."""
        if self.window is None or clock.now() not in self.window:
            return None
        return ceil((self.window.closes_at - clock.now()) / timedelta(hours=1))


def with_patient(
    db: Session,
    clinic: Clinic,
    patient: Patient,
    open_tasks: Iterable[StaffTask],
    before: datetime | None = None,
) -> Talk:
    """The thread with a patient. `open_tasks`: those that do not stand above anyway.

    `before`: what was said earlier than that, instead of the newest.
    """
    thread = of_patient(db, patient)
    visit = next_visit(db, patient)
    asked = visit is not None and visit.asked_at is not None
    offer = offered.offer(db, visit, clock.now()) if visit is not None and asked else None
    shown_elsewhere = {TaskCode.ANSWER} | ({TaskCode.FIND_A_TIME} if asked else set())
    said = conversation.read(db, thread or Thread(patient_id=patient.id), before)
    return Talk(
        thread,
        patient,
        *_folded(said, thread, clinic.zone),
        older=said.older,
        to_do=[
            to_do.shown(task)
            for task in open_tasks
            if task.patient_id == patient.id
            and (task.code not in shown_elsewhere or to_do.wants_call(task))
        ],
        visit=visit,
        window=windows.window_around(db, visit) if visit is not None else None,
        offers=offer.slots if offer else None,
        is_outside=offer is not None and offer.is_outside,
    )


def with_stranger(
    db: Session, clinic: Clinic, thread: Thread, before: datetime | None = None
) -> Talk:
    """The thread with a number that nobody at the clinic has."""
    said = conversation.read(db, thread, before)
    folded = _folded(said, thread, clinic.zone)
    return Talk(thread, None, *folded, [], None, None, None, older=said.older)


def of_patient(db: Session, patient: Patient) -> Thread | None:
    """The patient's thread, if there were texts."""
    return db.scalar(
        select(Thread).options(joinedload(Thread.owner)).where(Thread.patient_id == patient.id)
    )


def next_visit(db: Session, patient: Patient) -> Appointment | None:
    """The next visit that stands; the one they want to move before any other."""
    return db.scalar(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.asked_at.is_(None), Appointment.starts_at)
        .limit(1)
    )


def _folded(
    said: Conversation, thread: Thread | None, zone: str
) -> tuple[list[Day], list[Day], list[Message], list[Message]]:
    """What was said earlier and lately, by days; what staff wrote and what Afterglow has planned
    that will leave later.
    """
    opened_at = thread.opened_at if thread is not None else None
    entries = said.entries
    unanswered = sum(1 for each in entries if opened_at and at(each) >= opened_at)
    fold = max(0, len(entries) - max(_OPEN, unanswered + 1))
    # One or two are no reason to fold.
    fold = fold if fold > 2 else 0
    held = [text for text in said.ahead if text.written_by_id is not None]
    planned = [text for text in said.ahead if text.written_by_id is None]
    return _days(entries[:fold], zone), _days(entries[fold:], zone), held, planned


def _days(entries: list[Said], zone: str) -> list[Day]:
    by_day = groupby(entries, key=lambda each: wall_time.wall(at(each), zone).date())
    return [Day(at(first), [first, *rest]) for _, (first, *rest) in by_day]
