"""The https address of an installation, for real browsers: a proxy that adds nothing."""

import asyncio
import random
import ssl
import tempfile
import threading
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.reliability.browser import BASE_URL

_CHUNK = 64 * 1024

Result = TypeVar("Result")


class TlsFront:
    """Takes https connections on loopback and passes each on to one of the app processes.

    A browser finds it by `arguments`; its certificate is its own, so it must not be checked.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tls", daemon=True)
        self.port = 0

    @property
    def arguments(self) -> list[str]:
        """What a browser must be started with to find it under the clinic's name."""
        name = urlsplit(BASE_URL).hostname
        return [f"--host-resolver-rules=MAP {name} 127.0.0.1:{self.port}"]

    def __enter__(self) -> "TlsFront":
        self._thread.start()
        self._server = self._in_loop(
            asyncio.start_server(self._pass_on, "127.0.0.1", 0, ssl=_own())
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _in_loop(self, todo: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(todo, self._loop).result(20)

    async def _pass_on(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        address = urlsplit(random.choice(self._urls))
        try:
            behind, to_behind = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            outward.close()
            return
        await asyncio.gather(_pump(inward, to_behind), _pump(behind, outward))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    except (OSError, ssl.SSLError):
        pass  # one side hung up
    finally:
        writer.close()


def own_certificate() -> bytes:
    """Key and certificate for the clinic's name, made just now, signed by nobody else. PEM."""
    name = urlsplit(BASE_URL).hostname or ""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _own() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.pem"
        path.write_bytes(own_certificate())
        context.load_cert_chain(path)
    return context
