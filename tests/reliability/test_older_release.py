"""An upgrade from the release that really came before the newest schema, and the way back to it.

The old release is taken out of the history: what stood there just before the newest migration.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from app.db import migrate
from bench.reliability.installation import free_port

ROOT = Path(__file__).parents[2]
_VERSIONS = "app/db/migrations/versions"
_READ = ("app", "static", "templates", "service_worker")


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture
def older(tmp_path):
    """The folder of the release before the newest schema."""
    newest = git("log", "-1", "--format=%h", "--diff-filter=A", "--", _VERSIONS).decode().strip()
    packed = git("archive", f"{newest}^", *_READ) if newest else b""
    if not packed:
        pytest.skip("this copy has no history to take an older release from")
    (tmp_path / "older").mkdir()
    subprocess.run(["tar", "-x", "-C", tmp_path / "older"], input=packed, check=True)
    return tmp_path / "older"


@pytest.fixture
def settings(tmp_path):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AFTERGLOW_")}
    return clean | {
        "AFTERGLOW_DATABASE_URL": f"sqlite:///{tmp_path}/clinic.sqlite3",
        "AFTERGLOW_BASE_URL": "https://care.example.org",
        "AFTERGLOW_SECRET_KEYS": "s" * 40,
        "AFTERGLOW_ENCRYPTION_KEYS": "e" * 40,
        "AFTERGLOW_SMS": "demo",
        "AFTERGLOW_LEAVE_SECONDS": "0",
    }


class Release:
    """One of the two, on the one database."""

    def __init__(self, folder, settings, tmp_path):
        self._given = {"cwd": tmp_path, "env": settings | {"PYTHONPATH": str(folder)}}
        self._serving = None

    def does(self, *words):
        done = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *words],
            **self._given, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert not done.stderr, done.stderr
        return done.stdout

    def serves(self):
        self.port = free_port()
        self._serving = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "serve",
             "--port", str(self.port)],
            **self._given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return self.is_ready("/readyz")

    def is_ready(self, path):
        until = time.monotonic() + 180
        while time.monotonic() < until and self._serving.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as it:
                    return it.status == 200
            except OSError:
                time.sleep(0.1)
        return False

    def leaves(self):
        self._serving.terminate()
        return self._serving.wait(40) in (0, -signal.SIGTERM)

    def end(self):
        if self._serving and self._serving.poll() is None:
            self._serving.kill()
            self._serving.wait(10)


@pytest.fixture
def releases(older, settings, tmp_path):
    both = Release(older, settings, tmp_path), Release(ROOT, settings, tmp_path)
    yield both
    for each in both:
        each.end()


def test_the_release_before_goes_on_beside_this_one_and_comes_back_after_it(releases, tmp_path):
    old, new = releases
    clinic = ("--clinic=northside", "--zone=America/New_York", "--phone=+13125550110")

    old.does("migrate")
    old.does("clinic", "create", "Northside", *clinic)
    assert old.serves()

    new.does("migrate")
    assert old.is_ready("/readyz")  # nobody is turned away meanwhile
    assert old.leaves()
    assert new.serves()
    assert new.leaves()

    old.does("migrate")
    assert old.serves()
    assert "a later release has migrated the database" in old.does("doctor", "--inside")
    with sqlite3.connect(tmp_path / "clinic.sqlite3") as found:
        assert found.execute("SELECT version_num FROM alembic_version").fetchone() == (
            migrate.newest(),
        )
