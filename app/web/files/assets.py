"""Static files:

joined, fingerprinted, compressed once, served from memory and kept for ever.

Stylesheets are joined as `static/css/bundles.json` says. A script is joined with the modules it
imports, so that a page costs one request and the sources stay small modules; their top-level names
are therefore unique across modules that meet. No build step: this happens when the application
starts, but for compressing, which is a third of a start: that happens beside the first visitors.
"""

import gzip
import hashlib
import json
import mimetypes
import os
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import brotli
import rcssmin
import rjsmin
from starlette.requests import Request
from starlette.responses import Response

from app.web.files import first_style

ROOT = Path(__file__).parents[3] / "static"
_IMPORT = re.compile(r'^import \{[^}]*\} from "(\./[^"]+|\.\./[^"]+)";?\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async function|function|class|const|let)", re.MULTILINE)
# The minifier joins lines before a private member, where the line's end was what ended a field.
_PRIVATE = re.compile(r"^(\s*)#", re.MULTILINE)
_TEXT = {".css", ".js", ".svg", ".json", ".webmanifest"}
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_PRESS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": partial(gzip.compress, compresslevel=9, mtime=0),
}
_LAST = 19
_FOR_EVER = "public, max-age=31536000, immutable"
# Opened by itself a file may do nothing. Shorter than a page's, and it comes with every file.
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its address, its type, and its body as it is."""

    address: str
    media_type: str
    body: bytes
    encodings: tuple[str, ...]  # that it may also be sent in, the smallest first
    _pressed: dict[str, bytes] = field(default_factory=dict)

    def best(self, request: Request) -> str:
        """The smallest encoding that a client takes; "" for none."""
        accepted = request.headers.get("accept-encoding", "").split(",")
        taken = {name for name, is_taken in map(_coding, accepted) if is_taken}
        return next((name for name in self.encodings if name in taken), "")

    def is_at_hand(self, encoding: str) -> bool:
        """Whether nothing is left to be compressed."""
        return not encoding or encoding in self._pressed

    def encoded(self, encoding: str) -> bytes:
        """The body in one of its encodings; "" is as it is. Compressed on first need."""
        if not encoding:
            return self.body
        if encoding not in self._pressed:  # two at once do the same twice, which is no harm
            self._pressed[encoding] = _PRESS[encoding](self.body)
        return self._pressed[encoding]


class Assets:
    """Every static file under its fingerprinted address."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._by_name: dict[str, Asset] = {}
        self._by_address: dict[str, Asset] = {}
        bundles: dict[str, list[str]] = json.loads((root / "css" / "bundles.json").read_text())
        for name, parts in bundles.items():
            joined = "\n".join((root / part).read_text() for part in parts)
            self._add(f"css/{name}", rcssmin.cssmin(joined).encode())
        # What stands in patients' pages themselves, and by what their policy knows it.
        self.first_style = first_style.of(self.body("css/patient.css").decode())
        self.first_style_print = first_style.fingerprint(self.first_style)
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix != ".css" and name != "css/bundles.json":
                self._add(name, self._read(path))

    def __call__(self, name: str) -> str:
        """The address of a file or bundle.

        Raises KeyError when there is none: a template's mistake.
        """
        return self._by_name[name].address

    def body(self, name: str) -> bytes:
        """A file as it is."""
        return self._by_name[name].body

    def size(self, name: str, encoding: str = "br") -> int:
        """Bytes on the wire."""
        asset = self._by_name[name]
        return len(asset.encoded(encoding if encoding in asset.encodings else ""))

    def press(self) -> None:
        """Compress whatever nobody has asked for yet, when the machine has nothing better to do."""
        if sys.platform == "linux":  # elsewhere a thread has no rank of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LAST)
        for asset in self._by_name.values():
            for encoding in asset.encodings:
                asset.encoded(encoding)

    def is_at_hand(self, request: Request) -> bool:
        """Whether `serve` takes no time to speak of."""
        asset = self._by_address.get(request.url.path)
        return asset is None or asset.is_at_hand(asset.best(request))

    def serve(self, request: Request) -> Response:
        """GET /static/…: immutable when found, 404 otherwise."""
        asset = self._by_address.get(request.url.path)
        if asset is None:
            return Response("", 404)
        encoding = asset.best(request)
        headers = {
            "Cache-Control": _FOR_EVER,
            "Content-Security-Policy": _POLICY,
            "Vary": "Accept-Encoding",
        }
        if encoding:
            headers["Content-Encoding"] = encoding
        body = asset.encoded(encoding)
        return Response(body, media_type=asset.media_type, headers=headers)

    def _read(self, path: Path) -> bytes:
        if path.suffix == ".js" and "vendor" not in path.parts:
            return joined_script(path).encode()
        return path.read_bytes()

    def _add(self, name: str, body: bytes) -> None:
        path = Path(name)
        digest = hashlib.sha256(body).hexdigest()[:12]
        address = f"/static/{path.with_suffix('').as_posix()}.{digest}{path.suffix}"
        media_type = (
            _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        )
        asset = Asset(address, media_type, body, tuple(_PRESS) if path.suffix in _TEXT else ())
        self._by_name[name] = self._by_address[address] = asset


@cache
def load() -> Assets:
    """The static files of this process. Read once: they do not change under a running one."""
    return Assets()


def joined_script(path: Path) -> str:
    """A module with everything that it imports, small. What it exports itself it still does."""
    return str(rjsmin.jsmin(_PRIVATE.sub(r"\1;#", joined_source(path))))


def joined_source(path: Path) -> str:
    """The same as it was written."""
    return _joined(path, set(), is_root=True)


def _joined(path: Path, seen: set[Path], *, is_root: bool = False) -> str:
    """A module's text after the text of everything it imports, each once."""
    seen.add(path.resolve())
    text = path.read_text()
    before = []
    for found in _IMPORT.finditer(text):
        wanted = (path.parent / found[1]).resolve()
        if wanted not in seen:
            before.append(_joined(wanted, seen))
    own = _IMPORT.sub("", text)
    return "".join(before) + (own if is_root else _EXPORT.sub("", own))


def _coding(part: str) -> tuple[str, bool]:
    """One of what a client names, and whether it takes it: `q=0` is a refusal (RFC 9110, 12.5.3).

    A weight that is none is not believed.
    """
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    weights = (word.removeprefix("q=") for word in parameters if word.startswith("q="))
    try:
        return name, float(next(weights, "1")) > 0
    except ValueError:
        return name, False
