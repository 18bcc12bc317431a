"""One installation on three hosts, behind one address: two app hosts and PostgreSQL on its own.

Each app host runs `afterglow serve` and `afterglow worker`. Before them stands nginx, at the
address that phones know: desks are led to the second host, all others to the first, and whoever
finds theirs gone to the other one.
"""

import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.db.engine import Database
from bench.reliability.browser import BASE_URL
from bench.reliability.own_server import OwnServer
from bench.reliability.people import People, gather
from bench.reliability.stage import _environment, settings_for
from bench.reliability.tls_front import own_certificate
from e2e.conftest import ROOT
from e2e.hosts.network import Network
from tests.twilio_standin import StandIn
from tests.twilio_standin.calling import over_http

APPS = ("one", "two")
_PORT = 8000
_AFTERGLOW = "from app.cli import main; main()"
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $line {{ default upgrade; "" close; }}
  map $remote_addr $hosts {{ default first; {desk} second; }}
  upstream first {{ server {one}:8000 max_fails=1 fail_timeout=3s; server {two}:8000 backup; }}
  upstream second {{ server {two}:8000 max_fails=1 fail_timeout=3s; server {one}:8000 backup; }}
  server {{
    listen {here}:443 ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
    client_max_body_size 0;
    location / {{
      proxy_pass http://$hosts; proxy_http_version 1.1; proxy_connect_timeout 1s;
      proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $line; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https; proxy_request_buffering off;
    }}
  }}
  server {{ listen {here}:8081; location / {{ proxy_pass {twilio}; }} }}
}}
"""


class Hosts:
    """See above. `network` holds besides `desk` and `phone`, for browsers."""

    def __init__(self, folder: Path, patients: int = 3) -> None:
        self.folder, self._patients = folder, patients
        self.network = Network("database", *APPS, "desk", "phone")
        self.database: Database
        self.people: People
        self.twilio: StandIn
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._environment: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Hosts":
        try:
            self._build()
            for host in APPS:
                self.start(host)
            for host in APPS:
                self.wait_until_ready(host)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, host: str) -> None:
        """Start an app host's two programs."""
        address = ("--host", self.network.address(host), "--port", str(_PORT))
        self._run(f"web-{host}", host, "serve", "--no-worker", *address)
        self._run(f"worker-{host}", host, "worker")

    def leave(self, host: str) -> None:
        """Stop an app host's programs as a deploy does, and wait until they are gone."""
        for name in (f"web-{host}", f"worker-{host}"):
            self._running[name].terminate()
        for name in (f"web-{host}", f"worker-{host}"):
            told = self._running[name].wait(30)
            assert told in (0, -signal.SIGTERM), self.logs()[-3000:]

    def renew(self, host: str) -> None:
        """Deploy on one host: its programs leave, and new ones take their place."""
        self.leave(host)
        self.start(host)
        self.wait_until_ready(host)

    def wait_until_ready(self, host: str, seconds: float = 60) -> None:
        """Until a host says that it is ready, to whoever asks it and not the address before it."""
        url = f"http://{self.network.address(host)}:{_PORT}/readyz"
        request = urllib.request.Request(url, headers={"Host": str(urlsplit(BASE_URL).hostname)})
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(request, timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
            if self._running[f"web-{host}"].poll() is not None:
                break
        raise RuntimeError(f"{host} does not get ready: {self.logs()[-3000:]}")

    def texts(self, above: int, seconds: float = 30) -> bool:
        """Whether more texts than so many have left, or leave within some seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if len(self.twilio.made()) > above:
                return True
            time.sleep(0.1)
        return False

    def logs(self) -> str:
        """What all programs said."""
        paths = sorted(self.folder.glob("*.log"))
        return "".join(path.read_text(errors="replace") for path in paths)

    @property
    def browser_arguments(self) -> list[str]:
        """What a browser on one of the hosts must be started with to find the clinic."""
        return [f"--host-resolver-rules=MAP {urlsplit(BASE_URL).hostname} {self.network.here}:443"]

    def _build(self) -> None:
        enter, network = self._stack.enter_context, self.network
        enter(network)
        server = OwnServer(
            inside=network.inside("database"),
            address=network.address("database"),
            friends=network.range,
        )
        self._stack.callback(server.close)
        self.twilio = enter(StandIn(deliver=self._deliver))
        settings = settings_for(self.twilio)
        self._environment = _environment(settings, server.url_from_afar) | {
            "AFTERGLOW_TWILIO_API_URL": f"http://{network.here}:8081",
            "AFTERGLOW_PROXIES": network.here,
            "AFTERGLOW_LEAVE_SECONDS": "2",
        }
        self.database = Database(server.url, settings)
        self._stack.callback(self.database.close)
        self.people = gather(self.database, self._patients)
        self._start_front()

    def _start_front(self) -> None:
        pem = self.folder / "own.pem"
        pem.write_bytes(own_certificate())
        named = {host: self.network.address(host) for host in (*APPS, "desk")}
        written = _NGINX.format(
            folder=self.folder, here=self.network.here, pem=pem, twilio=self.twilio.url, **named
        )
        (self.folder / "nginx.conf").write_text(written)
        front = subprocess.Popen([_nginx(), "-c", str(self.folder / "nginx.conf")])
        self._stack.callback(front.wait, 20)
        self._stack.callback(front.terminate)

    def _deliver(self, address: str, form: Any, signature: str) -> int:
        """Twilio's calls come to the first host that takes them."""
        for host in APPS:
            if status := over_http(f"http://{self.network.address(host)}:{_PORT}")(
                address, form, signature
            ):
                return status
        return 0

    def _run(self, name: str, host: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as told:
            self._running[name] = self.network.start(
                host,
                [sys.executable, "-c", _AFTERGLOW, *words],
                cwd=ROOT,
                env=self._environment,
                stdout=told,
                stderr=told,
            )


def _nginx() -> str:
    return shutil.which("nginx") or "/usr/sbin/nginx"
