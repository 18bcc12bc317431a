"""Every column that rests sealed or indexed, as the models themselves say it.

Only models that were imported are known: whoever seals anew has imported the whole house.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    RowMapping,
    TableClause,
    Uuid,
    column,
    inspect,
)
from sqlalchemy import table as table_clause

from app.db.base import KeyKind, Model, Sealed

_SUFFIX = "_sealed"


@dataclass(frozen=True)
class SealedColumn:
    """One column of a table; `index`: the column in which the same value is looked for."""

    table: str
    name: str
    seal: Sealed
    index: str | None

    @property
    def key(self) -> KeyKind:
        """Whose key it is sealed under."""
        return self.seal.key


def all_of(*kinds: KeyKind) -> dict[str, list[SealedColumn]]:
    """The columns sealed under keys of these kinds, by table, in the order of their names."""
    found: dict[str, list[SealedColumn]] = {}
    for each in sorted(_columns(), key=lambda each: (each.table, each.name)):
        if each.key in kinds:
            found.setdefault(each.table, []).append(each)
    return found


def unknown(connection: Connection) -> list[str]:
    """Columns of the database that no model here knows, and that nobody would seal anew."""
    known = {(each.table, each.name) for each in _columns()}
    inspector = inspect(connection)
    there = {
        (name, each["name"])
        for name in inspector.get_table_names()
        for each in inspector.get_columns(name)
        if each["name"].endswith(_SUFFIX)
    }
    return sorted(f"{table}.{name}" for table, name in there - known)


def bare(table: str, columns: list[SealedColumn]) -> TableClause:
    """The table with nothing but ids and these columns: a change of them changes no `changed_at`.

    What rests sealed anew is the same as before, and nobody is to be told of it.
    """
    names = [name for each in columns for name in (each.name, each.index) if name]
    ids = ["id"] if columns[0].key is KeyKind.HOUSE else ["id", "clinic_id"]
    return table_clause(
        table,
        *(column(name, Uuid()) for name in ids),
        *(column(name, LargeBinary()) for name in names),
    )


def as_row(table: str, found: RowMapping) -> Any:
    """What was read from a bare table, as the seals want it."""
    return SimpleNamespace(
        __tablename__=table, **{str(name): value for name, value in found.items()}
    )


def of(clause: TableClause, name: str) -> ColumnElement[bytes]:
    """A column of a bare table."""
    found: ColumnElement[bytes] = clause.c[name]
    return found


def _columns() -> Iterator[SealedColumn]:
    for mapper in Model.registry.mappers:
        table = str(mapper.local_table.description)
        columns = mapper.local_table.c
        for kind in mapper.class_.__mro__:
            for name, seal in vars(kind).items():
                if isinstance(seal, Sealed):
                    index = f"{name}_index" if f"{name}_index" in columns else None
                    yield SealedColumn(table, seal.column, seal, index)
