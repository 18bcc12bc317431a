"""Alembic's way in: the address comes from the caller, never from a file."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy import NullPool, create_engine

from app.db.base import Model, UTCDateTime


def render(kind: str, value: Any, _autogen: object) -> str | Literal[False]:
    """Migrations name plain column types: they must read the same when the models have moved on."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, sa.Enum):
        values = ", ".join(repr(name) for name in value.enums)
        return (
            f"sa.Enum({values}, name={value.name!r}, native_enum=False, "
            f"create_constraint=True, length={value.length})"
        )
    return False


url = context.config.attributes["url"]
engine = create_engine(url, poolclass=NullPool)  # a migration that fails leaves no connection open
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=engine.dialect.name == "sqlite",
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
