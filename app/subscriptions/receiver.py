"""The way to other systems: one POST, one status back, within seconds whatever they do.

The number that was looked at is the number that is called, redirects are not followed, and nothing
but the first line of the answer is read: a slow or chatty receiver holds up nobody.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from typing import Protocol

from app.settings import Settings
from app.subscriptions import addresses
from app.subscriptions.addresses import Address, AddressClosed, AddressRefused

SECONDS = 10.0
_LONGEST_FIRST_LINE = 1024


class Receiver(Protocol):
    """Takes what another system is told."""

    def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """The status of its answer; None when there was none."""


class NetReceiver:
    """The real ones, over the net."""

    def __init__(self, settings: Settings, *, seconds: float = SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds

    def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """Hand one over."""
        until = time.monotonic() + self._seconds
        try:
            address = addresses.read(endpoint, self._settings)
            number = addresses.resolved(address, self._settings)
            with socket.create_connection((number, address.port), _left(until)) as plain:
                if address.is_plain:
                    return _asked(plain, address, headers, body, until)
                context = ssl.create_default_context()
                plain.settimeout(_left(until))
                with context.wrap_socket(plain, server_hostname=address.host) as sealed:
                    return _asked(sealed, address, headers, body, until)
        except (AddressRefused, AddressClosed, OSError):  # also TLS, time-outs
            return None


def _asked(
    line: socket.socket, address: Address, headers: Mapping[str, str], body: bytes, until: float
) -> int | None:
    host = f"[{address.host}]" if ":" in address.host else address.host
    usual = 80 if address.is_plain else 443
    lines = [
        f"POST {address.path} HTTP/1.1",
        f"Host: {host}" if address.port == usual else f"Host: {host}:{address.port}",
        "User-Agent: Afterglow",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    line.settimeout(_left(until))
    line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return _status(line, until)


def _status(line: socket.socket, until: float) -> int | None:
    """From the answer's first line: `HTTP/1.1 204 No Content`."""
    said = b""
    while b"\n" not in said:
        line.settimeout(_left(until))
        part = line.recv(_LONGEST_FIRST_LINE)
        said += part
        if not part or len(said) > _LONGEST_FIRST_LINE:
            break
    words = said.partition(b"\n")[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        return None
    return int(words[1]) if len(words[1]) == 3 else None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
