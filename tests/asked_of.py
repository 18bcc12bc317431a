"""What a database is asked, and how it goes about it: the plans of real statements."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, event

_times = count(1)
_ORDERS = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXPLAIN")


@dataclass(frozen=True)
class Asked:
    """One statement as the driver was given it."""

    statement: str
    parameters: Any


@contextmanager
def asked_of(engine: Engine) -> Iterator[list[Asked]]:
    """Every statement that runs inside the block."""
    said: list[Asked] = []

    def note(
        _connection: Connection, _cursor: Any, statement: str, parameters: Any, _: Any, many: bool
    ) -> None:
        if not statement.startswith(_ORDERS):
            said.append(Asked(statement, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def walked(connection: Connection, asked: Asked) -> list[str]:
    """The tables that a statement walks through from end to end, or an index of theirs."""
    if connection.dialect.name == "sqlite":
        return _walked_sqlite(connection, asked)
    return _walked_postgresql(connection, asked)


def _walked_sqlite(connection: Connection, asked: Asked) -> list[str]:
    names = {alias: table for table, alias in _ALIASES.findall(asked.statement)}
    found = [match[1] for step in _steps(connection, asked) if (match := _WALK.match(step))]
    return [names.get(name, name) for name in found if name != "CONSTANT"]


# An index of open rows alone may be read whole: it does not grow with the years.
_WALK = re.compile(r"SCAN (\w+)(?! USING (?:COVERING )?INDEX ix_\w+_(?:open|covered|phone_asked))")
_ALIASES = re.compile(r'(?:FROM|JOIN|,)\s+"?(\w+)"? AS "?(\w+)"?')


def _steps(connection: Connection, asked: Asked) -> list[str]:
    driver: Any = connection.connection.dbapi_connection
    # Asked for a plan alone, a line does not notice that another one has dropped an index; and
    # what it was asked before it answers as it did.
    driver.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    anew = f"EXPLAIN QUERY PLAN {asked.statement} -- {next(_times)}"
    plan = driver.execute(anew, asked.parameters).fetchall()
    return [step for *_, step in plan]


def _walked_postgresql(connection: Connection, asked: Asked) -> list[str]:
    return [node["Relation Name"] for node in _nodes(plan_of(connection, asked)) if _is_walk(node)]


def indexes(connection: Connection, asked: Asked) -> set[str]:
    """The indexes by which a statement goes."""
    if connection.dialect.name == "sqlite":
        return {match[1] for step in _steps(connection, asked) if (match := _BY_INDEX.search(step))}
    return {
        node["Index Name"] for node in _nodes(plan_of(connection, asked)) if "Index Name" in node
    }


_BY_INDEX = re.compile(r"USING (?:COVERING )?INDEX (\w+)")


def plan_of(connection: Connection, asked: Asked, *, run: bool = False) -> dict[str, Any]:
    """PostgreSQL's plan of a statement with its values. `run`: with what it really looked at."""
    import psycopg

    line: Any = connection.connection.dbapi_connection
    how = "(FORMAT JSON, ANALYZE, BUFFERS)" if run else "(FORMAT JSON)"
    cursor = psycopg.ClientCursor(line)
    cursor.execute(f"EXPLAIN {how} {asked.statement}", asked.parameters)
    (told,) = cursor.fetchone() or ("[]",)
    found = json.loads(told) if isinstance(told, str) else told
    return dict(found[0]["Plan"])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)


def _is_walk(node: dict[str, Any]) -> bool:
    if "Relation Name" not in node:
        return False
    if node["Node Type"] == "Seq Scan":
        return True
    name = node.get("Index Name", "")
    of_few = name.endswith(("_open", "_covered", "_phone_asked"))
    return node["Node Type"].startswith("Index") and "Index Cond" not in node and not of_few
