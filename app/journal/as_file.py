"""What a patient wrote, for machines: every word and moment, and which files there are."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.journal import entry_keys, lines, on_paper
from app.journal.models import JournalEntry, JournalFile, SharedLine
from app.people.models import Clinic, Patient


def as_json(db: Session, patient: Patient, entries: Sequence[JournalEntry]) -> str:
    """All of it as one JSON object, the oldest first."""
    clinic = db.get_one(Clinic, patient.clinic_id)
    files, brought = on_paper.files_of(db, entries), lines.ever_brought(db, entries)
    _held = entry_keys.fetched(db, [each.key_id for each in entries])
    content = {
        "clinic": clinic.name,
        "name": patient.full_name,
        "made_at": _iso(clock.now()),
        "entries": [
            _plain(each, files.get(each.id, []), brought.get(each.id, []))
            for each in reversed(entries)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _plain(
    entry: JournalEntry, files: list[JournalFile], brought: list[SharedLine]
) -> dict[str, Any]:
    return {
        "id": str(entry.uuid),
        "kind": entry.kind.value,
        "written_at": _iso(entry.written_at),
        "received_at": _iso(entry.received_at),
        "session_at": _iso(entry.appointment.starts_at if entry.appointment else None),
        "question": entry.question or None,
        "words": entry.words or None,
        "shared_at": _iso(entry.shared_at),
        "read_by_team_at": _iso(entry.read_at),
        "brought": [
            {
                "words": line.words,
                "brought_at": _iso(line.made_at),
                "read_by_team_at": _iso(line.read_at),
            }
            for line in brought
        ],
        "files": [
            {
                "id": str(file.id),
                "kind": file.kind.value,
                "media_type": file.media_type,
                "seconds": file.seconds,
                "size": file.size,
            }
            for file in files
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
