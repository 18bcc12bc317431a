"""What the doctor looks at: a real proxy before real pages, a real relay."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from app import clock
from app.cli.checks.stun import Place, Relay
from app.main import create_app
from app.serving.state import PATIENT
from app.settings import Sms
from bench.reliability.installation import free_port
from tests.operating.authority import Authority
from tests.serving.conftest import Served

DEPLOY = Path(__file__).parents[2] / "deploy"
TOKEN = "a-token-between-two"


@pytest.fixture(autouse=True)
def _real_time():
    """Certificates and relays go by the machine's own clock."""
    clock.stand_still(None)


@pytest.fixture
def authority(tmp_path, monkeypatch):
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.root))
    return made


@pytest.fixture
def installed(settings):
    """Settings whose public address is a port of this machine."""
    return settings.model_copy(
        update={
            "base_url": f"https://localhost:{free_port()}",
            "sms": Sms.TWILIO,
            "twilio_account_sid": "AC" + "b" * 32,
            "twilio_auth_token": (SecretStr(TOKEN),),
            "twilio_messaging_service_sid": "MG" + "c" * 32,
        }
    )


@pytest.fixture
def front(installed, database, gateway, authority, tmp_path):
    """`with front():` pages behind nginx, by the file we ship; `change` edits that file."""

    @contextmanager
    def front(days=60.0, change=lambda text: text):
        app = create_app(installed, database, gateway=gateway, works=False)
        with Served(app, PATIENT) as served:
            site = _site(installed, served.port, authority.certify(days=days))
            with _nginx(tmp_path, change(site)):
                _wait_for(int(installed.base_url.rsplit(":", 1)[1]))
                yield served

    return front


def _site(settings, upstream, certified):
    port = settings.base_url.rsplit(":", 1)[1]
    text = (DEPLOY / "nginx.conf").read_text()
    before, _, after = text.partition("server {\n\tlisten 80;")
    text = before + after.partition("}\n\n")[2]  # what leads from http needs a port of its own
    certificate, key = certified
    for old, new in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("\tlisten [::]:443 ssl http2;\n", ""),
        ("127.0.0.1:8001", f"127.0.0.1:{upstream}"),
        ("care.example.org", "localhost"),
        ("/etc/letsencrypt/live/localhost/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/localhost/privkey.pem", str(key)),
        ("/var/log/nginx/error.log", "stderr"),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def _nginx(folder, site):
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    may_write = "user root;" if os.getuid() == 0 else ""  # into this folder, a large body
    places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{may_write} daemon off; pid {folder}/nginx.pid; error_log stderr emerg;\n"
        "worker_processes 1;\n"
        f"events {{ worker_connections 64; }}\nhttp {{\n{places}\n{site}\n}}\n"
    )
    running = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf"])
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture
def relay(authority, tmp_path):
    """`with relay() as urls:` coturn by the file we ship, on loopback."""

    @contextmanager
    def relay(secret="a-secret-between-two", change=lambda text: text):
        port, tls_port = free_port(), free_port()
        certificate, key = authority.certify()
        certificate.chmod(0o644)
        text = (DEPLOY / "turnserver.conf").read_text()
        for old, new in (
            ("PUT-THE-SECRET-HERE", secret),
            ("listening-port=3478", f"listening-port={port}"),
            ("tls-listening-port=5349", f"tls-listening-port={tls_port}"),
            ("/etc/coturn/fullchain.pem", str(certificate)),
            ("/etc/coturn/privkey.pem", str(key)),
        ):
            assert old in text
            text = text.replace(old, new)
        text += "listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\n"
        text += f"pidfile={tmp_path}/turn.pid\nuserdb={tmp_path}/turn.db\n"
        (tmp_path / "turnserver.conf").write_text(change(text))
        program = shutil.which("turnserver")
        assert program, "coturn is needed: install Debian's package"
        with (tmp_path / "turn.log").open("w") as told:
            running = subprocess.Popen(
                [program, "-c", tmp_path / "turnserver.conf"],
                stdout=told,
                stderr=told,
                cwd=tmp_path,
                env={**os.environ},
            )
        try:
            _wait_for(port)
            _wait_for(tls_port)
            _wait_for_datagrams(port)
            yield (
                f"stun:localhost:{port}",
                f"turn:127.0.0.1:{port}",
                f"turn:localhost:{port}?transport=tcp",
                f"turns:localhost:{tls_port}",
            )
        finally:
            running.terminate()
            running.wait(10)

    return relay


def _wait_for_datagrams(port):
    until = time.monotonic() + 20
    while True:
        try:
            with Relay(Place("stun", "127.0.0.1", port, "udp")) as found:
                return found.bind()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _wait_for(port):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with closing(socket.socket()) as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens on {port}")
