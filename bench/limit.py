"""The least a browser call can be: one page with the waiting side's offer in it, and one socket.

What our visit page is measured against, in the same run on the same machine.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute

from bench.loopback import Introduction, served

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


@contextmanager
def bare_page() -> Iterator[str]:
    """The page's address while it is served; the side that waits is at `clinician` below it."""
    introduction = Introduction()

    async def show(_request: Request) -> HTMLResponse:
        return HTMLResponse(_PATIENT % json.dumps(introduction.offer))

    async def wait(_request: Request) -> HTMLResponse:
        return HTMLResponse(_CLINICIAN)

    with served(
        Route("/", show),
        Route("/clinician", wait),
        WebSocketRoute("/socket", introduction.meet),
    ) as url:
        yield url
