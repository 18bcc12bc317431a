"""Adds a row unless it is there already: in one statement, so that of two at once one loses."""

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.base import Model


def add_once(db: Session, row: Model) -> bool:
    """Whether the row was added. False when one with the same unique values stands there."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    kind = type(row)
    values = {column.key: getattr(row, column.key) for column in inspect(kind).columns}
    # What was not said is left to the column's default.
    said = {name: value for name, value in values.items() if value is not None}
    added = insert(kind).values(**said).on_conflict_do_nothing().returning(kind.id)
    return db.scalar(added) is not None
