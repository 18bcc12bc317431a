"""Up to three lines that somebody brings to their next visit."""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock, live
from app.audit import trail
from app.i18n import gettext as _
from app.journal.models import EntryKey, JournalEntry, SharedLine
from app.messaging import claims
from app.people.models import Patient
from app.refusal import Refusal
from app.scheduling.models import Appointment, AppointmentStatus, Service

MOST = 3
LONGEST = 300  # signs
_OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
_NEVER_WAS = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
# Where one person listens: nobody brings lines to a group.
ALONE = (Service.INTEGRATION, Service.PREPARATION, Service.CONSULTATION)
_OVERRUN = timedelta(hours=1)  # a visit that runs late is the next one still
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+")


class TooManyLines(Refusal):
    pass


class NotInEntry(Refusal):
    """A line that does not stand in the words it is said to come from."""


def of(words: str) -> list[str]:
    """The lines that can be picked: as they were written, long ones sentence by sentence."""
    found: list[str] = []
    for written in words.splitlines():
        line = " ".join(written.split())
        parts = [line] if len(line) <= LONGEST // 2 else _SENTENCE_ENDS.split(line)
        found += [part[at : at + LONGEST] for part in parts for at in range(0, len(part), LONGEST)]
    return [*dict.fromkeys(found)]


def next_visit(db: Session, patient: Patient) -> Appointment | None:
    """The visit that lines are brought to."""
    return db.scalar(
        select(Appointment)
        .options(joinedload(Appointment.practitioner))
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service.in_(ALONE),
            Appointment.status.in_(_OPEN),
            Appointment.ends_at > clock.now() - _OVERRUN,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def brought_by(db: Session, patient: Patient) -> list[SharedLine]:
    """What a patient brings to their next visit, in the order of picking."""
    visit = next_visit(db, patient)
    return _standing(db, SharedLine.patient_id == patient.id, _is_for(visit))


def brought_to(db: Session, visit: Appointment) -> list[SharedLine]:
    """What was brought to this visit: also what was picked for one that never was."""
    coming = next_visit(db, visit.patient)
    is_next = coming is not None and coming.id == visit.id
    whose = SharedLine.patient_id == visit.patient_id
    return _standing(db, whose, _is_for(visit) if is_next else _is_for_this(visit))


def ever_brought(db: Session, entries: Sequence[JournalEntry]) -> dict[UUID, list[SharedLine]]:
    """What of each entry was brought to any talk, and not taken back."""
    standing = select(SharedLine).where(
        SharedLine.entry_id.in_([each.id for each in entries]), SharedLine.taken_back_at.is_(None)
    )
    found: dict[UUID, list[SharedLine]] = {}
    for line in db.scalars(standing.order_by(SharedLine.position, SharedLine.id)):
        found.setdefault(line.entry_id, []).append(line)
    return found


def bring(db: Session, entry: JournalEntry, chosen: Sequence[str], by: Patient) -> list[SharedLine]:
    """Let these lines of an entry be the ones that are brought; others of it are taken back.

    Refuses (TooManyLines) a fourth, of all entries together, and (NotInEntry) words that do not
    stand there.
    """
    claims.hold_patient(db, by.id)  # two pages at once bring three lines all the same
    wanted = _clean(chosen)
    if any(not _stands_in(line, entry.words) for line in wanted):
        raise NotInEntry(_("Choose lines from what you wrote."), field="lines")
    brought = brought_by(db, by)
    others = [line for line in brought if line.entry_id != entry.id]
    if len(others) + len(wanted) > MOST:
        raise TooManyLines(
            _("You can bring three lines. Take one back to choose another."), field="lines"
        )
    theirs = {line.words: line for line in brought if line.entry_id == entry.id}
    for words, line in theirs.items():
        if words not in wanted:
            take_back(db, line)
    visit = next_visit(db, by)
    added = [_add(db, entry, words, visit) for words in wanted if words not in theirs]
    return [line for words, line in theirs.items() if words in wanted] + added


def bring_what_fits(
    db: Session, entry: JournalEntry, chosen: Sequence[str], *, by: Patient
) -> list[SharedLine]:
    """As `bring`, for what was ticked without a signal: what cannot be brought is left out."""
    others = [line for line in brought_by(db, by) if line.entry_id != entry.id]
    standing = [line for line in _clean(chosen) if _stands_in(line, entry.words)]
    return bring(db, entry, standing[: max(0, MOST - len(others))], by)


def take_back(db: Session, line: SharedLine) -> None:
    """It is not brought any more. Twice changes nothing."""
    if line.taken_back_at is None:
        line.taken_back_at = clock.now()
        _tell(db, "take-back-line", line)


def _add(db: Session, entry: JournalEntry, words: str, visit: Appointment | None) -> SharedLine:
    line = SharedLine(
        clinic_id=entry.clinic_id,
        patient_id=entry.patient_id,
        entry_id=entry.id,
        entry=entry,
        appointment_id=visit.id if visit else None,
        position=max(0, _plain(entry.words).find(words)),
        made_at=clock.now(),
    )
    db.add(line)
    line.words = words
    _tell(db, "bring-line", line)
    return line


def _tell(db: Session, action: str, line: SharedLine) -> None:
    db.flush()  # the trail points at it, and it counts from now on
    trail.record(db, action, agent=line.entry.patient, entity=line)
    live.publish(db, f"desk:{line.clinic_id}")


def _standing(db: Session, *which: ColumnElement[bool]) -> list[SharedLine]:
    """Lines that are brought and can be read: the key of their entry is there."""
    return list(
        db.scalars(
            select(SharedLine)
            .join(SharedLine.entry)
            .join(EntryKey, EntryKey.id == JournalEntry.key_id)
            .outerjoin(SharedLine.appointment)
            .options(joinedload(SharedLine.entry))
            .where(SharedLine.taken_back_at.is_(None), JournalEntry.deleted_at.is_(None), *which)
            .order_by(SharedLine.made_at, SharedLine.entry_id, SharedLine.position)
        )
    )


def _is_for(visit: Appointment | None) -> ColumnElement[bool]:
    loose = or_(SharedLine.appointment_id.is_(None), Appointment.status.in_(_NEVER_WAS))
    return or_(loose, _is_for_this(visit)) if visit is not None else loose


def _is_for_this(visit: Appointment) -> ColumnElement[bool]:
    return SharedLine.appointment_id == visit.id


def _clean(chosen: Sequence[str]) -> list[str]:
    lines = (_plain(line)[:LONGEST] for line in chosen)
    return [*dict.fromkeys(line for line in lines if line)]


def _stands_in(line: str, words: str) -> bool:
    return line in _plain(words)


def _plain(words: str) -> str:
    return " ".join(words.split())
