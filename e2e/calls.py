"""What a talk looks and sounds like from outside: moving pictures, sound that has energy."""

from playwright.sync_api import Page

# Keeps every connection a page makes, so that a test may ask it what really arrived.
LISTEN_IN = """
const Original = window.RTCPeerConnection
window.__peers = []
window.RTCPeerConnection = class extends Original {
  constructor(...given) { super(...given); window.__peers.push(this) }
}
"""

_ARRIVED = """async () => {
  let frames = 0, energy = 0
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue
      frames += report.kind === 'video' ? report.framesDecoded : 0
      energy += report.kind === 'audio' ? report.totalAudioEnergy : 0
    }
  }
  return { frames, energy }
}"""

_GROWS = (
    "async (before) => { const now = await ("
    + _ARRIVED
    + ")(); return now.frames > before.frames + 10 && now.energy > before.energy }"
)


def arrived(page: Page) -> dict[str, float]:
    """Frames decoded and sound energy received on the page's live connections, so far."""
    return page.evaluate(_ARRIVED)


def expect_moving_pictures_and_sound(page: Page, *, within: float = 30_000) -> None:
    """More frames and more sound keep arriving from the other side, and the picture is shown."""
    page.wait_for_function(
        "() => { const seen = document.querySelector('video#remote');"
        " return seen && seen.videoWidth > 0 && seen.currentTime > 0 }",
        timeout=within,
    )
    before = arrived(page)
    page.wait_for_function(
        _GROWS,
        arg=before,
        timeout=within,
    )
