"""Bodies that are too large, at every address that takes one: 413 at once, and no memory for them.

The limit of each address is read from the router. What says that it is too large is refused before
it is sent; what does not say so, as soon as it is. A crowd of strangers that sends as much as is
allowed must not be able to fill the machine.
"""

import socket
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Route

from app.main import _LARGEST_BODY
from app.questionnaires.strict_json import MOST_BYTES
from app.web.fhir.largest_body import LARGEST
from app.web.middleware.whole_bodies import ROOM
from bench.reliability import kept
from bench.reliability.installation import Installation
from bench.rows import Row, at_most, seen
from tests.house import addresses
from tests.house import test_access_matrix as matrix

_HEAD = (
    "{method} {path} HTTP/1.1\r\nHost: afterglow.test\r\nSec-Fetch-Site: same-origin\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
)
_PIECE = b"a" * 65536
_ROOMS = 2  # a body in its pieces, and put together


@dataclass
class Outcome:
    """What came of bodies that are too large."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)  # from the last byte that was one too many
    grown_mb: float = 0  # by all these


def measure(*, full: bool) -> list[Row]:
    """Every address that takes a body, and a crowd of strangers."""
    seed = kept.seed()
    with Installation("sqlite", workers=0, patients=1) as clinic:
        came = too_large(clinic)
        crowd_mb = crowd(clinic, 200 if full else 60)
    print("\n".join(came.wrong), flush=True)
    slowest, middle = max(came.ms), statistics.median(came.ms)
    figures = {
        "wrong": len(came.wrong),
        "middle_ms": middle,
        "slowest_ms": slowest,
        "grown_mb": came.grown_mb,
        "crowd_mb": crowd_mb,
    }
    room = _ROOMS * ROOM / 2**20
    passed = not came.wrong and middle <= 50 and came.grown_mb <= 20 and crowd_mb <= room
    kept.keep("large_bodies", seed, [kept.Run("sqlite", {"bodies": came.tried}, figures, passed)])
    return [
        seen("large bodies: tried", came.tried, "n"),
        at_most("large bodies: not refused", len(came.wrong), "n", 0),
        at_most("large bodies: refused after, middle", middle, "ms", 50),
        seen("large bodies: refused after, slowest", slowest, "ms"),
        at_most("large bodies: memory that they take", came.grown_mb, "MB", 20),
        at_most("allowed bodies: memory that a crowd of strangers takes", crowd_mb, "MB", room),
    ]


def too_large(clinic: Installation, *, every: bool = True) -> Outcome:
    """One that says its length and one that does not, for each address and method.

    Not `every`: for one address of each limit.
    """
    port, pid, came = _port(clinic), clinic.pid("web-1"), Outcome()
    clinic.browser(0).get("/privacy")  # what the first page loads is not theirs
    before = _memory_mb(pid)
    asked = list(limits())
    if not every:
        asked = list({limit: (method, path, limit) for method, path, limit in asked}.values())
    for method, path, limit in asked:
        for says in (True, False):
            came.tried += 1
            status, took = _send_too_much(port, method, path, limit, says=says)
            came.ms.append(took)
            if status != 413:
                how = "said" if says else "unsaid"
                came.wrong.append(f"{method} {path} of {limit}, {how}: {status}")
    came.grown_mb = round(_memory_mb(pid) - before, 1)
    return came


def limits() -> Iterator[tuple[str, str, int]]:
    """Each address that takes a body, with how much of it."""
    for name, (template, route) in matrix.ROUTES.items():
        methods = (route.methods or set()) if isinstance(route, Route) else set()
        things = {thing: str(uuid4()) for thing in addresses.things_in(template).values()}
        path = addresses.filled(template, things)
        for method in sorted(methods & {"POST", "PUT"}):
            limit = LARGEST if name.startswith("fhir:") else _LARGEST_BODY
            if name == "fhir:create-questionnaire":
                limit = MOST_BYTES
            if isinstance(route.app, RequestBodyLimitMiddleware):
                limit = route.app.max_body_size
            yield method, path, limit


def crowd(clinic: Installation, count: int) -> float:
    """So many strangers send all that the largest address takes, at once; MB the process grew."""
    port, pid = _port(clinic), clinic.pid("web-1")
    method, path, limit = max(limits(), key=lambda each: each[2])
    before, most = _memory_mb(pid), 0.0

    def send(_: int) -> None:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
            head = _HEAD.format(method=method, path=path, length=f"Content-Length: {limit}")
            try:
                line.sendall(head.encode())
                for _piece in range(limit // len(_PIECE) - 1):
                    line.sendall(_PIECE)
                time.sleep(2)  # and never sends the end
            except OSError:
                return

    with ThreadPoolExecutor(count) as at_once:
        sending = [at_once.submit(send, number) for number in range(count)]
        while not all(each.done() for each in sending):
            most = max(most, _memory_mb(pid))
            time.sleep(0.05)
    return round(max(0.0, most - before), 1)


def _send_too_much(
    port: int, method: str, path: str, limit: int, *, says: bool
) -> tuple[int, float]:
    length = f"Content-Length: {limit + 1}" if says else "Transfer-Encoding: chunked"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
        line.sendall(_HEAD.format(method=method, path=path, length=length).encode())
        try:
            for _ in range(0 if says else limit // len(_PIECE) + 2):
                line.sendall(b"%x\r\n%s\r\n" % (len(_PIECE), _PIECE))
        except OSError:
            pass  # it has said what it had to say
        began = time.perf_counter()
        try:
            answer = line.recv(4096)
        except OSError:
            answer = b""
        took = (time.perf_counter() - began) * 1000
    return int(answer[9:12] or 0), round(took, 1)


def _memory_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.partition("VmRSS:")[2].split()[0]) / 1024


def _port(clinic: Installation) -> int:
    return int(clinic.urls[0].rpartition(":")[2])
