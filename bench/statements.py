"""How many statements one request asks of the database, once the process is warm."""

from collections.abc import Callable
from typing import get_args

import structlog

from app.db.engine import Database
from bench.rows import Row, at_most
from tests import databases
from tests.asked_of import asked_of
from tests.cast import gather
from tests.databases import Kind
from tests.hot_pages import SETTINGS, HotPages

_BUDGETS = {"open a link": 5, "question": 4, "home": 5, "board": 8}
_SAVE = 6


def measure(*, full: bool) -> list[Row]:
    """Exact at any size."""
    del full
    databases.prepare()
    rows: list[Row] = []
    with structlog.testing.capture_logs():
        for kind in get_args(Kind):
            with databases.fresh_database("statements", kind) as url:
                database = Database(url, SETTINGS)
                try:
                    rows += _rows(database, kind)
                finally:
                    database.close()
    return rows


def _rows(database: Database, kind: Kind) -> list[Row]:
    with database.session() as db:
        cast = gather(db)
    acts = HotPages(database, cast).acts
    counted = {name: _count(database, acts[name]) for name in (*_BUDGETS, "save an answer")}
    # The act looks at the page before it answers.
    saved = counted["save an answer"] - counted["question"]
    return [
        *(
            at_most(f"statements: {name}, {kind}", counted[name], "", most)
            for name, most in _BUDGETS.items()
        ),
        at_most(f"statements: save, {kind}", saved, "", _SAVE),
    ]


def _count(database: Database, act: Callable[[], object]) -> int:
    act()
    act()
    with asked_of(database.engine) as said:
        act()
    return len(said)
