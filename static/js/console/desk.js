// Keeps a console page true: says when the desk has changed, counts in the title, rings when asked to.
import { allowSwaps } from "./swaps.js"
import { chime } from "./chime.js"
import { cover, hearLine, takeKey } from "./cover.js"

const SESSION_OVER = 4401
const LONGEST_PAUSE = 15000

allowSwaps()

class DeskNews extends HTMLElement {
  static observedAttributes = ["data-count", "data-unanswered"]
  #socket
  #pause = 500
  #retry
  #ringing

  connectedCallback() {
    document.body.addEventListener("somebody-here", this.#sayHere)
    this.#listen()
    this.#show()
  }

  disconnectedCallback() {
    document.body.removeEventListener("somebody-here", this.#sayHere)
    clearTimeout(this.#retry)
    clearInterval(this.#ringing)
    this.#socket?.close()
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show()
  }

  #listen() {
    const address = new URL("/clinic/live", location.href)
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
    this.#socket = new WebSocket(address)
    this.#socket.onopen = () => { this.#pause = 500 }
    this.#socket.onmessage = ({ data }) => this.#hear(data)
    this.#socket.onclose = (event) => this.#comeBack(event)
  }

  #comeBack(event) {
    if (!this.isConnected) return
    if (event.code === SESSION_OVER) {
      cover()
      return
    }
    this.#retry = setTimeout(() => this.#listen(), this.#pause * (0.75 + Math.random() / 2))
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE)
  }

  #hear(words) {
    hearLine()
    if (words.startsWith("cover ")) takeKey(words.slice(6))
    else this.#look()
  }

  // Typing is no request: without a word from here it would look like an empty chair.
  #sayHere = () => {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send("here")
  }

  #look() {
    document.body.dispatchEvent(new CustomEvent("desk-changed"))
  }

  #show() {
    const count = Number(this.dataset.count)
    const plain = document.title.replace(/^\(\d+\) /, "")
    document.title = count ? `(${count}) ${plain}` : plain
    if (count) navigator.setAppBadge?.(count)
    else navigator.clearAppBadge?.()
    this.#ring(Number(this.dataset.unanswered) > 0 && this.dataset.ring !== undefined)
  }

  #ring(on) {
    if (!on) {
      clearInterval(this.#ringing)
      this.#ringing = undefined
    } else if (!this.#ringing) {
      chime()
      this.#ringing = setInterval(chime, 8000)
    }
  }
}

customElements.define("desk-news", DeskNews)

document.querySelector(".error-summary")?.focus()
