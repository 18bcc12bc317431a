// A connection whose line goes looks for a new way by itself, again and again until it has one.

const MEND_AFTER = 2_000
const MEND_AGAIN_AFTER = 6_000
// Both sides notice; the polite one lets the other begin.
const POLITE_WAIT = 1_500

export class Mending {
  #peer
  #wait
  #timer = 0

  constructor(peer, polite) {
    this.#peer = peer
    this.#wait = polite ? POLITE_WAIT : 0
  }

  saw(state) {
    this.stop()
    if (state === "disconnected") this.#timer = setTimeout(() => this.#mend(), MEND_AFTER + this.#wait)
    if (state === "failed") this.#timer = setTimeout(() => this.#mend(), this.#wait)
  }

  stop() {
    clearTimeout(this.#timer)
  }

  #mend() {
    if (["connected", "closed"].includes(this.#peer.state)) return
    this.#peer.restart()
    this.#timer = setTimeout(() => this.#mend(), MEND_AGAIN_AFTER)
  }
}
