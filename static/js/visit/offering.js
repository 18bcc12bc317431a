// The clinician's connections: one spare always ready for whoever comes next, one for each seat that came.

import { FreshServers } from "./fresh_servers.js"
import { VisitPeer } from "./peer.js"

const NEXT_SPARE_AFTER = 600
const SPARE_LIVES = 20 * 60_000

export class Offering {
  #socket
  #peers = new Map()
  #spare = null
  #making = false
  #closed = false
  #seats = []

  // arrived() is called when a picture or sound comes; changed(peer) when a connection does.
  constructor(socket, { arrived, changed }) {
    this.#socket = socket
    this.arrived = arrived
    this.changed = changed
    this.servers = new FreshServers(() => socket.tell({ type: "ice" }))
    setInterval(() => this.#makeSpare(), SPARE_LIVES)
  }

  of(seat) {
    return this.#peers.get(seat?.peer)
  }

  take(message) {
    this.#peers.get(message.peer)?.take(message)
  }

  // The line is open: the clinic must have the offer for whoever comes next.
  open() {
    if (this.#spare) this.#tellSpare()
    else this.#makeSpare()
  }

  // Who sits where now: connections that were taken go to their seats, those of nobody are closed.
  update(seats) {
    this.#seats = seats
    const wanted = new Set(seats.map(({ peer }) => peer))
    for (const [id, peer] of this.#peers) {
      if (peer.wasTaken && !wanted.has(id)) this.#forget(peer)
    }
    for (const seat of seats) this.#bind(seat)
  }

  // What the other side should know about our sound and picture, when it is news.
  tellAbout(seat, about) {
    const peer = this.of(seat)
    const said = JSON.stringify(about)
    if (!peer || peer.toldAbout === said) return
    peer.toldAbout = said
    this.#signal(peer.id, { about })
  }

  close() {
    this.#closed = true
    this.#spare = null
    for (const peer of [...this.#peers.values()]) this.#forget(peer)
  }

  #bind(seat) {
    const peer = this.of(seat)
    if (!seat.peer || peer?.wasTaken) return
    if (!peer) return this.#socket.tell({ type: "again", seat: seat.id })
    peer.wasTaken = true
    peer.release()
    if (peer !== this.#spare) return
    this.#spare = null
    // Not at once: the one who came has the machine to themselves until their picture stands.
    setTimeout(() => this.#makeSpare(), NEXT_SPARE_AFTER)
  }

  // It carries no picture of ours: nothing flows before Admit.
  async #makeSpare() {
    if (this.#making || this.#closed) return
    this.#making = true
    const old = this.#spare
    try {
      const spare = this.#newPeer(crypto.randomUUID(), await this.servers.get())
      spare.offered = await spare.prepare()
      this.#spare = spare
    } finally {
      this.#making = false
    }
    if (this.#closed) return this.#forget(this.#spare)
    this.#tellSpare()
    if (old && !old.wasTaken) this.#forget(old)
  }

  #tellSpare() {
    this.#socket.tell({ type: "offer", peer: this.#spare.id, sdp: this.#spare.offered })
  }

  #newPeer(id, servers) {
    const peer = new VisitPeer({
      id,
      polite: false,
      servers,
      send: (signal) => this.#signal(id, signal),
      arrived: () => this.arrived(),
      changed: () => this.changed(peer),
      refresh: () => this.servers.get(),
    })
    this.#peers.set(id, peer)
    return peer
  }

  #signal(id, signal) {
    const seat = this.#seats.find(({ peer }) => peer === id)
    if (seat) this.#socket.signal({ seat: seat.id, peer: id, ...signal })
  }

  #forget(peer) {
    this.#socket.forget(peer.id)
    this.#peers.delete(peer.id)
    peer.close()
  }
}
