// How the line of the talk stands, shown; and from its first moment a watch on its quality.

import { watchLine } from "./line_quality.js"
import { setFlag } from "./room_view.js"

const LOST = ["disconnected", "failed"]

export class TalkLine {
  #peer = null
  #endWatch = null

  // peer: the talk's connection, or none; away: whether its page is known to be off the line.
  show(peer, away) {
    const lost = LOST.includes(peer?.state)
    const connected = peer?.state === "connected"
    setFlag("connected", connected)
    setFlag("finding", lost || (away && !connected))
    document.querySelector(".room").dataset.line = lost ? "lost" : "good"
    if (peer === this.#peer || (peer && !connected)) return
    this.#endWatch?.()
    this.#peer = peer
    this.#endWatch = peer && watchLine(peer, (paused) => setFlag("thin", paused))
  }
}

export function showAbout({ audio, video }) {
  setFlag("other-muted", !audio)
  setFlag("other-picture-off", !video)
}
