// How long each step took on this phone, and what kept it from going on: numbers and one word, told to
// the clinic over the visit's own line. Nothing is measured of anybody but the page itself.

const SETTLED_AFTER = 2_000

export class Marks {
  #tell
  #ms = {}
  #fault = ""
  #timer = 0

  // tell(message) says it on the line; what a broken line drops is said again with the next one.
  constructor(tell) {
    this.#tell = tell
  }

  // Of each step the first time counts, from when somebody first looked at this page.
  note(step) {
    this.#ms[step] ??= Math.round(performance.now() - lookedSince())
    this.#soon()
  }

  fault(kind) {
    this.#fault ||= kind
    this.#soon()
  }

  // Not at once: the line has better things to carry while the picture comes.
  #soon() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.say(), SETTLED_AFTER)
  }

  say() {
    this.#tell({ type: "marks", ms: this.#ms, fault: this.#fault })
  }
}

function lookedSince() {
  return performance.getEntriesByName("looked")[0]?.startTime ?? 0
}
