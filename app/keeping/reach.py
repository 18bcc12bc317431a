"""Which rows are about a patient, and what of them names or tells anything.

Read off the models: a table that is added later is found by itself, or a test says that it is not.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from app.db.base import Model

# A table without a patient of its own: by which column it hangs on one that has.
VIA = {
    "attachment": ("response_id", "questionnaire_response"),
    "escort": ("appointment_id", "appointment"),
    "journal_slice": ("file_id", "journal_file"),
    "message": ("appointment_id", "appointment"),  # to guests and whoever drives home
    "offer": ("visit_id", "video_visit"),
    "signal": ("visit_id", "video_visit"),
    "staff_note": ("thread_id", "thread"),
    "video_visit": ("appointment_id", "appointment"),
    "visit_guest": ("appointment_id", "appointment"),
    "visit_outcome": ("appointment_id", "appointment"),
}
# Sealed, and about no patient of the clinic's: staff, other systems, what is gone in a day.
OTHERS = frozenset(
    {"practitioner", "subscription", "vapid_key", "inbound_text", "application", "clinic"}
)
# Nothing but content: such a row goes whole.
PIECES = frozenset({"journal_slice"})


def tables() -> list[Table]:
    """Every table with rows that may be about a patient and hold something sealed."""
    return [
        each
        for each in Model.metadata.sorted_tables
        if telling(each) and each.name not in OTHERS and theirs(each, UUID(int=0)) is not None
    ]


def telling(table: Table) -> list[Column[bytes]]:
    """The columns of a table that hold something personal: sealed, or made from it for look-ups."""
    return [
        column
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and (column.name.endswith("_sealed") or "_index" in column.name)
    ]


def theirs(table: Table, patient_id: UUID) -> ColumnElement[bool] | None:
    """Which rows of a table are a patient's; None where none can be."""
    if table.name == "patient":
        return table.c.id == patient_id
    found: list[ColumnElement[bool]] = []
    if "patient_id" in table.c:
        found.append(table.c.patient_id == patient_id)
    if table.name in VIA:
        name, whole = VIA[table.name]
        above = Model.metadata.tables[whole]
        is_theirs = theirs(above, patient_id)
        assert is_theirs is not None, "what is named above hangs on a patient"
        of_nobody_else = [table.c.patient_id.is_(None)] if "patient_id" in table.c else []
        within = table.c[name].in_(select(above.c.id).where(is_theirs))
        found.append(within & of_nobody_else[0] if of_nobody_else else within)
    return or_(*found) if found else None


def blank(db: Session, patient_id: UUID) -> None:
    """Let go of every word that is told of a patient. Rows stay, with their moments and states."""
    for table in tables():
        is_theirs = theirs(table, patient_id)
        assert is_theirs is not None, "only such tables are named"
        if table.name in PIECES:
            db.execute(delete(table).where(is_theirs))
        else:
            nothing = {column.name: None for column in telling(table)}
            db.execute(update(table).where(is_theirs).values(nothing))
            for row in list(db):
                if getattr(row, "__table__", None) is table:
                    db.expire(row, nothing)  # what was read of it before is read anew


def left(db: Session, patient_id: UUID) -> Iterator[tuple[str, str]]:
    """Table and column of everything personal that is still told of a patient."""
    for table in tables():
        is_theirs = theirs(table, patient_id)
        for column in telling(table):
            query = select(table.c.id).where(is_theirs, column.is_not(None))  # type: ignore[arg-type]
            if db.scalar(query.limit(1)) is not None:
                yield table.name, column.name
