"""What the world sees at the public address: certificate, pages, sockets, webhooks, the hour."""

import base64
import hashlib
import hmac
import http.client
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from app import clock
from app.cli.checks.finding import Finding, fail, ok, warn
from app.settings import Settings, Sms

_SECONDS = 10
_SOON, _VERY_SOON = timedelta(days=14), timedelta(days=3)
_APART, _FAR_APART = 5, 30  # seconds
_HOOK = "/hooks/twilio/message"
_LINE = "/visits/00000000-0000-0000-0000-000000000000/socket"


def certificate(settings: Settings) -> Iterator[Finding]:
    """Its name, its chain, its days, and whether HTTP/2 is spoken."""
    parts = urlsplit(settings.base_url)
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=_SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert() or {}
            protocol = secured.selected_alpn_protocol()
    except ssl.SSLCertVerificationError as error:
        yield fail("certificate", f"browsers refuse it: {error.verify_message}")
        return
    except OSError as error:
        yield fail("certificate", f"{host}:{port} does not answer as https ({_kind(error)})")
        return
    yield _days_left(shown)
    if protocol != "h2":
        yield warn("certificate", "the proxy does not speak HTTP/2: pages come slower")


def _days_left(shown: dict[str, Any]) -> Finding:
    """Judged by how long it was made for: some live for hours, and are renewed in time."""
    until = ssl.cert_time_to_seconds(shown["notAfter"])
    life = timedelta(seconds=until - ssl.cert_time_to_seconds(shown["notBefore"]))
    left = timedelta(seconds=until - clock.machine_now().timestamp())
    words = (
        f"{left.days} days left" if left.days > 1 else f"{left.total_seconds() / 3600:.0f} h left"
    )
    if left < min(_VERY_SOON, life / 30):
        return fail("certificate", f"{words}: renew it now")
    if left < min(_SOON, life / 6):
        return warn("certificate", f"{words}: why was it not renewed?")
    return ok("certificate", f"valid, {words}")


def pages(settings: Settings) -> Iterator[Finding]:
    """Whether pages come through, sockets too, and what is for those inside does not."""
    try:
        alive, _ = _ask(settings, "GET", "/healthz")
        line, _ = _ask(settings, "GET", _LINE, headers=_upgrade(settings))
        inside, _ = _ask(settings, "GET", "/metrics")
    except (OSError, http.client.HTTPException) as error:
        yield fail("pages", f"{settings.base_url} does not answer ({_kind(error)})")
        return
    if alive != 200:
        yield fail("pages", f"{settings.base_url}/healthz answers {alive}: is `serve` running?")
        return
    yield ok("pages", f"{settings.base_url} answers")
    if line in (101, 403):
        yield ok("sockets", "come through the proxy")
    else:
        yield fail("sockets", f"do not come through ({line}): let the proxy pass WebSockets on")
    if inside == 200:
        yield warn("metrics", "/metrics is open to the world: close it in the proxy")


def webhooks(settings: Settings) -> Iterator[Finding]:
    """Whether what Twilio signs for our address is taken, and nothing else. Keeps nothing."""
    if settings.sms is not Sms.TWILIO or not settings.twilio_auth_token:
        return
    form = {"Body": "afterglow doctor"}
    signature = _signature(settings, form)
    try:
        forged, _ = _ask(settings, "POST", _HOOK, form, {"X-Twilio-Signature": "nobody's"})
        signed, _ = _ask(settings, "POST", _HOOK, form, {"X-Twilio-Signature": signature})
    except (OSError, http.client.HTTPException) as error:
        yield fail("webhooks", f"{settings.base_url}{_HOOK} does not answer ({_kind(error)})")
        return
    # It is not a text: 400 says that the signature was believed.
    if (forged, signed) == (403, 400):
        yield ok("webhooks", "arrive, and only with a signature for this address")
    elif signed == 403:
        yield fail(
            "webhooks", "our own signature is refused: do all processes have these settings?"
        )
    else:
        yield fail("webhooks", f"answer {forged} without and {signed} with a signature")


def hour(settings: Settings) -> Iterator[Finding]:
    """This machine's clock beside that of whoever answers at the public address, or at Twilio."""
    address = settings.base_url
    if settings.sms is Sms.TWILIO:
        address = settings.twilio_api_url or "https://api.twilio.com"
    try:
        _, headers = _ask_at(address, "HEAD", "/")
        theirs = parsedate_to_datetime(headers["date"])
    except (OSError, http.client.HTTPException, KeyError, TypeError, ValueError) as error:
        host = urlsplit(address).hostname
        yield warn("hour", f"cannot be compared: {host} does not answer ({_kind(error)})")
        return
    apart = abs((clock.machine_now() - theirs).total_seconds())
    words = f"{apart:.0f} s from {urlsplit(address).hostname}'s"
    if apart > _FAR_APART:
        yield fail("hour", f"{words}: set this machine's clock by the network")
    elif apart > _APART:
        yield warn("hour", f"{words}: is this machine's clock set by the network?")
    else:
        yield ok("hour", words)


def _ask(
    settings: Settings,
    method: str,
    path: str,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str]]:
    return _ask_at(settings.base_url, method, path, form, headers)


def _ask_at(
    address: str,
    method: str,
    path: str,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str]]:
    """Status and headers. Raises OSError and HTTPException. Follows nothing."""
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    sent = {"User-Agent": "afterglow-doctor"} | (headers or {})
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    with closing(connection):
        connection.request(method, path, urlencode(form) if form else None, sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def _upgrade(settings: Settings) -> dict[str, str]:
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Origin": settings.origin,
    }


def _signature(settings: Settings, form: dict[str, str]) -> str:
    """As Twilio makes it: over the address, and each name with its value, sorted."""
    signed = settings.base_url + _HOOK + "".join(name + form[name] for name in sorted(form))
    token = settings.twilio_auth_token[0].get_secret_value()
    return base64.b64encode(
        hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


def _kind(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


CHECKS = (certificate, pages, webhooks, hour)
