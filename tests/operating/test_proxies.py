"""Pages arrive through the proxies we ship as they left, by HTTP/2, whoever stands before them."""

import json
import os
import re
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager

import pytest
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.main import create_app
from app.serving.state import PATIENT
from tests.operating.conftest import DEPLOY, _wait_for
from tests.serving.conftest import Served

# Of what is refused before all of it has come, Caddy may pass on the head alone: curl's "partial".
_CUT = 18
_LINE = "/visits/00000000-0000-0000-0000-000000000000/socket"
_UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}  # fmt: skip


async def _who(request):
    """What the proxy says of a visitor."""
    names = ("x-forwarded-for", "x-forwarded-proto", "host")
    return JSONResponse({name: request.headers.getlist(name) for name in names})


@contextmanager
def _caddy(settings, upstream, certified, folder):
    """Caddy by the file we ship, with a certificate that is there already."""
    certificate, key = certified
    port = settings.base_url.rsplit(":", 1)[1]
    text = (DEPLOY / "Caddyfile").read_text()
    own = f"{{\n\thttps_port {port}\n\tauto_https disable_redirects\n\tadmin off\n"
    (folder / "Caddyfile").write_text(text.replace("{\n", own, 1))
    told = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AFTERGLOW_SITE": f"localhost:{port}",
        "AFTERGLOW_UPSTREAMS": f"127.0.0.1:{upstream}",
        "AFTERGLOW_TLS": f"tls {certificate} {key}",
    }
    with (folder / "caddy.log").open("w") as log:
        words = ["caddy", "run", "--config", str(folder / "Caddyfile")]
        running = subprocess.Popen(words, env=told, stdout=log, stderr=log)
        try:
            yield
        finally:
            running.terminate()
            running.wait(20)


@pytest.fixture(params=["nginx", "caddy"])
def behind(request, installed, database, gateway, front, authority, tmp_path):
    """`behind`: pages behind a proxy, and `curl` to them."""
    if request.param == "nginx":
        with front() as served:
            yield _Visitor(served, installed, authority, tmp_path)
        return
    app = create_app(installed, database, gateway=gateway, works=False)
    with (
        Served(app, PATIENT) as served,
        _caddy(installed, served.port, authority.certify(), tmp_path),
    ):
        _wait_for(int(installed.base_url.rsplit(":", 1)[1]))
        time.sleep(1.5)  # it looks at its upstreams each second
        yield _Visitor(served, installed, authority, tmp_path)


class _Visitor:
    def __init__(self, served, settings, authority, folder):
        self.served, self.address = served, settings.base_url
        self.host = settings.base_url.removeprefix("https://")
        self._root, self._folder = str(authority.root), folder
        served.app.router.routes.insert(0, Route("/who", _who))

    def asks(self, path, *more, directly=False, **headers):
        """Protocol, status, headers and body as they came over the wire."""
        address = f"http://127.0.0.1:{self.served.port}" if directly else self.address
        body, head = self._folder / "body", self._folder / "head"
        if directly:
            headers["host"] = self.host
        named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        sent = [word for header in named for word in ("--header", header)]
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--cacert", self._root, "--output", body,
             "--dump-header", head, "--write-out", "%{http_version} %{http_code}", *sent, *more,
             address + path],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode in (0, _CUT), done.stderr
        lines = [line.partition(":") for line in head.read_text().splitlines()[1:] if ":" in line]
        protocol, status = done.stdout.split()
        found = {name.lower(): value.strip() for name, _, value in lines}
        return protocol, int(status), found, body.read_bytes()


def test_http_2_is_agreed_upon_and_pages_come_by_it(behind):
    protocol, status, headers, _ = behind.asks("/j")
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    port = int(behind.address.rsplit(":", 1)[1])
    with (
        socket.create_connection(("localhost", port)) as line,
        context.wrap_socket(line, server_hostname="localhost") as secured,
    ):
        agreed = secured.selected_alpn_protocol()

    assert (agreed, protocol, status) == ("h2", "2", 200)
    assert not re.search(r"\d", headers.get("server", ""))  # which release is nobody's business


def test_headers_and_compressed_bodies_pass_untouched(behind):
    _, _, _, page = behind.asks("/j")
    asset = re.search(rb'href="(/static/[^"]+\.css)"', page)[1].decode()
    for path in ("/", "/j", asset):
        for coding in ("br", "zstd", "gzip", "identity"):
            _, status, there, body = behind.asks(path, accept_encoding=coding)
            _, told, here, own = behind.asks(path, directly=True, accept_encoding=coding)

            assert (status, body) == (told, own), path
            for name in (
                "content-encoding", "content-security-policy", "cache-control", "vary", "etag",
                "referrer-policy", "permissions-policy", "x-content-type-options",
                "strict-transport-security", "cross-origin-opener-policy", "content-type",
            ):  # fmt: skip
                assert there.get(name) == here.get(name), f"{name} of {path}"
    assert there["cache-control"].endswith("immutable")
    assert "no-store" in behind.asks("/")[2]["cache-control"]


def test_what_a_visitor_says_of_where_they_are_is_not_believed(behind):
    _, _, _, told = behind.asks("/who", x_forwarded_for="198.51.100.7")

    told = json.loads(told)
    assert told["x-forwarded-for"] == ["127.0.0.1"]
    assert told["x-forwarded-proto"] == ["https"]
    assert told["host"][0].partition(":")[0] == "localhost"


def test_a_large_form_passes_and_what_is_larger_ends_at_the_proxy(behind, tmp_path):
    told = []
    for size in (4 * 2**20, 6 * 2**20):
        (tmp_path / "form").write_bytes(b"x" * size)
        sent = ("--data-binary", f"@{tmp_path / 'form'}")
        told.append(behind.asks("/fhir/R4/Questionnaire", *sent, expect="")[1])

    assert told == [401, 413]  # a record system without a key; nobody at all


def test_sockets_pass_and_figures_do_not(behind):
    _, status, _, _ = behind.asks(
        _LINE, "--http1.1", **{name.replace("-", "_"): v for name, v in _UPGRADE.items()}
    )

    assert status in (101, 403)  # the room says who may come in; the proxy lets them ask
    assert behind.asks("/metrics")[1] == behind.asks("/readyz")[1] == 404
    assert behind.asks("/healthz")[1] == 200
