"""What a patient wrote, on paper: all that they may read, for themselves to keep."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.intake.papers import answers, printing
from app.journal import entry_keys, lines
from app.journal.models import FileKind, JournalEntry, JournalFile
from app.people.models import Clinic, Patient
from app.scheduling.models import Appointment


def pdf(db: Session, patient: Patient, entries: Sequence[JournalEntry]) -> bytes:
    """An accessible paper, oldest session first, in the language in use."""
    return printing.pdf("journal", data(db, patient, entries), at=clock.now())


def data(db: Session, patient: Patient, entries: Sequence[JournalEntry]) -> dict[str, Any]:
    """What stands on it."""
    clinic = db.get_one(Clinic, patient.clinic_id)
    files, brought = files_of(db, entries), lines.ever_brought(db, entries)
    _held = entry_keys.fetched(db, [each.key_id for each in entries])
    return answers.head(clinic, _("Your words"), _("Your words")) | {
        "facts": [
            (_("Name"), patient.full_name),
            (_("Printed"), answers.moment(clock.now(), patient.zone)),
        ],
        "parts": [
            {
                "words": part_title(session, patient.zone),
                "entries": [
                    _entry(
                        each, files.get(each.id, []), len(brought.get(each.id, ())), patient.zone
                    )
                    for each in part
                ],
            }
            for session, part in by_session([*reversed(entries)])
        ],
        "words": {"empty": _("Nothing yet.")},
    }


def by_session(
    entries: Sequence[JournalEntry],
) -> list[tuple[Appointment | None, list[JournalEntry]]]:
    """The entries in their order, those of one session together."""
    parts: list[tuple[Appointment | None, list[JournalEntry]]] = []
    for entry in entries:
        if not parts or parts[-1][1][-1].appointment_id != entry.appointment_id:
            parts.append((entry.appointment, []))
        parts[-1][1].append(entry)
    return parts


def part_title(session: Appointment | None, zone: str) -> str:
    """After which session it was written."""
    if session is None:
        return _("Between sessions")
    return _("After your session on %(day)s") % {"day": i18n.local_day(session.starts_at, zone)}


def files_of(db: Session, entries: Sequence[JournalEntry]) -> dict[UUID, list[JournalFile]]:
    """The whole files of each entry, in their order."""
    rows = db.scalars(
        select(JournalFile)
        .where(
            JournalFile.entry_id.in_([each.id for each in entries]),
            JournalFile.completed_at.is_not(None),
        )
        .order_by(JournalFile.made_at, JournalFile.id)
    )
    found: dict[UUID, list[JournalFile]] = {}
    for row in rows:
        found.setdefault(row.entry_id, []).append(row)
    return found


def spoken(file: JournalFile) -> str:
    """What a file is: `A spoken note, 3 minutes`."""
    if file.kind is FileKind.DRAWING:
        return _("A picture of a drawing")
    seconds = file.seconds or 0
    if seconds < 90:
        said = ngettext("%(num)s second", "%(num)s seconds", seconds) % {"num": seconds}
    else:
        minutes = round(seconds / 60)
        said = ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    return _("A spoken note, %(length)s") % {"length": said}


def _entry(
    entry: JournalEntry, files: list[JournalFile], brought: int, zone: str
) -> dict[str, Any]:
    return {
        "about": [
            answers.moment(entry.written_at, zone),
            _whose(entry, brought),
        ],
        "question": entry.question,
        "words": entry.words,
        "files": [spoken(file) for file in files],
    }


def _whose(entry: JournalEntry, brought: int) -> str:
    """Who can read it."""
    if entry.shared_at is not None:
        return _("Shared with your team")
    if entry.read_at is not None:
        return _("Your team has read this")
    if brought:
        return ngettext("You brought one line", "You brought %(num)s lines", brought) % {
            "num": brought
        }
    return _("Only you")
