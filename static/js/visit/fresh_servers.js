// Relays and their short-lived credentials, asked for anew once they are some minutes old.

const FRESH_FOR = 10 * 60_000
const ANSWER_WITHIN = 2_000

export class FreshServers {
  #ask
  #known = []
  #knownAt = -Infinity
  #waiting = []

  // ask() sends the question; the answer comes back through take().
  constructor(ask) {
    this.#ask = ask
  }

  get known() {
    return this.#known
  }

  take(servers) {
    this.#known = servers
    this.#knownAt = performance.now()
    for (const answer of this.#waiting.splice(0)) answer()
  }

  // The newest there are. Without a line the old ones have to do.
  async get() {
    if (performance.now() - this.#knownAt > FRESH_FOR) {
      await new Promise((answer) => {
        this.#waiting.push(answer)
        setTimeout(answer, ANSWER_WITHIN)
        this.#ask()
      })
    }
    return this.#known
  }
}
