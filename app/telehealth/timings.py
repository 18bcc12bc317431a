"""How long the steps from a tap to the talk took on a patient's phone.

The page measures them itself and tells them over the visit's own line: milliseconds since somebody
first looked at it, and the kind of fault it met. Nothing about the phone beside what a seat knows.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.telehealth.models import Seat, VisitTiming

STEPS = ("usable", "join", "allow", "preview", "both", "remote")
FAULTS = ("denied", "missing", "busy", "app-browser", "unsupported")
# A page that lay open for longer says nothing about how long joining takes.
_LONGEST = timedelta(hours=2) // timedelta(milliseconds=1)


def note(db: Session, seat: Seat, said: Mapping[str, Any]) -> None:
    """Keep what a page measured: of each step what came first. Anything else in it is ignored."""
    marks = {f"{step}_ms": ms for step, ms in _steps(said.get("ms")).items()}
    fault = said.get("fault") if said.get("fault") in FAULTS else ""
    if not marks and not fault:
        return
    row = _row(db, seat)
    for column, ms in marks.items():
        if getattr(row, column) is None:
            setattr(row, column, ms)
    row.fault = row.fault or str(fault)
    if marks.get("preview_ms") is not None or marks.get("remote_ms") is not None:
        row.pages = row.pages or seat.pages


def _steps(said: object) -> dict[str, int]:
    if not isinstance(said, dict):
        return {}
    return {
        step: ms
        for step in STEPS
        if isinstance(ms := said.get(step), int)
        and not isinstance(ms, bool)
        and 0 <= ms <= _LONGEST
    }


def _row(db: Session, seat: Seat) -> VisitTiming:
    wanted = select(VisitTiming).where(VisitTiming.seat_id == seat.id)
    row = db.scalar(wanted)
    if row is None:
        add_once(
            db,
            VisitTiming(
                clinic_id=seat.clinic_id,
                visit_id=seat.visit_id,
                seat_id=seat.id,
                pages=0,
                fault="",
                made_at=clock.now(),
            ),
        )
        row = db.scalars(wanted).one()
    return row
