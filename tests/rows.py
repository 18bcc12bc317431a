"""Any row of any table, with something in every column that needs it."""

from datetime import date, time, timedelta
from uuid import uuid4

from sqlalchemy import Enum, Uuid

from app import clock
from app.db.base import UTCDateTime


def fill(db, table, given, **values):
    """Insert a row; rows it must point at are made first. Returns its id.

    `given` maps a table's name to the row that stands for all of it, as `{"clinic": id}`.
    """
    row = dict(values)
    for column in table.columns:
        if column.name in row or column.nullable:
            continue
        row[column.name] = _value(db, column, given)
    row.setdefault("id", uuid4())
    db.execute(table.insert().values(**row))
    return row["id"]


def _value(db, column, given):
    for key in column.foreign_keys:
        other = key.column.table
        return given.get(other.name) or fill(db, other, given)
    kind = column.type
    if isinstance(kind, Uuid):
        return uuid4()
    if isinstance(kind, Enum):
        return kind.enum_class(kind.enums[0]) if kind.enum_class else kind.enums[0]
    if isinstance(kind, UTCDateTime):
        is_end = column.name.startswith(("ends", "closes", "expires"))
        return clock.now() + timedelta(hours=2 if is_end else 1)
    return {
        bytes: lambda: uuid4().bytes,
        str: lambda: uuid4().hex[:8],
        int: lambda: 1,
        bool: lambda: False,
        date: lambda: clock.now().date(),
        time: lambda: time(9),
    }[kind.python_type]()
