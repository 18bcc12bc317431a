"""The least a browser call can be: one page with the waiting side's offer in it, and one socket.

What our visit page is measured against, in the same run on the same machine.
"""

import json
import threading

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

_PATIENT = """<!doctype html><meta name="viewport" content="width=device-width"><title>limit</title>
<video id="remote" autoplay playsinline muted></video>
<video id="local" autoplay playsinline muted></video>
<script>
performance.mark("present")
const offer = %s
const socket = new WebSocket(location.href.replace("http", "ws") + "socket")
const open = new Promise((done) => { socket.onopen = done })
const send = async (what) => { await open; socket.send(JSON.stringify(what)) }
const pc = new RTCPeerConnection()
pc.onicecandidate = ({ candidate }) => candidate && send({ to: "clinician", candidate })
const sender = (kind) => pc.getTransceivers().find((t) => t.receiver.track.kind === kind)?.sender
const remote = new MediaStream()
pc.ontrack = ({ track }) => {
  remote.addTrack(track)
  document.getElementById("remote").srcObject = remote
}
const wanted = { audio: true, video: { width: 640, height: 480 } }
const camera = navigator.mediaDevices.getUserMedia(wanted)
camera.then((stream) => {
  document.getElementById("local").srcObject = stream
  for (const track of stream.getTracks()) {
    sender(track.kind)?.replaceTrack(track)
  }
})
const answering = pc.setRemoteDescription(offer).then(async () => {
  for (const transceiver of pc.getTransceivers()) transceiver.direction = "sendrecv"
  const answer = await pc.createAnswer()
  const sdp = answer.sdp.replaceAll("a=setup:active", "a=setup:passive")
  await pc.setLocalDescription({ type: "answer", sdp })
  send({ to: "clinician", answer: pc.localDescription })
  const stream = await camera
  for (const track of stream.getTracks()) {
    sender(track.kind).replaceTrack(track)
  }
})
</script>"""

_CLINICIAN = """<!doctype html><title>limit, the other side</title>
<video id="remote" autoplay playsinline muted></video>
<script>
const socket = new WebSocket(location.href.replace("http", "ws").replace("clinician", "socket"))
const wanted = { audio: true, video: { width: 640, height: 480 } }
const camera = navigator.mediaDevices.getUserMedia(wanted)
let pc
window.prepare = async () => {
  pc?.close()
  pc = new RTCPeerConnection()
  const remote = new MediaStream()
  pc.ontrack = ({ track }) => {
    remote.addTrack(track)
    document.getElementById("remote").srcObject = remote
  }
  const stream = await camera
  for (const track of stream.getTracks()) pc.addTransceiver(track, { streams: [stream] })
  await pc.setLocalDescription()
  await new Promise((done) => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done()
  })
  socket.send(JSON.stringify({ offer: pc.localDescription }))
}
socket.onmessage = async ({ data }) => {
  const { answer, candidate } = JSON.parse(data)
  if (answer) await pc.setRemoteDescription(answer)
  if (candidate) await pc.addIceCandidate(candidate)
}
</script>"""


class Limit:
    """The bare page's server, in a thread of this process."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.offer: dict[str, str] | None = None
        self._sockets: set[WebSocket] = set()
        app = Starlette(
            routes=[
                Route("/", self._patient),
                Route("/clinician", self._clinician),
                WebSocketRoute("/socket", self._socket),
            ]
        )
        config = uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def _patient(self, _request) -> HTMLResponse:
        return HTMLResponse(_PATIENT % json.dumps(self.offer))

    async def _clinician(self, _request) -> HTMLResponse:
        return HTMLResponse(_CLINICIAN)

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        self._sockets.add(socket)
        try:
            while True:
                said = await socket.receive_json()
                if "offer" in said:
                    self.offer = said["offer"]
                for other in self._sockets - {socket}:
                    await other.send_json(said)
        except WebSocketDisconnect:
            self._sockets.discard(socket)
