"""Where other systems may be told. The address comes from outside, so it is not believed.

https, a public host by its name, and when it is called that name has to stand for public addresses
alone: nobody reaches into our own network by way of us. An operator may name hosts that are let
through although they are private. The demo also knows a receiver on the same machine.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from app.i18n import gettext as _
from app.refusal import Refusal
from app.settings import Settings

_LONGEST = 1000
_HTTPS = 443
_FREE_PORTS = range(1024, 65536)
_OURS_ALONE = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home.arpa", ".test")
_HANDED_OUT = ip_network("2000::/3")  # of IPv6; the rest is nobody's, or somebody's own
_CARRIES_IPV4 = ip_network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AddressRefused(Refusal):
    pass


class AddressClosed(Exception):
    """A host that stands for an address nobody may be told at, or for none."""


@dataclass(frozen=True)
class Address:
    """A receiver's address, taken apart."""

    host: str
    port: int
    is_plain: bool
    path: str


def read(endpoint: str, settings: Settings) -> Address:
    """The parts of an address. Refuses (AddressRefused) what is none that may be called."""
    address = _parts(endpoint)
    if address is None:
        raise AddressRefused(_("That is no https address."), field="endpoint")
    if settings.demo and address.host in _LOOPBACK:
        return address
    if address.is_plain or not (address.port == _HTTPS or address.port in _FREE_PORTS):
        raise AddressRefused(
            _("Only an https address can be told, on port 443 or above 1023."), field="endpoint"
        )
    if address.host in settings.webhook_hosts:
        return address
    if _is_number(address.host) or "." not in address.host or address.host.endswith(_OURS_ALONE):
        raise AddressRefused(_("Give a host by its public name."), field="endpoint")
    return address


def resolved(address: Address, settings: Settings) -> str:
    """The number to call. Raises AddressClosed when any of the host's is not public."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressClosed from None
    numbers = [str(each[4][0]) for each in found]
    is_let_through = address.host in settings.webhook_hosts or (
        settings.demo and address.host in _LOOPBACK
    )
    if not numbers or not (is_let_through or all(is_public(number) for number in numbers)):
        raise AddressClosed
    return numbers[0]


def is_public(number: str) -> bool:
    """Whether an IP address is somebody's on the open net, also behind a disguise."""
    try:
        ip = ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _inside(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None or ip not in _HANDED_OUT:
            return False
    return ip.is_global and not ip.is_multicast


def _inside(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if ip in _CARRIES_IPV4:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _parts(endpoint: str) -> Address | None:
    if len(endpoint) > _LONGEST or not endpoint.isascii() or not endpoint.isprintable():
        return None
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    is_whole = host and "@" not in parts.netloc and not parts.fragment and " " not in endpoint
    if not is_whole or "\\" in endpoint or parts.scheme not in ("https", "http"):
        return None
    is_plain = parts.scheme == "http"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(host, port if port is not None else (80 if is_plain else 443), is_plain, path)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdecimal() or host.startswith("0x")
    return True
