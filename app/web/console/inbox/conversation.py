"""What passed between a clinic and one number: texts, calls that were asked for, notes of staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.messaging import notes, threads
from app.messaging.models import Message, MessageStatus, StaffNote, Thread
from app.tasks.models import StaffTask, TaskCode

AT_ONCE = 100  # texts on one page; what is older is a page of its own

Said = Message | StaffNote | StaffTask


@dataclass(frozen=True)
class Conversation:
    """All of it in the order of time; texts that leave later apart. `older`: what came before."""

    entries: list[Said]
    ahead: list[Message]
    older: str


def read(db: Session, thread: Thread, before: datetime | None) -> Conversation:
    """The newest page of a thread, or the one that ends `before` a moment. Three statements."""
    found = threads.texts(db, thread, before=before, limit=AT_ONCE + 1)
    has_older, texts = len(found) > AT_ONCE, found[-AT_ONCE:]
    since = texts[0].made_at if has_older else None
    said: list[Said] = [text for text in texts if not is_ahead(text)]
    said += notes.of_thread(db, thread, since, before)
    said += _calls(db, thread, since, before)
    return Conversation(
        entries=sorted(said, key=lambda each: (at(each), each.id)),
        ahead=sorted(filter(is_ahead, texts), key=lambda text: (text.due_at, text.id)),
        older=since.isoformat() if since is not None else "",
    )


def at(each: Said) -> datetime:
    """When something was said, noted or asked for."""
    if isinstance(each, Message):
        return each.sent_at or each.due_at
    return each.made_at


def is_ahead(text: Message) -> bool:
    """Whether a text waits for its hour."""
    return text.status is MessageStatus.QUEUED and text.due_at > clock.now()


def _calls(
    db: Session, thread: Thread, since: datetime | None, before: datetime | None
) -> Sequence[StaffTask]:
    """The calls that the patient asked for, whether they came about or not."""
    wanted = [
        StaffTask.patient_id == thread.patient_id,
        StaffTask.code == TaskCode.CALL_BACK,
    ]
    if since is not None:
        wanted.append(StaffTask.made_at >= since)
    if before is not None:
        wanted.append(StaffTask.made_at < before)
    return db.scalars(select(StaffTask).where(*wanted)).all()
