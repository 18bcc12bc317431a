"""Journaling: an entry or a skip within 72 hours of the infusion's end, of those who want prompts.

That somebody wrote is told to staff only where they agreed. So nothing is said of fewer than ten,
and no row of this metric leaves the clinic with a name or an id on it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.journal.models import JournalEntry, JournalPreference, JournalPrompt
from app.metrics.cohort import Cohort, Infusion
from app.metrics.figures import Metric, Row, State, state_of
from app.scheduling.models import Appointment

SLUG = "journaling"
WITHIN = timedelta(hours=72)
WANTS_NONE = "wants-no-prompts"
NOTHING = "neither"
ENTRY, SKIP = "entry", "skip"
_Firsts = Mapping[UUID, datetime]


def measure(db: Session, cohort: Cohort) -> Metric:
    """One row an infusion. `told` marks those whose writer lets staff know."""
    entries, skips = _entries(db, cohort), _skips(db, cohort)
    wishes = _wishes(db, cohort)
    rows = [_row(cohort, each, entries, skips, wishes) for each in cohort]
    return Metric(SLUG, cohort.period.months, rows, is_private=True)


def _row(
    cohort: Cohort,
    infusion: Infusion,
    entries: _Firsts,
    skips: _Firsts,
    wishes: Mapping[UUID, tuple[bool, bool]],
) -> Row:
    wants, may_know = wishes.get(infusion.patient_id, (True, False))
    state, why = state_of(infusion, cohort.now, "" if wants else WANTS_NONE)
    until = infusion.ended_at + WITHIN
    if state is State.COUNTED and until > cohort.now:
        state = State.OPEN
    wrote, skipped = entries.get(infusion.id), skips.get(infusion.id)
    marks = [ENTRY] if wrote and wrote <= until else []
    marks += [SKIP] if skipped and skipped <= until else []
    is_hit = state is State.COUNTED and bool(marks)
    return Row(
        infusion,
        infusion.id,
        state,
        is_hit,
        why or (NOTHING if state is State.COUNTED and not marks else ""),
        tuple(marks[:1]) if is_hit else (),
        {
            "wants_prompts": "yes" if wants else "no",
            "hours_to_entry": _hours(infusion, wrote),
            "hours_to_skip": _hours(infusion, skipped),
            "told": "yes" if may_know else "no",
        },
    )


def _hours(infusion: Infusion, at: datetime | None) -> int | None:
    """Whole hours, rounded up, so that 72 is still within."""
    return None if at is None else -((infusion.ended_at - at) // timedelta(hours=1))


def _entries(db: Session, cohort: Cohort) -> _Firsts:
    """The first entry after each infusion, words, voice and drawings alike, deleted ones too."""
    rows = db.execute(
        select(JournalEntry.appointment_id, func.min(JournalEntry.written_at))
        .where(JournalEntry.appointment_id.in_(cohort.ids))
        .group_by(JournalEntry.appointment_id)
    )
    return {id_: at for id_, at in rows if id_ is not None}


def _skips(db: Session, cohort: Cohort) -> _Firsts:
    rows = db.execute(
        select(JournalPrompt.appointment_id, func.min(JournalPrompt.skipped_at))
        .where(JournalPrompt.appointment_id.in_(cohort.ids), JournalPrompt.skipped_at.is_not(None))
        .group_by(JournalPrompt.appointment_id)
    )
    return {id_: at for id_, at in rows if at is not None}


def _wishes(db: Session, cohort: Cohort) -> dict[UUID, tuple[bool, bool]]:
    patients = select(Appointment.patient_id).where(Appointment.id.in_(cohort.ids))
    rows = db.execute(
        select(
            JournalPreference.patient_id,
            JournalPreference.wants_prompts,
            JournalPreference.staff_may_know,
        ).where(JournalPreference.patient_id.in_(patients))
    )
    return {patient_id: (wants, may_know) for patient_id, wants, may_know in rows}
