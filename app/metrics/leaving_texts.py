"""When patients of a cohort wanted no more texts: read from the trail, which forgets nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.metrics.cohort import Cohort
from app.scheduling.models import Appointment

_OUT, _IN = "opt-out", "opt-in"


@dataclass(frozen=True)
class Leavings:
    """Each patient's words about texts, in their order: when, and whether they left."""

    by_patient: Mapping[UUID, Sequence[tuple[datetime, bool]]]

    def standing(self, patient_id: UUID, at: datetime) -> datetime | None:
        """Since when somebody wanted no texts at a moment."""
        said = [each for each in self.by_patient.get(patient_id, ()) if each[0] <= at]
        return said[-1][0] if said and said[-1][1] else None

    def between(self, patient_id: UUID, start: datetime, end: datetime) -> datetime | None:
        """When somebody first left within a time."""
        said = self.by_patient.get(patient_id, ())
        return next((at for at, left in said if left and start <= at <= end), None)


def load(db: Session, cohort: Cohort) -> Leavings:
    """One question."""
    patients = select(Appointment.patient_id).where(Appointment.id.in_(cohort.ids))
    rows = db.execute(
        select(AuditEvent.entity_id, AuditEvent.recorded_at, AuditEvent.action)
        .where(
            AuditEvent.clinic_id == cohort.clinic.id,
            AuditEvent.entity_kind == "patient",
            AuditEvent.action.in_((_OUT, _IN)),
            AuditEvent.entity_id.in_(patients),
        )
        .order_by(AuditEvent.recorded_at, AuditEvent.seq)
    )
    found: dict[UUID, list[tuple[datetime, bool]]] = {}
    for patient_id, at, action in rows:
        if patient_id is not None:
            found.setdefault(patient_id, []).append((at, action == _OUT))
    return Leavings(found)
