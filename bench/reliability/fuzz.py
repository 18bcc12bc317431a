"""Everything that can be asked, as everybody, with what nobody of good will sends.

The routes come from the router, the fields from the pages themselves, the resources from the FHIR
door. Every transaction is taken back, so the clinic is whole at the last request as at the first.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp
from structlog.testing import capture_logs

from app import clock
from app.main import create_app
from app.settings import Settings
from app.web.middleware import failing_slowly
from bench.reliability import kept
from bench.reliability.asking import Answer, Asked, Asking
from bench.reliability.fuzz_declared import declared, traces
from bench.reliability.fuzz_lines import fuzz_lines
from bench.reliability.fuzz_requests import Requests, Visitors
from bench.rows import Row, at_most, seen
from tests import databases
from tests.conftest import BASE_URL, FRIDAY_NOON
from tests.databases import Kind
from tests.fakes import RecordingGateway
from tests.house import test_access_matrix as matrix
from tests.house import world

_COUNT = 6_000
_COUNT_FULL = 100_000
TWILIO_TOKEN = "t" * 32


@dataclass
class Outcome:
    """What came of so many requests: how many of which status, and each wrong one once."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)  # what is wrong: the first request so
    slowest_ms: float = 0
    routes: int = 0
    lines: int = 0  # over sockets

    def count(self, statuses: range) -> int:
        """How many answers had one of these statuses."""
        return sum(many for status, many in self.statuses.items() if status in statuses)


def measure(*, full: bool) -> list[Row]:
    """Both databases; every request is of one seed."""
    seed, rows, runs = kept.seed(), [], []
    for kind in ("sqlite", "postgresql"):
        count = _COUNT_FULL if full else _COUNT
        came = fuzz(kind, count=count, seed=seed)
        for wrong, first in came.wrong.items():
            print(f"{kind}: {wrong}: {first}", flush=True)
        figures = {
            "wrong": len(came.wrong),
            "5xx": came.count(range(500, 600)),
            "slowest_ms": round(came.slowest_ms),
            "statuses": dict(sorted(came.statuses.items())),
        }
        size = {"requests": came.requests, "routes": came.routes, "lines": came.lines}
        runs.append(kept.Run(kind, size, figures, passed=not came.wrong))
        kept.keep("fuzz", seed, runs)
        rows += [
            seen(f"fuzz, {kind}: requests", came.requests, "n"),
            at_most(f"fuzz, {kind}: wrong answers", len(came.wrong), "n", 0),
            seen(f"fuzz, {kind}: slowest answer", came.slowest_ms, "ms"),
        ]
    return rows


def fuzz(kind: Kind, *, count: int, seed: int, worker_id: str = "fuzz") -> Outcome:
    """Ask so many times; a sentence for each thing that should not have come."""
    came = Outcome()
    with _house(kind, worker_id) as (app, line, visitors), capture_logs() as logs:
        requests = Requests(seed, visitors, line, looks=1 if count < 1000 else 4)
        came.routes = len(requests.routes)
        logs.clear()
        for name, asked in requests.draw(count):
            began = time.perf_counter()
            answer = line.ask(asked)
            took = (time.perf_counter() - began) * 1000
            came.slowest_ms = max(came.slowest_ms, took)
            came.requests += 1
            came.statuses[answer.status] += 1
            for wrong in _faults(name, asked, answer, logs):
                came.wrong.setdefault(wrong, _told(asked))
            logs.clear()
        came.lines = max(10, count // 100)
        came.wrong |= fuzz_lines(app, visitors, lines=came.lines, seed=seed)
    return came


@contextmanager
def _house(kind: Kind, worker_id: str) -> Iterator[tuple[ASGIApp, Asking, Visitors]]:
    databases.prepare()
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    settings = Settings(
        _env_file=None,
        base_url=BASE_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
        twilio_auth_token=TWILIO_TOKEN,
    )
    usual, failing_slowly.SECONDS = failing_slowly.SECONDS, 0.0  # most of what is asked here fails
    try:
        with databases.fresh_database(worker_id, kind) as url:
            stored = world.Database(url, settings)
            built = world.build(stored)
            cookies = matrix._cookies(stored, built, settings)
            rehearsal = world.Rehearsal(url, settings)
            app = create_app(settings, rehearsal, gateway=RecordingGateway(), works=False)
            with Asking(app, settings.host) as line:
                yield app, line, Visitors(built, cookies, TWILIO_TOKEN)
            rehearsal.close()
            stored.close()
    finally:
        failing_slowly.SECONDS = usual
        clock.stand_still(None)


def _faults(name: str, asked: Asked, answer: Answer, logs: list) -> Iterator[str]:
    """What is wrong with an answer, said by its route."""
    if asked.hangs_up:  # nobody hears the answer; a crash is one all the same
        crashes = [line for line in logs if line.get("event") == "crash"]
        yield from (f"{name} hung up on: {line['kind']} at {line['place']}" for line in crashes)
        return
    if answer.broke:
        crash = next((line for line in logs if line.get("event") == "crash"), {})
        yield f"{name}: {answer.broke} at {crash.get('place', 'nowhere')}"
    elif answer.status == 307:  # a stroke too many at the end
        if not answer.header("location").startswith(f"{BASE_URL}/"):
            yield f"{name}: sent away to another house"
    elif answer.status not in declared(name):
        yield f"{asked.method} {name}: {answer.status} is not declared"
    if found := traces(answer.body):
        yield f"{name}: its words tell {found!r}"
    if answer.header("x-injected") or re.search(r"[\r\n\0]", str(answer.headers)):
        yield f"{name}: a header was injected"
    if "content-security-policy" not in dict(answer.headers):
        yield f"{name}: {answer.status} without a policy"
    kind = answer.header("content-type")
    if kind.startswith("text/") and "charset" not in kind and kind != "text/event-stream":
        yield f"{name}: {kind} without a charset"


def _told(asked: Asked) -> str:
    headers = {name: value[:80] for name, value in asked.headers if name != "cookie"}
    return f"{asked.method} {asked.target[:200]} {headers} {asked.body[:300]!r}"
