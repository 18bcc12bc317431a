"""What staff write beside a thread for one another. It is never sent to anybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.i18n import gettext as _
from app.messaging.models import StaffNote, Thread
from app.people.models import Practitioner
from app.refusal import Refusal

LONGEST = 2000  # signs


class NothingNoted(Refusal):
    pass


class NoteTooLong(Refusal):
    pass


def write(db: Session, thread: Thread, body: str, *, by: Practitioner, form: str) -> StaffNote:
    """Put a note beside a thread. `form` names the form it was typed into: twice, it is one note.

    It answers nothing: whoever waits still waits. Refuses (NothingNoted, NoteTooLong).
    """
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise NothingNoted(_("Write something first."), field="note")
    if len(body) > LONGEST:
        raise NoteTooLong(
            _("That is %(count)s signs. Shorten it to %(most)s.")
            % {"count": len(body), "most": LONGEST},
            field="note",
        )
    once_key = f"{by.id}:{form}"
    there = db.scalar(select(StaffNote).where(StaffNote.once_key == once_key))
    if there is not None:
        return there
    note = StaffNote(
        clinic_id=thread.clinic_id,
        thread_id=thread.id,
        written_by_id=by.id,
        body=body,
        once_key=once_key,
        made_at=clock.now(),
    )
    db.add(note)
    db.flush()  # the trail points at the row
    trail.record(db, "write-note", agent=by, entity=note)
    live.publish(db, f"desk:{thread.clinic_id}")
    return note


def of_thread(
    db: Session, thread: Thread, since: datetime | None, until: datetime | None
) -> Sequence[StaffNote]:
    """The notes beside a thread, oldest first, between two moments where these are given."""
    wanted = [StaffNote.thread_id == thread.id]
    if since is not None:
        wanted.append(StaffNote.made_at >= since)
    if until is not None:
        wanted.append(StaffNote.made_at < until)
    return db.scalars(
        select(StaffNote)
        .options(joinedload(StaffNote.written_by))
        .where(*wanted)
        .order_by(StaffNote.made_at, StaffNote.id)
    ).all()
