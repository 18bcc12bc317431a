"""Which rows have changed since the last look, written down by the database itself.

While a copy is followed, a trigger on every table adds a line to `copy_change` in the very
transaction that changes a row, whichever way it is changed. Nobody follows: no trigger, no cost.
"""

from sqlalchemy import Connection, Engine, text

from app.backups.models import CopyChange
from app.db import migrate

_PREFIX = migrate.FOLLOWING
_ACTS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
_LINES = CopyChange.__tablename__
# A table is taken for an instant; whoever holds it for longer is not made to wait behind us.
_PATIENCE = "SET LOCAL lock_timeout = '2s'"

_WRITES = f"""
    CREATE OR REPLACE FUNCTION {_PREFIX}line() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO {_LINES} (id, name, row_id) VALUES (gen_random_uuid(), TG_TABLE_NAME,
            CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END);
        RETURN NULL;
    END $$
"""  # noqa: S608  made of the constants above alone


def put(engine: Engine, tables: list[str]) -> None:
    """Write down from now on what changes in these tables. Twice changes nothing."""
    for table in tables:
        # One transaction for each: whoever writes to two of them never waits in a circle.
        with engine.execution_options(write=True).begin() as connection:
            there = of(connection)
            if connection.dialect.name == "sqlite":
                _put_sqlite(connection, table, there)
            elif f"{_PREFIX}{table}" not in there:
                connection.exec_driver_sql(_PATIENCE)
                _put_postgresql(connection, table)


def of(connection: Connection) -> dict[str, str]:
    """The triggers of ours that are there, each with its table."""
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal"
    )
    found = connection.execute(text(query))
    return {name: table for name, table in found if name.startswith(_PREFIX)}


def followed(connection: Connection) -> set[str]:
    """The tables whose changes are written down."""
    return {*of(connection).values()}


def take_away(engine: Engine) -> None:
    """Nobody follows any more."""
    with engine.execution_options(write=True).begin() as connection:
        migrate.take_following_away(connection)
        connection.exec_driver_sql(f"DELETE FROM {_LINES}")  # noqa: S608  a constant


def _put_sqlite(connection: Connection, table: str, there: dict[str, str]) -> None:
    for act, row in _ACTS:
        name = f"{_PREFIX}{table}_{act.lower()}"
        if name not in there:
            line = f"(lower(hex(randomblob(16))), '{table}', {row}.id)"
            writes = f"INSERT INTO {_LINES} (id, name, row_id) VALUES {line}"  # noqa: S608  our own names
            connection.exec_driver_sql(
                f'CREATE TRIGGER {name} AFTER {act} ON "{table}" BEGIN {writes}; END'
            )


def _put_postgresql(connection: Connection, table: str) -> None:
    connection.exec_driver_sql(_WRITES)
    connection.exec_driver_sql(
        f'CREATE TRIGGER {_PREFIX}{table} AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION {_PREFIX}line()"
    )
