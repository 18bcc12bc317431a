"""Two records of one person: which values stay, and how every row that hangs on one moves over.

The one that goes stays behind as an empty row that points at the other: the trail and other systems
go on naming it. What its links, sessions and texts need is `protocols.merging`'s to see to.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db.base import Model
from app.people import phones
from app.people.models import Patient

# What is chosen as one, and the columns' names behind it.
FIELDS = {
    "name": ("given_name", "family_name"),
    "birth_on": ("birth_on",),
    "phone": ("phone",),
    "language": ("language",),
    "zone": ("zone",),
    "home_address": ("home_address",),
    "emergency": ("emergency_name", "emergency_phone"),
}
_SEALED = (
    "given_name",
    "family_name",
    "phone",
    "former_phone",
    "home_address",
    "emergency_name",
    "emergency_phone",
)
# What is never rewritten. Whoever asks it about a patient asks for all of `ids_of`.
_STAYS = frozenset({"audit_event"})
_STANDING = ("applied_at", "accepted_at", "declined_at")


@dataclass(frozen=True)
class Choice:
    """A value on which two records differ. `theirs_first`: ours is empty, so theirs is offered."""

    field: str
    ours: str
    theirs: str
    theirs_first: bool


def choices(kept: Patient, gone: Patient) -> list[Choice]:
    """What is to be chosen, when `gone` goes into `kept`. Nothing where only one has a value."""
    found = [
        Choice(field, _said(kept, field), _said(gone, field), not _said(kept, field))
        for field in FIELDS
    ]
    return [each for each in found if each.theirs and each.theirs != each.ours]


def references() -> list[Column[UUID]]:
    """Every column of the schema that names a patient, but for the trail's own."""
    return [
        column
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if table.name not in _STAYS
        if any(key.column.table.name == "patient" for key in column.foreign_keys)
        or column.name == "patient_id"
        or column.name.endswith("_patient_id")
    ]


def hanging(db: Session, patient: Patient) -> dict[str, int]:
    """How many rows of each table hang on a patient; none: not named."""
    counted: dict[str, int] = {}
    for column in references():
        rows = select(func.count()).select_from(column.table).where(column == patient.id)
        counted[column.table.name] = counted.get(column.table.name, 0) + (db.scalar(rows) or 0)
    return {name: count for name, count in counted.items() if count}


def move(db: Session, kept: Patient, gone: Patient) -> None:
    """Every row that hangs on `gone` hangs on `kept` from now on. Flushes."""
    for column in references():
        point(db, column, gone.id, kept.id)


def point(db: Session, column: Column[UUID], old: UUID, new: UUID) -> None:
    """Whatever points at one row by this column points at another. What was read of it before is
    read anew. Flushes.
    """
    db.flush()
    db.execute(
        update(column.table).where(column == old).values({column.name: new}),
        execution_options={"synchronize_session": False},
    )
    for row in list(db):
        is_it = getattr(row, "__table__", None) is column.table
        if is_it and row.__dict__.get(column.name) == old:
            db.expire(row)


def take_values(db: Session, kept: Patient, gone: Patient, taken: Collection[str]) -> bool:
    """Give `kept` the fields that were chosen from `gone`. True when the number is another one.

    Whether texts are taken goes with the number; that somebody wants no more stays said, of either.
    """
    values = {name: getattr(gone, name) for field in taken for name in FIELDS[field]}
    texts = gone.texts_agreed_at, gone.number_failed_at
    opted_out = [each for each in (kept.opted_out_at, gone.opted_out_at) if each]
    standing = [getattr(gone, name) for name in _STANDING]
    if kept.applied_at is not None and kept.accepted_at is None and not gone.is_candidate:
        for name, value in zip(_STANDING, standing, strict=True):
            setattr(kept, name, value)
    kept.made_at, kept.wants = min(kept.made_at, gone.made_at), kept.wants or gone.wants
    _empty(db, gone, kept)
    is_new = "phone" in values and values["phone"] != kept.phone
    if is_new:
        kept.former_phone = kept.phone
        kept.phone_index = phones.index(db, kept.clinic_id, values["phone"])
        kept.number_changed_at = clock.machine_now()
        kept.texts_agreed_at, kept.number_failed_at = texts
    for name, value in values.items():
        setattr(kept, name, value)
    kept.opted_out_at = min(opted_out, default=None)
    return is_new


def joined_to(db: Session, patient: Patient) -> Iterable[UUID]:
    """The ids of the records that went into this one."""
    return db.scalars(select(Patient.id).where(Patient.merged_into_id == patient.id)).all()


def ids_of(db: Session, patient: Patient) -> list[UUID]:
    """Every id by which the trail knows a patient: their own, and those that went into it."""
    return [patient.id, *joined_to(db, patient)]


def _empty(db: Session, gone: Patient, kept: Patient) -> None:
    for name in _SEALED:
        setattr(gone, name, "")
    gone.birth_on = gone.phone_index = gone.texts_agreed_at = gone.archived_at = None
    gone.applied_at = gone.accepted_at = gone.declined_at = None
    gone.wants = ""
    gone.merged_into_id = kept.id
    db.execute(
        update(Patient).where(Patient.merged_into_id == gone.id).values(merged_into_id=kept.id)
    )
    db.flush()  # its number is free for the other from here on


def _said(patient: Patient, field: str) -> str:
    values = [getattr(patient, name) for name in FIELDS[field]]
    return " ".join(str(value) for value in values if value)
