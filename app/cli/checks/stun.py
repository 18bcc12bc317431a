"""As much of STUN and TURN (RFC 8489, 8656) as it takes to try a relay, as a browser does."""

import hashlib
import hmac
import os
import socket
import ssl
import struct
from contextlib import closing, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address

BINDING, ALLOCATE, REFRESH, PERMISSION = 0x0001, 0x0003, 0x0004, 0x0008
_COOKIE = 0x2112A442
_SUCCESS, _ERROR = 0x0100, 0x0110
_USERNAME, _INTEGRITY, _CODE, _LIFETIME = 0x0006, 0x0008, 0x0009, 0x000D
_PEER, _REALM, _NONCE, _TRANSPORT = 0x0012, 0x0014, 0x0015, 0x0019
_UDP = b"\x11\0\0\0"
_TRIES, _PATIENCE = 3, 2.0
_HEAD = 20


class Refused(Exception):
    """The relay said no, with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Place:
    """Where a relay is, as its URL says: `turns:turn.example:443?transport=tcp`."""

    scheme: str
    host: str
    port: int
    transport: str

    @classmethod
    def of(cls, url: str) -> "Place":
        """Raises ValueError for what is no such URL."""
        scheme, _, rest = url.partition(":")
        where, _, query = rest.partition("?")
        host, _, port = where.rpartition(":") if ":" in where else (where, "", "")
        if scheme not in ("stun", "stuns", "turn", "turns") or not host:
            raise ValueError(url)
        is_secure = scheme.endswith("s")
        transport = "tcp" if is_secure or query == "transport=tcp" else "udp"
        return cls(scheme, host.strip("[]"), int(port or (5349 if is_secure else 3478)), transport)


@dataclass
class Relay:
    """A line to a relay. Every call raises OSError or Refused."""

    place: Place
    user: str = ""
    password: str = ""
    _line: socket.socket = field(init=False)
    _realm: bytes = b""
    _nonce: bytes = b""

    def __enter__(self) -> "Relay":
        address = (self.place.host, self.place.port)
        if self.place.transport == "udp":
            kind = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
            self._line = socket.socket(kind[0], kind[1])
            self._line.settimeout(_PATIENCE)
            self._line.connect(kind[4])
            return self
        self._line = socket.create_connection(address, timeout=_PATIENCE * _TRIES)
        if self.place.scheme.endswith("s"):
            context = ssl.create_default_context()
            self._line = context.wrap_socket(self._line, server_hostname=self.place.host)
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._line), suppress(OSError, Refused):
            if self._nonce:
                self._signed(REFRESH, {_LIFETIME: struct.pack("!I", 0)})

    def bind(self) -> None:
        """Ask who we are: any STUN server answers that."""
        self._ask(BINDING, {})

    def allocate(self) -> None:
        """Ask for an address of its own, first as nobody, as browsers do."""
        wanted = {_TRANSPORT: _UDP}
        try:
            self._ask(ALLOCATE, wanted)
        except Refused as refused:
            if refused.code != 401:
                raise
            self._signed(ALLOCATE, wanted)

    def permit(self, peer: str) -> None:
        """Ask to speak with an address behind it."""
        number = int(IPv4Address(peer)) ^ _COOKIE
        address = struct.pack("!BBHI", 0, 1, 9 ^ (_COOKIE >> 16), number)
        self._signed(PERMISSION, {_PEER: address})

    def _signed(self, method: int, wanted: dict[int, bytes]) -> None:
        named = {_USERNAME: self.user.encode(), _REALM: self._realm, _NONCE: self._nonce}
        words = f"{self.user}:{self._realm.decode()}:{self.password}".encode()
        # The key that the protocol prescribes.
        self._ask(method, wanted | named, hashlib.md5(words, usedforsecurity=False).digest())

    def _ask(self, method: int, wanted: dict[int, bytes], key: bytes = b"") -> None:
        said = _message(method, os.urandom(12), wanted, key)
        kind, found = self._answer(said)
        self._realm = found.get(_REALM, self._realm)
        self._nonce = found.get(_NONCE, self._nonce)
        if kind == method | _ERROR:
            code = found.get(_CODE, b"\0\0\0\0")
            raise Refused((code[2] & 7) * 100 + code[3])
        if kind != method | _SUCCESS:
            raise ConnectionError("it is no relay")

    def _answer(self, said: bytes) -> tuple[int, dict[int, bytes]]:
        for _ in range(_TRIES if self.place.transport == "udp" else 1):
            self._line.sendall(said)
            with suppress(TimeoutError):
                while True:
                    heard = self._heard()
                    if len(heard) >= _HEAD and heard[8:20] == said[8:20]:
                        return struct.unpack("!H", heard[:2])[0], _attributes(heard)
        raise TimeoutError

    def _heard(self) -> bytes:
        if self.place.transport == "udp":
            return self._line.recv(2048)
        head = self._exactly(_HEAD)
        return head + self._exactly(struct.unpack("!H", head[2:4])[0])

    def _exactly(self, size: int) -> bytes:
        parts = b""
        while len(parts) < size:
            part = self._line.recv(size - len(parts))
            if not part:
                raise ConnectionError("it hung up")
            parts += part
        return parts


def _message(method: int, number: bytes, wanted: dict[int, bytes], key: bytes) -> bytes:
    body = b"".join(_attribute(kind, value) for kind, value in wanted.items())
    if key:
        head = struct.pack("!HHI", method, len(body) + 24, _COOKIE) + number
        body += _attribute(_INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
    return struct.pack("!HHI", method, len(body), _COOKIE) + number + body


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def _attributes(message: bytes) -> dict[int, bytes]:
    found, at = {}, _HEAD
    while at + 4 <= len(message):
        kind, size = struct.unpack("!HH", message[at : at + 4])
        found[kind] = message[at + 4 : at + 4 + size]
        at += 4 + size + (-size % 4)
    return found
