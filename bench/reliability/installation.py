"""One whole installation to experiment on: database, people, app processes, workers, Twilio.

    with Installation("postgresql", processes=4, workers=2, patients=50) as clinic:
        clinic.browser(0).get("/healthz")
        clinic.kill("web-2")
        clinic.start("web-2")

The processes are real ones of `afterglow serve --no-worker` and `afterglow worker` under the
settings of production, on loopback. SQLite has one app process, PostgreSQL four, unless told
otherwise. `own_server`: a PostgreSQL server for this installation alone, which waits for the disk
and may be killed.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from app import clock
from app.db.engine import Database
from app.settings import Settings
from bench.reliability.browser import Browser
from bench.reliability.hurried import Hurry
from bench.reliability.own_server import OwnServer
from bench.reliability.people import People, gather
from bench.reliability.stage import _environment, settings_for
from tests import databases
from tests.databases import Kind
from tests.twilio_standin import StandIn
from tests.twilio_standin.calling import over_http


class Installation:
    """See above. Processes are named `web-1`, `web-2` … and `worker-1` …"""

    def __init__(
        self,
        kind: Kind,
        processes: int | None = None,
        workers: int = 1,
        *,
        patients: int = 20,
        zone: str = "America/New_York",
        hurry: float = 1,
        own_server: bool = False,
        environment: Mapping[str, str] | None = None,
        worker_id: str = "bench",
        **twilio: object,
    ) -> None:
        self.kind = kind
        self.processes = processes or (1 if kind == "sqlite" else 4)
        self.workers = workers
        self.zone = zone
        self.hurry = hurry
        self.fallen: list[str] = []  # what ended by itself and was started anew
        self.server: OwnServer | None = None
        self.twilio: StandIn
        self.database: Database
        self.settings: Settings
        self.people: People
        self.folder: Path
        self.url: str
        self._patients, self._with_server, self._worker_id = patients, own_server, worker_id
        self._more, self._twilio = dict(environment or {}), twilio
        self._ports = {name: free_port() for name in self.webs}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._build()
            for name in (*self.webs, *self.names_of_workers):
                self.start(name)
            for name in self.webs:
                self.wait_until_ready(name)
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    @property
    def webs(self) -> list[str]:
        """The names of the app processes."""
        return [f"web-{number}" for number in range(1, self.processes + 1)]

    @property
    def names_of_workers(self) -> list[str]:
        """The names of the workers."""
        return [f"worker-{number}" for number in range(1, self.workers + 1)]

    @property
    def urls(self) -> list[str]:
        """Where the app processes listen, whether they live or not."""
        return [self.url_of(name) for name in self.webs]

    def url_of(self, name: str) -> str:
        """Where one app process listens."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def browser(self, place: int = 0, cookies: Mapping[str, str] | None = None) -> Browser:
        """A browser at one of the app processes. It is closed with the installation."""
        browser = Browser(self.urls[place % len(self.urls)], cookies)
        self.at_end(browser.close)
        return browser

    def at_end(self, let_go: Callable[[], object]) -> None:
        """Call this when the installation is cleared away."""
        self._stack.callback(let_go)

    def start(self, name: str, *before: str) -> None:
        """Start a process that is down. `before`: words ahead of its command, as `strace` is."""
        command = ("worker",)
        if name in self._ports:
            command = ("serve", "--no-worker", "--port", str(self._ports[name]))
        hurried = (str(self.hurry), self._machine.since.isoformat())
        with (self.folder / f"{name}.log").open("ab") as told:
            self._running[name] = subprocess.Popen(
                [*before, sys.executable, "-m", "bench.reliability.hurried", *hurried, *command],
                cwd=self.folder,
                env=_environment(self.settings, self.url) | self._named(),
                stdout=told,
                stderr=told,
                start_new_session=True,  # what it runs under is killed with it
            )

    def kill(self, name: str, by: signal.Signals = signal.SIGKILL) -> None:
        """Kill a process and wait until it is gone; one that is gone already is left in peace."""
        process = self._running[name]
        if process.poll() is None:
            os.killpg(process.pid, by)
        process.wait(30)

    def start_fallen(self) -> None:
        """Start whatever ended by itself, as a supervisor does: who starts while the database
        recovers says so and leaves.
        """
        for name, process in self._running.items():
            if process.poll() not in (None, -signal.SIGKILL):
                self.fallen.append(name)
                self.start(name)

    def pid(self, name: str) -> int:
        """The process's number."""
        return self._running[name].pid

    def alive(self) -> list[str]:
        """The names of the processes that run."""
        return [name for name, process in self._running.items() if process.poll() is None]

    def wait_until_ready(self, name: str, seconds: float = 90, path: str = "/healthz") -> float:
        """Until an app process answers 200 at `path`; how many seconds that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                with urllib.request.urlopen(self.url_of(name) + path, timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{name} does not answer: {self.logs()[-4000:]}")

    def logs(self, *names: str) -> str:
        """What the processes said, or these of them: whole."""
        wanted = names or [path.stem for path in sorted(self.folder.glob("*.log"))]
        paths = [self.folder / f"{name}.log" for name in wanted]
        return "".join(path.read_text(errors="replace") for path in paths if path.exists())

    def _build(self) -> None:
        databases.prepare()
        clock.stand_still(None)
        self._machine = Hurry(self.hurry, datetime.now(UTC))
        if self.hurry != 1:  # who is let in from here has a session by the same clock
            self._stack.callback(setattr, clock, "machine_now", clock.machine_now)
            clock.machine_now = self._machine.now
        enter = self._stack.enter_context
        self.folder = Path(enter(tempfile.TemporaryDirectory()))
        if self._with_server and self.kind == "postgresql":
            self.server = OwnServer()
            self._stack.callback(self.server.close)
            self.url = self.server.url
        else:
            self.url = enter(databases.fresh_database(self._worker_id, self.kind))
        given = {"ledger": self.folder / "ledger.jsonl", "now": self._machine.now}
        self.twilio = enter(StandIn(**(given | {"deliver": self._deliver} | self._twilio)))
        self.settings = settings_for(self.twilio)
        self.database = Database(self.url, self.settings)
        self._stack.callback(self.database.close)
        self.people = gather(self.database, self._patients, self.zone)

    def _deliver(self, address: str, form: Mapping[str, str], signature: str) -> int:
        """As a proxy before all of them does: to any process that takes the call."""
        places: Sequence[str] = random.sample(self.urls, len(self.urls))
        for url in places:
            if status := over_http(url)(address, form, signature):
                return status
        return 0

    def _named(self) -> dict[str, str]:
        return {f"AFTERGLOW_{name.upper()}": value for name, value in self._more.items()}

    def _clear(self) -> None:
        for name in self.alive():
            self.kill(name)
        self._stack.close()


def free_port() -> int:
    """A port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
