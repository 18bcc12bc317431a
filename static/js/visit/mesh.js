// The others who were let in: a connection of one's own to each, drawn as a small picture beside the talk.

import { watchLine } from "./line_quality.js"
import { VisitPeer } from "./peer.js"
import { drawTile } from "./tiles.js"
import { wakeSound } from "./remote_sound.js"

const HALF_A_NAME = 23

export class Mesh {
  #page
  #socket
  #media
  #servers
  #others = new Map()

  constructor({ page, socket, media, servers }) {
    this.#page = page
    this.#socket = socket
    this.#media = media
    this.#servers = servers
  }

  // beside: [{ seat, page, name, begins }]. A page that was loaded anew is met anew.
  update(beside) {
    for (const [seat, other] of this.#others) {
      if (!beside.some((one) => one.seat === seat && one.page === other.page)) this.#part(seat)
    }
    for (const one of beside) if (!this.#others.has(one.seat)) this.#meet(one)
  }

  take({ from, peer, ...signal }) {
    const other = this.#others.get(from)
    if (other?.peer.id !== peer) return
    const isFirstOffer = signal.description?.type === "offer" && !other.begins && !other.peer.hasAnswered
    if (isFirstOffer) other.peer.answer(signal.description.sdp).catch(() => {})
    else other.peer.take(signal)
  }

  carry() {
    for (const { peer } of this.#others.values()) peer.carry(this.#media.audio, this.#media.video)
  }

  lookAgain() {
    for (const { peer, tile } of this.#others.values()) {
      wakeSound(tile.video)
      if (peer.state !== "connected") peer.restart()
    }
  }

  close() {
    for (const seat of [...this.#others.keys()]) this.#part(seat)
  }

  async #meet({ seat, page, name, begins }) {
    const id = [this.#page, page].map((each) => each.slice(0, HALF_A_NAME)).sort().join("+")
    const tile = drawTile(name)
    const other = { page, begins, tile }
    this.#others.set(seat, other)
    other.peer = new VisitPeer({
      id,
      polite: !begins,
      servers: this.#servers.known,
      send: (signal) => this.#socket.signal({ peer: id, to: seat, ...signal }),
      arrived: (stream) => tile.show(stream),
      changed: (state) => {
        tile.tell(state)
        if (state === "connected") other.endWatch ??= watchLine(other.peer, () => {}, { small: true })
      },
      refresh: () => this.#servers.get(),
    })
    if (!begins) return other.peer.carry(this.#media.audio, this.#media.video)
    const sdp = await other.peer.prepare()
    if (this.#others.get(seat) !== other) return
    other.peer.carry(this.#media.audio, this.#media.video)
    this.#socket.signal({ peer: id, to: seat, description: { type: "offer", sdp } })
    other.peer.release()
  }

  #part(seat) {
    const { peer, tile, endWatch } = this.#others.get(seat)
    this.#others.delete(seat)
    endWatch?.()
    this.#socket.forget(peer.id)
    peer.close()
    tile.remove()
  }
}
