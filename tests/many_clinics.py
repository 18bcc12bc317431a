"""Copies a clinic with all its rows many times over, inside the database: millions in minutes.

A copy has ids and keyed hashes of its own, and its rows lie between those of the others in the
order of their moments, as they would had all clinics grown side by side. What is sealed in it
nobody can open. Checks of keys, triggers and indexes rest meanwhile: for benches and tests alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Column, Connection, Engine, LargeBinary, String, Table, Uuid, text
from sqlalchemy.types import TypeEngine

from app.db.base import Model

# Of all clinics, and so of no copy; and what a copy of a clinic points at there.
_SHARED = {"questionnaire", "clinic_key", "sender", "entry_key"}
_POINTS_AT_SHARED = {"questionnaire_id", "key_id"}
# Words that only one row may have.
_NAMED_ONCE = {"once_key", "provider_sid", "sid", "slug", "cap_key"}
_MADE_ANEW = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"


# Asked for less often, or by their patient alone.
_BESIDE = {
    *("course", "goal", "consent", "review_flag", "safety_alert", "staff_task", "delivery_report"),
    *("video_visit", "seat", "visit_timing", "visit_outcome"),
    *("journal_prompt", "journal_entry", "shared_line"),
    *("intake_packet", "intake_task", "questionnaire_response"),
}


def copy_clinic(engine: Engine, clinic_id: object, times: int, *, thin: int = 1) -> None:
    """Put so many copies beside a clinic, then let the database look at what it has.

    `thin`: only one of so many copies has rows in the tables that are asked for less often.
    """
    with engine.connect() as connection, _resting(connection):
        for table in Model.metadata.sorted_tables:
            if table.name == "clinic" or ("clinic_id" in table.c and table.name not in _SHARED):
                copies = times // thin if table.name in _BESIDE else times
                _copy(connection, table, str(clinic_id), copies)
                connection.commit()  # what is written ahead stays short
    look_at_all(engine)


def look_at_all(engine: Engine) -> None:
    """What autovacuum and `PRAGMA optimize` do in time: count, so that plans fit the rows."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        connection.exec_driver_sql("ANALYZE" if is_sqlite else "VACUUM ANALYZE")


def _copy(connection: Connection, table: Table, clinic_id: str, times: int) -> None:
    """All rows anew, its own between the others': it would lie by itself at the front else."""
    dialect = connection.dialect.name
    own = "id" if table.name == "clinic" else "clinic_id"
    given = {"id": clinic_id.replace("-", "") if dialect == "sqlite" else clinic_id}
    connection.exec_driver_sql("DROP TABLE IF EXISTS one_clinic")
    wanted = f'SELECT * FROM "{table.name}" WHERE {own} = :id ORDER BY id'
    connection.execute(text(f"CREATE TEMPORARY TABLE one_clinic AS {wanted}"), given)
    connection.execute(text(f'DELETE FROM "{table.name}" WHERE {own} = :id'), given)
    names = ", ".join(f'"{column.name}"' for column in table.c)
    values = ", ".join(_copied(cast("Column[object]", column), dialect) for column in table.c)
    every = _SQLITE_NUMBERS if dialect == "sqlite" else _POSTGRESQL_NUMBERS
    connection.execute(
        text(f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM one_clinic {every}'),
        {"times": times},
    )


# The numbers are the inner loop: see `_copy`.
_POSTGRESQL_NUMBERS = (
    "CROSS JOIN LATERAL generate_series(0, :times + 0 * length(one_clinic.id::text)) AS nth(n)"
)
_SQLITE_NUMBERS = (
    "CROSS JOIN (WITH RECURSIVE nth(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM nth "
    "WHERE n < :times) SELECT n FROM nth)"
)


def _copied(column: "Column[object]", dialect: str) -> str:
    """A value of the n-th copy. The copy of number 0 is the clinic itself."""
    name = f'one_clinic."{column.name}"'
    of_its_own = _of_its_own(column.name, column.type, name, dialect)
    return f"CASE WHEN n = 0 THEN {name} ELSE {of_its_own} END" if of_its_own else name


def _of_its_own(name: str, kind: TypeEngine[object], value: str, dialect: str) -> str | None:
    is_sqlite = dialect == "sqlite"
    if isinstance(kind, Uuid) and name not in _POINTS_AT_SHARED:
        if is_sqlite:
            return f"substr({value}, 1, 26) || printf('%06x', n)"
        return f"overlay({value}::text placing lpad(to_hex(n), 6, '0') from 31)::uuid"
    if isinstance(kind, LargeBinary) and name.endswith(("hash", "_index")):
        if is_sqlite:
            return f"CAST({value} || CAST(printf('%06x', n) AS BLOB) AS BLOB)"
        return f"{value} || convert_to(lpad(to_hex(n), 6, '0'), 'UTF8')"
    if isinstance(kind, String) and name in _NAMED_ONCE:
        return f"{value} || ':' || n"
    return None


@contextmanager
def _resting(connection: Connection) -> Iterator[None]:
    """Nothing checks, tells or sorts until all rows are there."""
    rest = _sqlite_rests if connection.dialect.name == "sqlite" else _postgresql_rests
    with rest(connection):
        yield


_IN_A_HURRY = (
    "foreign_keys=OFF",
    "synchronous=OFF",
    "secure_delete=OFF",
    "cache_size=-1000000",
    "threads=2",
)


@contextmanager
def _sqlite_rests(connection: Connection) -> Iterator[None]:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    for pragma in _IN_A_HURRY:
        driver.execute(f"PRAGMA {pragma}")
    made = [sql for (sql,) in connection.exec_driver_sql(_MADE_ANEW)]
    for sql in made:
        kind, name = sql.replace("UNIQUE ", "").split()[1:3]
        connection.exec_driver_sql(f"DROP {kind} {name}")
    yield
    for sql in made:
        connection.exec_driver_sql(sql)
        connection.commit()
    driver.execute("PRAGMA foreign_keys=ON")
    connection.invalidate()


@contextmanager
def _postgresql_rests(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("SET session_replication_role = replica")
    connection.exec_driver_sql("SET maintenance_work_mem = '512MB'")
    named = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS "
        "(SELECT FROM pg_constraint WHERE conname = indexname)"
    ).all()
    for name, _ in named:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for _, definition in named:
        connection.exec_driver_sql(definition)
    connection.commit()
    connection.invalidate()
