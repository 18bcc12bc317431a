"""Calls by others' libraries: a patient's page and the clinician's who waits, as their makers show.

None asks a STUN server: both ends are on this machine. A page is marked `present` when the server
that introduces the two knows that it is there.
"""

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from bench.loopback import Introduction, served
from bench.peers.scratch import NotInstalledError, install, scratch, unpack
from bench.rows import Row, absent
from e2e.conftest import free_port

_VIDEOS = """<!doctype html><meta name="viewport" content="width=device-width"><title>call</title>
<video id="remote" autoplay playsinline muted></video>
<video id="local" autoplay playsinline muted></video>
<script src="/library.js"></script>
<script>
const show = (where, stream) => { document.getElementById(where).srcObject = stream }
const wanted = { audio: true, video: { width: 640, height: 480 } }
const camera = navigator.mediaDevices.getUserMedia(wanted)
camera.then((stream) => show("local", stream))
const config = { iceServers: [] }
%s
</script>"""

_SIMPLE = """
const socket = new WebSocket(location.origin.replace("http", "ws") + "/socket")
const open = new Promise((done) => { socket.onopen = done })
const connect = (stream, initiator) => {
  const peer = new SimplePeer({ initiator, stream, config })
  peer.on("signal", (said) => socket.send(JSON.stringify(said)))
  peer.on("stream", (stream) => show("remote", stream))
  peer.on("error", () => 0)
  return peer
}
"""
_SIMPLE_PATIENT = """
open.then(() => performance.mark("present"))
Promise.all([camera, open]).then(([stream]) => {
  const peer = connect(stream, true)
  socket.onmessage = ({ data }) => peer.signal(JSON.parse(data))
})
"""
_SIMPLE_CLINICIAN = """
let peer
socket.onmessage = ({ data }) => peer.signal(JSON.parse(data))
window.prepare = async () => {
  const stream = await camera
  await open
  peer?.destroy()
  peer = connect(stream, false)
}
"""
_PEERJS_PATIENT = """
const peer = new Peer({ host: "localhost", port: %d, path: "/", config })
const open = new Promise((done) => peer.on("open", done))
open.then(() => performance.mark("present"))
Promise.all([camera, open]).then(([stream]) => {
  peer.call("clinician", stream).on("stream", (stream) => show("remote", stream))
})
"""
_PEERJS_CLINICIAN = """
const peer = new Peer("clinician", { host: "localhost", port: %d, path: "/", config })
const open = new Promise((done) => peer.on("open", done))
let last
peer.on("call", async (call) => {
  last = call
  call.on("stream", (stream) => show("remote", stream))
  call.answer(await camera)
})
window.prepare = async () => {
  await Promise.all([camera, open])
  last?.close()
}
"""


@dataclass(frozen=True)
class Call:
    """One of them: the patient's page is at `url`, the clinician's at `clinician`."""

    name: str
    url: str

    @property
    def clinician(self) -> str:
        """The other side's page."""
        return f"{self.url}clinician"


@contextmanager
def calls() -> Iterator[tuple[list[Call], list[Row]]]:
    """Every library that is to be had here, and a row for each that is not."""
    with ExitStack() as open_ones:
        folder = open_ones.enter_context(scratch())
        found: list[Call] = []
        missing: list[Row] = []
        for name, begin in (("simple-peer", _simple_peer), ("PeerJS", _peerjs)):
            try:
                found.append(Call(name, open_ones.enter_context(begin(folder))))
            except NotInstalledError as error:
                missing.append(absent(f"call: {name}", str(error)))
        # Debian has it, as a server of the machine's own: not for a folder that is thrown away.
        missing.append(absent("call: Janus", "not installed: it would go into the machine itself"))
        yield found, missing


@contextmanager
def _simple_peer(folder: Path) -> Iterator[str]:
    library = unpack(folder, "simple-peer@9.11.1") / "simplepeer.min.js"
    pages = {"": _SIMPLE + _SIMPLE_PATIENT, "clinician": _SIMPLE + _SIMPLE_CLINICIAN}
    with _served(library, pages) as url:
        yield url


@contextmanager
def _peerjs(folder: Path) -> Iterator[str]:
    library = unpack(folder, "peerjs@1.5.5") / "dist" / "peerjs.min.js"
    server = install(folder / "peerjs-server", ["peer@1.0.2"]) / "peer" / "dist" / "bin"
    port = free_port()
    command = ["node", str(server / "peerjs.js"), "--port", str(port), "--path", "/"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        pages = {"": _PEERJS_PATIENT % port, "clinician": _PEERJS_CLINICIAN % port}
        with _served(library, pages) as url:
            yield url
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise NotInstalledError("its server did not come up")


@contextmanager
def _served(library: Path, pages: dict[str, str]) -> Iterator[str]:
    """The pages, the library, and a socket that hands on whatever the other side says."""
    squeezed = brotli.compress(library.read_bytes())

    async def script(_request: Request) -> Response:
        headers = {"Content-Encoding": "br", "Cache-Control": "public, max-age=31536000"}
        return Response(squeezed, media_type="text/javascript", headers=headers)

    async def page(request: Request) -> Response:
        words = pages.get(request.path_params["path"])
        if words is None:
            return Response(status_code=404)
        body = brotli.compress((_VIDEOS % words).encode())
        return Response(body, media_type="text/html", headers={"Content-Encoding": "br"})

    with served(
        Route("/library.js", script),
        Route("/{path:path}", page),
        WebSocketRoute("/socket", Introduction().meet),
    ) as url:
        yield url
