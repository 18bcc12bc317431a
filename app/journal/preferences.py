"""When, and whether, somebody wants to be asked, and whether staff may know that they write."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db.once import add_once
from app.i18n import gettext as _
from app.journal.models import JournalPreference
from app.people.models import Patient
from app.refusal import Refusal

# What can be chosen, so that a text never leaves in the quiet hours.
EVENINGS = (time(16), time(20, 30))
MORNINGS = (time(8), time(12))


class NotThen(Refusal):
    pass


@dataclass(frozen=True)
class Preference:
    """What somebody chose; by itself what the clinic does."""

    wants_prompts: bool = True
    evening_at: time | None = None
    morning_at: time | None = None
    staff_may_know: bool = False


def of(db: Session, patient: Patient) -> Preference:
    """What a patient has chosen."""
    row = _row(db, patient)
    if row is None:
        return Preference()
    return Preference(row.wants_prompts, row.evening_at, row.morning_at, row.staff_may_know)


def wants_none(patient: Patient) -> ColumnElement[bool]:
    """Whether they asked not to be asked, as part of a larger question."""
    refusal = select(JournalPreference.id).where(
        JournalPreference.patient_id == patient.id, JournalPreference.wants_prompts.is_(False)
    )
    return refusal.exists()


def keep(db: Session, patient: Patient, chosen: Preference) -> None:
    """Write down what a patient chooses. Refuses (NotThen) hours at which nobody is texted."""
    if not _is_within(chosen.evening_at, EVENINGS):
        raise NotThen(_("Choose a time between 4:00 pm and 8:30 pm."), field="evening")
    if not _is_within(chosen.morning_at, MORNINGS):
        raise NotThen(_("Choose a time between 8:00 am and noon."), field="morning")
    row = _row(db, patient)
    if row is None:
        add_once(
            db,
            JournalPreference(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                wants_prompts=True,
                staff_may_know=False,
                changed_at=clock.now(),
            ),
        )
        row = _row(db, patient)
        assert row is not None, "added above, or by somebody else"
    row.wants_prompts, row.staff_may_know = chosen.wants_prompts, chosen.staff_may_know
    row.evening_at, row.morning_at = chosen.evening_at, chosen.morning_at
    row.changed_at = clock.now()
    trail.record(db, "choose-hours", agent=patient, entity=row)


def _is_within(chosen: time | None, span: tuple[time, time]) -> bool:
    return chosen is None or span[0] <= chosen <= span[1]


def _row(db: Session, patient: Patient) -> JournalPreference | None:
    return db.scalar(select(JournalPreference).where(JournalPreference.patient_id == patient.id))
