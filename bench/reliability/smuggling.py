"""Requests that two parsers could read differently, at our own server and through a real proxy.

Each holds another request, hidden where only a wrong reading finds it. Our server refuses whatever
can be read in two ways; the hidden request is never served, and the next visitor gets their own.
"""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.reliability import kept
from bench.reliability.installation import Installation, free_port
from bench.reliability.smuggled import CASES, HIDDEN, Case, next_visitor
from bench.rows import Row, at_most, seen

_AT_ONCE = 8
_SILENT_SECONDS = 1.5
_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 256; }}
http {{
  log_format passed '$request_method $upstream_status';
  access_log {folder}/access.log passed;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream afterglow {{ server 127.0.0.1:{behind}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://afterglow;
      proxy_http_version 1.1;
      proxy_request_buffering {buffering};
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


@dataclass
class Outcome:
    """What came of the corpus."""

    tried: int = 0
    smuggled: int = 0  # hidden requests that were served
    wrong: list[str] = field(default_factory=list)


def measure(*, full: bool) -> list[Row]:
    """Straight at our server, and through nginx with and without buffering, where there is one."""
    del full
    seed, rows, runs = kept.seed(), [], []
    with Installation("sqlite", workers=0, patients=1) as clinic:
        ways = {"straight": straight(clinic)}
        for buffering in ("on", "off") if has_proxy() else ():
            ways[f"nginx, buffering {buffering}"] = through_proxy(clinic, buffering)
    for way, came in ways.items():
        print("\n".join(f"{way}: {line}" for line in came.wrong), flush=True)
        size = {"requests": came.tried, "way": way}
        figures = {"smuggled": came.smuggled, "wrong": len(came.wrong)}
        runs.append(kept.Run("sqlite", size, figures, not (came.smuggled or came.wrong)))
        rows += [
            seen(f"smuggling, {way}: requests", came.tried, "n"),
            at_most(f"smuggling, {way}: served", came.smuggled, "n", 0),
            at_most(f"smuggling, {way}: wrong answers", len(came.wrong), "n", 0),
        ]
    kept.keep("smuggling", seed, runs)
    return rows


def straight(clinic: Installation) -> Outcome:
    """Every case at our own server: what can be read in two ways is refused, once and for all."""
    port = int(clinic.urls[0].rpartition(":")[2])
    came, before = Outcome(), _served(clinic)
    for case, answers in _ask_all(port):
        came.tried += 1
        statuses = statuses_in(answers)
        if len(statuses) > 1:
            came.wrong.append(f"{case.name}: {len(statuses)} answers to one request")
        if case.is_doubtful and not _is_refusal(statuses):
            came.wrong.append(f"{case.name}: taken, answered {statuses[0]}")
        if not case.is_doubtful and not statuses:
            came.wrong.append(f"{case.name}: a plain request got no answer")
    came.smuggled = _served(clinic) - before
    return came


def through_proxy(clinic: Installation, buffering: str) -> Outcome:
    """Every case through the proxy, and after each a visitor who must get their own answer.

    What the proxy itself takes for two requests is two; smuggled is what it did not know of.
    """
    behind = int(clinic.urls[0].rpartition(":")[2])
    came, before = Outcome(), _served(clinic)
    with _proxy(behind, buffering) as (port, passed):
        for case, _ in _ask_all(port):
            came.tried += 1
            got = _ask(port, next_visitor())
            if statuses_in(got) != [200] or not got.endswith(b"ok\n"):
                came.wrong.append(f"{case.name}: the next visitor got {got[:80]!r}")
        served = _served(clinic) - before
        known = re.findall(r"^DELETE \d", passed.read_text(), re.MULTILINE)
        came.smuggled = served - len(known)
    return came


def is_seen_when_served(clinic: Installation) -> bool:
    """Whether a hidden request that is served shows at all: one that is sent openly does."""
    before = _served(clinic)
    _ask(int(clinic.urls[0].rpartition(":")[2]), HIDDEN)
    return _served(clinic) == before + 1


def has_proxy() -> bool:
    """Whether there is a proxy on this machine to try."""
    return shutil.which("nginx") is not None


def statuses_in(answers: bytes) -> list[int]:
    """The statuses of the answers that came, one after the other."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answers)]


def _is_refusal(statuses: list[int]) -> bool:
    """Closed without a word, or with a word about the request itself: no route was asked."""
    return not statuses or statuses[0] in (400, 408, 411, 413, 414, 417, 431, 501, 505)


def _served(clinic: Installation) -> int:
    """How many hidden requests have reached a route so far: each leaves a line."""
    time.sleep(0.2)
    return clinic.logs("web-1").count("method=DELETE")


def _ask_all(port: int) -> Iterator[tuple[Case, bytes]]:
    with ThreadPoolExecutor(_AT_ONCE) as at_once:
        yield from zip(CASES, at_once.map(lambda case: _ask(port, case.sent), CASES), strict=True)


def _ask(port: int, sent: bytes) -> bytes:
    """Everything that comes back until it closes or falls silent."""
    heard = b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
        line.settimeout(_SILENT_SECONDS)
        try:
            line.sendall(sent)
            while part := line.recv(65536):
                heard += part
        except OSError:
            pass
    return heard


@contextmanager
def _proxy(behind: int, buffering: str) -> Iterator[tuple[int, Path]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "nginx.conf"
        written.write_text(
            _NGINX.format(folder=folder, port=port, behind=behind, buffering=buffering)
        )
        running = subprocess.Popen(["nginx", "-p", folder, "-c", str(written)])
        try:
            _wait_for(port)
            yield port, Path(folder) / "access.log"
        finally:
            running.terminate()
            running.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the proxy does not answer")
