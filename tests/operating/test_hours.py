"""The doctor knows when a clock goes wrong: by who keeps it, and beside another's."""

import http.server
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest

from app import clock
from app.cli.checks import machine, outside
from app.settings import Sms


@pytest.fixture
def timedatectl(tmp_path, monkeypatch):
    """What systemd says of this machine's clock, and whether the machine is a container."""

    def timedatectl(says, is_container=False):
        (tmp_path / "timedatectl").write_text(f"#!/bin/sh\necho '{says}'\n")
        (tmp_path / "timedatectl").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        if is_container:
            (tmp_path / "container").write_text("lxc")
        monkeypatch.setattr(machine, "_CONTAINER", tmp_path / "container")

    return timedatectl


@pytest.mark.parametrize(
    ("says", "is_container", "state"),
    [
        ("yes", False, "ok"),
        ("yes", True, "ok"),
        ("no", False, "fail"),
        ("no", True, "warn"),  # nobody inside may set it
        ("", False, "warn"),
    ],
)
def test_a_clock_that_nobody_sets_is_told_of(settings, timedatectl, says, is_container, state):
    timedatectl(says, is_container)

    [found] = machine.clock_keeper(settings)

    assert found.state == state


def test_a_machine_that_cannot_be_asked_is_no_failure(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    [found] = machine.clock_keeper(settings)

    assert found.state == "warn"


@pytest.fixture
def elsewhere(settings):
    """`elsewhere(seconds)`: settings whose public address has a clock that goes so far ahead."""
    ahead = []

    class Page(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.end_headers()

        def date_time_string(self, timestamp=None):
            return format_datetime(clock.machine_now() + timedelta(seconds=ahead[0]), usegmt=True)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"

    def elsewhere(seconds):
        ahead[:] = [seconds]
        return settings.model_copy(update={"base_url": address, "sms": Sms.DEMO})

    yield elsewhere
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "ok"), (9, "warn"), (90, "fail"), (-90, "fail")]
)
def test_a_clock_that_is_far_from_another_s_is_a_failure(elsewhere, seconds, state):
    [found] = outside.hour(elsewhere(seconds))

    assert found.state == state
