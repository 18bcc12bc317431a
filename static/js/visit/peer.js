// One connection between two pages of a visit, by perfect negotiation.

import { Mending } from "./mending.js"

const GATHER_WITHIN = 2_500

const PLAIN = { bundlePolicy: "max-bundle" }
let warmConnection = null

// The first connection object of a page takes a while: it is made before it is known what for.
export function warmUp() {
  warmConnection ??= new RTCPeerConnection(PLAIN)
}

export class VisitPeer {
  #connection
  #polite
  #send
  #makingOffer = false
  #ignoringOffer = false
  #awaitingAnswer = false
  #negotiating = false
  #queue = Promise.resolve()
  #early = []
  #outgoing = []
  #holding = false
  #flushing = false
  #mending
  #tracks = { audio: null, video: null }
  #remote = new MediaStream()

  // send(signal) takes {description} or {candidates}; changed(state) gets connected,
  // disconnected, failed or closed; arrived(stream) the other side's sound and picture.
  constructor({ id, polite, servers, send, arrived, changed, refresh }) {
    this.id = id
    this.#polite = polite
    this.#send = send
    this.arrived = arrived
    this.changed = changed
    this.refresh = refresh
    this.#mending = new Mending(this, polite)
    const connection = warmConnection ?? new RTCPeerConnection(PLAIN)
    warmConnection = null
    connection.setConfiguration({ ...PLAIN, iceServers: servers })
    this.#connection = connection
    connection.onicecandidate = ({ candidate }) => candidate && this.#gathered(candidate)
    connection.onnegotiationneeded = () => this.#negotiating && this.#offer()
    connection.onconnectionstatechange = () => this.#moved()
    connection.ontrack = ({ track }) => {
      this.#remote.addTrack(track)
      this.arrived?.(this.#remote)
    }
  }

  get connection() {
    return this.#connection
  }

  get state() {
    return this.#connection.connectionState
  }

  get hasAnswered() {
    return this.#negotiating
  }

  get stream() {
    return this.#remote
  }

  // An offer with all its ways in it, made ahead so that whoever comes can answer at once.
  async prepare() {
    this.#holding = true
    const streams = [new MediaStream()]
    for (const kind of ["audio", "video"]) {
      this.#connection.addTransceiver(kind, { direction: "sendrecv", streams })
    }
    this.#awaitingAnswer = true
    await this.#connection.setLocalDescription()
    await this.#gatheredAll()
    this.#outgoing = []
    return this.#connection.localDescription.sdp
  }

  // Somebody took the offer: what was gathered late may go out.
  release() {
    this.#holding = false
    this.#flush()
  }

  // Answer a prepared offer. The camera may follow later.
  async answer(sdp) {
    const connection = this.#connection
    await connection.setRemoteDescription({ type: "offer", sdp })
    for (const transceiver of connection.getTransceivers()) transceiver.direction = "sendrecv"
    this.#attach()
    const answer = await connection.createAnswer()
    await this.#settle(answer)
    this.#send({ description: this.#description() })
    this.#negotiating = true
  }

  // Send this sound and picture; null for one that is off.
  carry(audio, video) {
    this.#tracks = { audio, video }
    this.#attach()
  }

  // Signals are worked through one after the other, in the order they came.
  take(signal) {
    this.#queue = this.#queue.then(() => this.#work(signal)).catch((problem) => {
      if (this.state !== "closed") console.debug("A signal was left out", problem.name)
    })
    return this.#queue
  }

  // Find a new way to the other side, over fresh relays.
  async restart() {
    if (this.state === "closed" || !this.#negotiating) return
    const servers = await this.refresh?.()
    if (this.state === "closed") return
    if (servers) this.#connection.setConfiguration({ ...this.#connection.getConfiguration(), iceServers: servers })
    this.#connection.restartIce()
  }

  sender(kind) {
    return this.#connection.getTransceivers().find((t) => t.receiver.track.kind === kind)?.sender
  }

  close() {
    this.#mending.stop()
    this.#connection.onconnectionstatechange = this.#connection.ontrack = null
    this.#connection.onicecandidate = this.#connection.onnegotiationneeded = null
    this.#connection.close()
  }

  #attach() {
    for (const kind of ["audio", "video"]) this.sender(kind)?.replaceTrack(this.#tracks[kind])
  }

  // The clinician's side starts the handshake, which saves half a round trip.
  async #settle(answer) {
    const sdp = answer.sdp.replaceAll("a=setup:active", "a=setup:passive")
    try {
      await this.#connection.setLocalDescription({ type: "answer", sdp })
    } catch {
      await this.#connection.setLocalDescription(answer)
    }
  }

  async #offer() {
    try {
      this.#makingOffer = true
      await this.#connection.setLocalDescription()
      this.#send({ description: this.#description() })
    } finally {
      this.#makingOffer = false
    }
  }

  async #describe(description) {
    const connection = this.#connection
    if (description.type === "answer" && connection.signalingState !== "have-local-offer") return
    const collision =
      description.type === "offer" && (this.#makingOffer || connection.signalingState !== "stable")
    this.#ignoringOffer = !this.#polite && collision
    if (this.#ignoringOffer) return
    await connection.setRemoteDescription(description)
    if (this.#awaitingAnswer) {
      this.#awaitingAnswer = false
      this.#negotiating = true
    }
    for (const candidate of this.#early.splice(0)) await this.#consider(candidate)
    if (description.type === "offer") {
      await connection.setLocalDescription()
      this.#send({ description: this.#description() })
    }
  }

  async #consider(candidate) {
    if (!this.#connection.remoteDescription) return void this.#early.push(candidate)
    try {
      await this.#connection.addIceCandidate(candidate)
    } catch (problem) {
      if (!this.#ignoringOffer) console.debug("A way could not be used", problem.name)
    }
  }

  async #work({ description, candidates }) {
    if (this.state === "closed") return
    if (description) await this.#describe(description)
    for (const candidate of candidates ?? []) await this.#consider(candidate)
  }

  #description() {
    const { type, sdp } = this.#connection.localDescription
    return { type, sdp }
  }

  #gathered(candidate) {
    this.#outgoing.push(candidate.toJSON())
    if (this.#flushing) return
    this.#flushing = true
    setTimeout(() => {
      this.#flushing = false
      this.#flush()
    }, 5)
  }

  #flush() {
    if (this.#holding || !this.#outgoing.length) return
    this.#send({ candidates: this.#outgoing.splice(0) })
  }

  #gatheredAll() {
    const connection = this.#connection
    return new Promise((resolve) => {
      const done = () => connection.iceGatheringState === "complete" && resolve()
      connection.addEventListener("icegatheringstatechange", done)
      setTimeout(resolve, GATHER_WITHIN)
      done()
    })
  }

  #moved() {
    this.#mending.saw(this.state)
    this.changed?.(this.state)
  }
}
