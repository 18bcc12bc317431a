"""The cast of one test after the other, made once in a process.

Making it is fifty statements through the whole house, a good part of what most tests cost. So what
the first one wrote is kept as it went to the database, and written there again for the next.
"""

import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from app import clock
from app.db.engine import Database
from app.people import directory
from app.plans import kept
from app.security import keyring
from app.web.console.today import kept_boards
from tests.cast import Cast, gather


@dataclass
class _Made:
    """What was written for a cast, the people as they were then, and their clinics' keys."""

    writes: list[tuple[str, Any, bool]] = field(default_factory=list)
    people: bytes = b""
    keys: dict[Any, Any] = field(default_factory=dict)


_made: dict[tuple[object, ...], _Made] = {}


def gather_again(database: Database) -> Cast:
    """Store the cast in a database that knows none of them yet."""
    _forget()
    ring = keyring.ring()
    sealed_under = ring.masters.get(ring.masters.first)
    kind = database.engine.dialect.name
    which = (kind, sealed_under, clock.now(), clock.machine_now())
    made = _made.get(which)
    if made is None:
        _made[which] = made = _make(database, ring)
    else:
        _write(database, made)
        for clinic_id, keys in made.keys.items():
            # As after making them: nobody has to look for them first.
            ring._known[clinic_id] = keyring._Known(dict(keys), time.monotonic())
    people: Cast = pickle.loads(made.people)
    return people


def _forget() -> None:
    """What a process remembers of a clinic by its id: in the test before it had the same."""
    directory.forget()
    kept._read.clear()
    kept_boards._kept.clear()


def _make(database: Database, ring: keyring.KeyRing) -> _Made:
    made = _Made()
    with _noting(database.engine, made), database.session() as db:
        cast = gather(db)
    made.people = pickle.dumps(cast)
    made.keys = {each.id: ring._known[each.id].keys for each in (cast.clinic, cast.neighbour)}
    return made


@contextmanager
def _noting(engine: Engine, made: _Made) -> Iterator[None]:
    def note(_connection, _cursor, statement, parameters, context, many):
        if context.isinsert or context.isupdate:
            made.writes.append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _write(database: Database, made: _Made) -> None:
    with database.engine.begin() as connection:
        cursor = connection.connection.cursor()
        for statement, parameters, many in made.writes:
            (cursor.executemany if many else cursor.execute)(statement, parameters)
        cursor.close()
