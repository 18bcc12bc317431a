"""Whether what is asked most stays as quick when a network's patients grow a hundredfold.

Two databases at once: five clinics of 2,000 former patients each, and as many more as the larger
size has; the measured clinic is the same in both. Each act is done in turn in both, through the
app. Of each statement the database's own CPU counts, so that other work on the machine does not:
on PostgreSQL what its backend used, on SQLite what the thread did while all rows were fetched. Of
a million patients one in four has rows in the tables that are asked for less often (`thin`).
GROWTH=300000 takes another larger size.
"""

import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import structlog
from sqlalchemy import Connection, Engine, event

from app import clock
from app.db.engine import Database
from app.people.models import Clinic, Practitioner
from app.security import keyring
from bench.rows import Row, at_most, seen
from tests import databases
from tests.asked_of import asked_of
from tests.cast import gather
from tests.conftest import FRIDAY_NOON
from tests.databases import Kind
from tests.hot_pages import SETTINGS, HotPages
from tests.many_clinics import copy_clinic, look_at_all
from tests.years import Years

_OF_ONE_CLINIC = 2_000
_FEW = 10_000
_THIN_FROM = 1_000_000
_MOST_TIMES_SLOWER = 1.3
# Of all clinics and their people who are being treated, not of their years: they grow with these.
# Scales are asked for at 25 clinics a turn and old rows let go at 10, five are all of the smaller
# size; zones look at all appointments ahead, the journal at the sessions and talks of a week. A
# number that nobody is signed in with is looked for under the key of each clinic.
_WITH_CLINICS = {
    *("job scales", "job purge", "job zones", "job journal", "standing of the server"),
    *("ask for a code", "a text comes in"),
}
# Whoever of a thin copy was never asked for scales is due, and what is sealed tells nobody where.
_NOT_OF_THIN_COPIES = {"job scales"}


def measure(*, full: bool) -> list[Row]:
    """On both databases: 10⁴ beside 10⁶ patients' history, or beside 10⁵."""
    databases.prepare()
    many = int(os.environ.get("GROWTH", 1_000_000 if full else 100_000))
    rows: list[Row] = []
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    try:
        with structlog.testing.capture_logs():
            for kind in get_args(Kind):
                rows += _rows(kind, many, times=21 if full else 9)
    finally:
        clock.stand_still(None)
    return rows


def _rows(kind: Kind, many: int, *, times: int) -> list[Row]:
    with ExitStack() as stack:
        few_pages = stack.enter_context(_grown(kind, _FEW))
        many_pages = stack.enter_context(_grown(kind, many))
        for pages in (few_pages, many_pages):
            _catch_up(pages)
        _say(f"{kind}: {_FEW:,} and {many:,} patients are there")
        left_out = _NOT_OF_THIN_COPIES if many >= _THIN_FROM else set()
        few, more = _compared(few_pages, many_pages, times, left_out)
    rows = []
    for name, spent in more.items():
        before = few[name]
        ratio = spent / before
        said = f"{name}, {kind}: {many:,} patients beside {_FEW:,}"
        peer = f"{before:.2f} → {spent:.2f} ms of the database's CPU"
        if name in _WITH_CLINICS:
            rows.append(seen(said, ratio, "×", peer))
        else:
            rows.append(at_most(said, ratio, "×", _MOST_TIMES_SLOWER, peer))
    return rows


@contextmanager
def _grown(kind: Kind, patients: int) -> Iterator[HotPages]:
    url = databases.database_url(kind, f"growth-{patients}")
    database = Database(url, SETTINGS)
    try:
        with database.session() as db:
            cast = gather(db)
        with database.session() as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            clinician = db.get_one(Practitioner, cast.dr_okafor.id)
            Years(db, clinic, clinician).fill(_OF_ONE_CLINIC, more=0)
        thin = 4 if patients >= _THIN_FROM else 1
        copy_clinic(database.engine, cast.clinic.id, patients // _OF_ONE_CLINIC - 1, thin=thin)
        pages = HotPages(database, cast)
        look_at_all(database.engine)
        yield pages
    finally:
        database.close()
        databases.discard(url)


def _catch_up(pages: HotPages) -> None:
    """What the copies' own sessions still want planned is done once, before anything is weighed."""
    keyring.use(pages.ring)
    for _ in range(40):
        with asked_of(pages.database.engine) as said:
            pages.acts["job journal"]()
        if not any(each.statement.startswith("INSERT") for each in said):
            return


def _compared(
    few: HotPages, many: HotPages, times: int, left_out: Collection[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of each act's statements, the median; both in turn, the first round unseen."""
    taken: list[dict[str, list[float]]] = [defaultdict(list), defaultdict(list)]
    for name in few.acts:
        if name in left_out:
            continue
        _say(name)
        for turn in range(times + 1):
            for pages, kept in zip((few, many), taken, strict=True):
                keyring.use(pages.ring)
                with _weighed(pages.database.engine) as spent:
                    pages.acts[name]()
                if turn and spent:
                    kept[name].append(sum(spent) * 1000)
    medians = [{name: statistics.median(each) for name, each in kept.items()} for kept in taken]
    return medians[0], medians[1]


@contextmanager
def _weighed(engine: Engine) -> Iterator[list[float]]:
    """What each statement inside the block costs the database, in seconds of CPU."""
    spent: list[float] = []
    began: list[float] = []
    is_sqlite = engine.dialect.name == "sqlite"

    def before(connection: Connection, _cursor: Any, words: str, given: Any, *_: Any) -> None:
        if is_sqlite and words.startswith("SELECT"):
            # Rows are looked for while they are fetched: so once more, to the last.
            driver: Any = connection.connection.dbapi_connection
            first = time.thread_time()
            driver.execute(words, given).fetchall()
            spent.append(time.thread_time() - first)
        began.append(_now(connection, is_sqlite))

    def after(connection: Connection, _cursor: Any, words: str, *_: Any) -> None:
        took = _now(connection, is_sqlite) - began.pop()
        if not (is_sqlite and words.startswith("SELECT")):
            spent.append(took)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield spent
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def _say(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


def _now(connection: Connection, is_sqlite: bool) -> float:
    if is_sqlite:
        return time.thread_time()
    line: Any = connection.connection.dbapi_connection
    told = Path(f"/proc/{line.info.backend_pid}/schedstat").read_text()
    return int(told.split()[0]) / 1e9
