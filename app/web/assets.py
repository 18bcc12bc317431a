"""Static files:

joined, fingerprinted, compressed once at start, served from memory and kept for ever.

Stylesheets are joined as `static/css/bundles.json` says. A script is joined with the modules it
imports, so that a page costs one request and the sources stay small modules; their top-level names
are therefore unique across modules that meet. No build step: this happens when the application
starts.
"""

import gzip
import hashlib
import json
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
import rcssmin
import rjsmin
from starlette.requests import Request
from starlette.responses import Response

from app.web import first_style

ROOT = Path(__file__).parents[2] / "static"
_IMPORT = re.compile(r'^import \{[^}]*\} from "(\./[^"]+|\.\./[^"]+)";?\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async function|function|class|const|let)", re.MULTILINE)
# The minifier joins lines before a private member, where the line's end was what ended a field.
_PRIVATE = re.compile(r"^(\s*)#", re.MULTILINE)
_TEXT = {".css", ".js", ".svg", ".json", ".webmanifest"}
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOR_EVER = "public, max-age=31536000, immutable"
# Opened by itself a file may do nothing. Shorter than a page's, and it comes with every file.
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its address, type and bodies by content encoding."""

    address: str
    media_type: str
    bodies: dict[str, bytes]


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
        return self._by_name[name].bodies[""]

    def size(self, name: str, encoding: str = "br") -> int:
        """Bytes on the wire."""
        bodies = self._by_name[name].bodies
        return len(bodies.get(encoding, bodies[""]))

    def serve(self, request: Request) -> Response:
        """GET /static/…: immutable when found, 404 otherwise."""
        asset = self._by_address.get(request.url.path)
        if asset is None:
            return Response("", 404)
        encoding = _best(request.headers.get("accept-encoding", ""), asset.bodies)
        headers = {
            "Cache-Control": _FOR_EVER,
            "Content-Security-Policy": _POLICY,
            "Vary": "Accept-Encoding",
        }
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(asset.bodies[encoding], media_type=asset.media_type, headers=headers)

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
        bodies = {"": body}
        if path.suffix in _TEXT:
            bodies |= {"br": brotli.compress(body), "gzip": gzip.compress(body, 9, mtime=0)}
        asset = Asset(address, media_type, bodies)
        self._by_name[name] = self._by_address[address] = asset


@cache
def load() -> Assets:
    """The static files of this process. Read once: they do not change under a running one."""
    return Assets()


def joined_script(path: Path) -> str:
    """A module with everything that it imports, small. What it exports itself it still does."""
    return str(rjsmin.jsmin(_PRIVATE.sub(r"\1;#", _joined(path, set(), is_root=True))))


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


def _best(accepted: str, bodies: dict[str, bytes]) -> str:
    names = {part.split(";")[0].strip() for part in accepted.split(",")}
    return next((name for name in ("br", "gzip") if name in names and name in bodies), "")
