"""The same page on other servers, each a process of its own on loopback."""

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.peers import phq9
from bench.peers.scratch import environment
from e2e.conftest import free_port

_SITES = Path(__file__).parent / "sites"
_WANTED = ("django==5.2.19", "flask==3.1.3", "gunicorn==27.0.1", "sqlalchemy==2.1.9")
_PATIENCE = 60.0


def material(folder: Path) -> Path:
    """The sites' files and the words of the form, in a folder of this run."""
    place = folder / "servers"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(_SITES, place)
    words = {"questions": phq9.questions(), "answers": phq9.ANSWERS, "stem": phq9.TITLE}
    (place / "material.json").write_text(json.dumps(words))
    return place


@contextmanager
def on_uvicorn(place: Path, module: str) -> Iterator[tuple[str, int]]:
    """A site under our own uvicorn; its address and its process."""
    port = free_port()
    words = ["--port", str(port), "--log-level", "error", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", *words]
    with _running(command, place, port) as (url, pid):
        yield url, pid


@contextmanager
def on_gunicorn(
    folder: Path, place: Path, module: str, name: str
) -> Iterator[tuple[str, int, dict[str, str]]]:
    """A site under gunicorn's sync worker, in an environment of its own, its tables filled; its
    address, its process and the header by which its patient is signed in. NotInstalledError where
    it is not to be had.
    """
    python = environment(folder / "python", _WANTED)
    command = [str(python), f"{module}.py"]
    told = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
    port = free_port()
    bound = ["-b", f"127.0.0.1:{port}", "-w", "1", "--log-level", "error"]
    command = [str(python), "-m", "gunicorn", *bound, f"{module}:{name}"]
    cookie = {"Cookie": told.stdout.strip().splitlines()[-1]}
    with _running(command, place, port, cookie) as (url, pid):
        yield url, pid, cookie


@contextmanager
def _running(
    command: Sequence[str], place: Path, port: int, headers: Mapping[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    process = subprocess.Popen(command, cwd=place)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, headers or {})
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, process: subprocess.Popen, headers: Mapping[str, str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    asked = urllib.request.Request(f"{url}/form/1", headers=dict(headers))
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(asked, timeout=5):
                return
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the page answered {error.code}") from None
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the site did not come up")
