// The clinic's console beside the phone: kept signed in, and at the stage's time.

const STAYS_SIGNED_IN = 4 * 60_000
// These pages do not keep themselves true; the others do.
const STILL_PAGES = /^\/clinic\/(appointments\/[^/]+|schedule)$/
const SHOWS_A_BOOKING = /^\/clinic\/(appointments|patients|schedule)/

class DemoDesk extends HTMLElement {
  #timer = null

  connectedCallback() {
    this.#frame.addEventListener("load", this.#moved)
    document.addEventListener("visibilitychange", this.#keepSignedIn)
    this.#timer = setInterval(this.#keepSignedIn, STAYS_SIGNED_IN)
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#keepSignedIn)
    clearInterval(this.#timer)
  }

  // The clock was pushed.
  catchUp() {
    const { location } = this.#frame.contentWindow
    if (STILL_PAGES.test(location.pathname)) location.reload()
  }

  get #frame() {
    return this.querySelector("iframe")
  }

  #moved = () => {
    if (!SHOWS_A_BOOKING.test(this.#frame.contentWindow.location.pathname)) return
    this.dispatchEvent(new CustomEvent("booking-seen", { bubbles: true }))
  }

  #keepSignedIn = async () => {
    if (document.hidden) return
    try {
      const answer = await fetch(this.dataset.door, { method: "POST", headers: { Accept: "application/json" } })
      if (answer.ok && (await answer.json()).new) this.#frame.contentWindow.location.reload()
    } catch {
      // The server is away for a moment; the next time finds it.
    }
  }
}

export function defineDemoDesk() {
  customElements.define("demo-desk", DemoDesk)
}
