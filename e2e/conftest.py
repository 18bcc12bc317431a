"""The real application on a real port, phones and desks as real browsers with fake cameras.

Every journey gets a demo of its own: `clinic` starts `afterglow demo` on a free port, in an empty
folder.
"""

import json
import os
import shutil
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from e2e import demos, hour
from tests import memory

ROOT = demos.ROOT
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream=fps=30",
    "--use-fake-ui-for-media-stream",
]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


_PATIENCE = 30_000  # milliseconds: a page on a busy machine is late, and no worse for it


def pytest_configure() -> None:
    memory.keep_files_there()
    expect.set_options(timeout=_PATIENCE)


class Clinic:
    """A running demo: its address, clock and inboxes. May be stopped and started again."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        self.url = f"http://localhost:{port}"
        self.folder = folder
        self._environment = {
            **os.environ,
            "PORT": str(port),
            "AFTERGLOW_DATA_DIR": str(folder),
            "E2E_AHEAD": str(hour.ahead().total_seconds()),
            **environment,
        }
        self._log = folder / "server.log"
        self._process: BaseProcess | None = None

    def start(self) -> None:
        self._process = demos.FORKS.Process(target=demos.run, args=(self._environment, self._log))
        self._process.start()
        deadline = time.monotonic() + 300  # a busy machine tells the story slowly
        while time.monotonic() < deadline:
            if not self._process.is_alive():
                raise RuntimeError(f"the demo ended at once:\n{self.log()[-2000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.02)
        self.stop(signal.SIGKILL)  # or it would go on beside all that follow
        raise RuntimeError("the demo did not come up")

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self._process is not None and self._process.pid is not None:
            os.kill(self._process.pid, how)
            self._process.join(20)
            assert not self._process.is_alive(), "the demo does not stop"
            self._process = None

    def restart(self, how: int = signal.SIGTERM) -> None:
        self.stop(how)
        self.start()

    def renew(self, worker: Path) -> None:
        """Go on as a newer version, with this service worker."""
        self._environment["E2E_WORKER"] = str(worker)
        self.restart()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def get(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def push(self, duration: str) -> str:
        """Push the clinic's clock and say what time it is then."""
        return self.post("/demo/clock", {"advance": duration})["now"]

    def texts(self, to: str) -> list[dict]:
        """What arrived on, or left, one phone; oldest first."""
        return self.get(f"/demo/messages.json?to={to.replace('+', '%2B')}")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> Path:
    """A demo's folder as its first start leaves it. Seeding once a run saves a minute."""
    folder = tmp_path_factory.mktemp("seeded")
    demos.tell_the_story(folder)
    return folder


@pytest.fixture
def open_clinic(tmp_path, seeded) -> Iterator[Callable[..., Clinic]]:
    """`open_clinic(AFTERGLOW_VIDEO="external")`: a demo of one's own with other settings."""
    opened: list[Clinic] = []

    def open_clinic(**environment: str) -> Clinic:
        shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
        opened.append(Clinic(tmp_path, free_port(), **environment))
        opened[-1].start()
        return opened[-1]

    yield open_clinic
    for running in opened:
        running.stop()


@pytest.fixture
def clinic(open_clinic) -> Clinic:
    return open_clinic()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    named = os.environ.get("CHROMIUM")
    path = named or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        raise pytest.UsageError("no Chromium found: install one, or name it in CHROMIUM")
    return {**browser_type_launch_args, "executable_path": path, "args": _ARGUMENTS}


class Complaints(list):
    """What the pages' consoles complained about. A journey ends with none."""

    # Chromium reports every refused form and every cut line by itself.
    _EXPECTED = ("422", "401", "403", "404", "409", "410", "429", "503", "ERR_CONNECTION_REFUSED")
    _LINE = ("Failed to fetch", "WebSocket connection to", "net::ERR_")

    def listen(self, page: Page) -> None:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if any(word in message.text for word in (*self._EXPECTED, *self._LINE)):
            return
        self.append(message.text)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard == []


@pytest.fixture
def new_phone(browser: Browser, playwright, complaints) -> Iterator:
    """`new_phone()`: a patient's phone, its own cookies, a camera that has been allowed."""
    opened: list[BrowserContext] = []
    device = dict(playwright.devices["Pixel 5"])
    device.pop("default_browser_type", None)

    def make(**options) -> Page:
        options = {"permissions": ["camera", "microphone"], "locale": "en-US", **device, **options}
        context = browser.new_context(**options)
        opened.append(context)
        context.on("page", complaints.listen)
        return context.new_page()

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def lasting_phone(playwright, browser_type_launch_args, tmp_path, complaints) -> Iterator:
    """A patient's phone on a profile folder: it can be killed, and opened again as it was left."""
    from e2e.lasting_phone import LastingPhone

    path = browser_type_launch_args["executable_path"]
    phone = LastingPhone(playwright, path, tmp_path / "phone", complaints)
    yield phone
    phone.close()


@pytest.fixture
def new_desk(browser: Browser, complaints) -> Iterator:
    """`new_desk(clinic)`: a desk at the clinic where the demo clinician is signed in."""
    opened: list[BrowserContext] = []

    def make(clinic: Clinic, **options) -> Page:
        options = {
            "permissions": ["camera", "microphone"],
            "viewport": {"width": 1280, "height": 800},
            **options,
        }
        context = browser.new_context(**options)
        opened.append(context)
        context.on("page", complaints.listen)
        demo_clinician(context, clinic)
        return context.new_page()

    yield make
    for context in opened:
        context.close()


def demo_clinician(context: BrowserContext, clinic: Clinic) -> None:
    """Let the demo clinician be signed in wherever this browser goes at this clinic."""
    asked = urllib.request.Request(f"{clinic.url}/demo/staff-session", b"", method="POST")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        given = SimpleCookie(answer.headers["set-cookie"])
    # Chromium takes what is for secure lines alone from an address that is one.
    address = clinic.url.replace("http://", "https://")
    context.add_cookies(
        [
            {
                "name": name,
                "value": cookie.value,
                "url": address,
                "httpOnly": True,
                "sameSite": cookie["samesite"].capitalize(),
            }
            for name, cookie in given.items()
        ]
    )


@pytest.fixture
def operate(clinic, tmp_path):
    """`operate("staff", "invite", …)`: an operator's command on the running clinic."""
    numbers = count()

    def operate(*command: str) -> str:
        encryption_key, secret_key = (tmp_path / "demo-keys").read_text().split()
        environment = {
            **os.environ,
            "AFTERGLOW_DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
            "AFTERGLOW_BASE_URL": clinic.url,
            "AFTERGLOW_ENCRYPTION_KEYS": encryption_key,
            "AFTERGLOW_SECRET_KEYS": secret_key,
        }
        said, log = tmp_path / f"said-{next(numbers)}", tmp_path / "commands.log"
        running = demos.FORKS.Process(target=demos.command, args=(command, environment, said, log))
        running.start()
        running.join(60)
        assert running.exitcode == 0, log.read_text(errors="replace")
        return said.read_text().strip()

    return operate
