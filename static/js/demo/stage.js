// Keeps the stage true: asks every second what there is to see, and pushes the clock without a reload.
import { runClockTo } from "./clock_face.js"
import { defineDemoDesk } from "./desk.js"
import { defineDemoPhone } from "./phone.js"

const EVERY = 1_000

const policy = window.trustedTypes
  ? trustedTypes.createPolicy("afterglow", { createHTML: (html) => html })
  : { createHTML: (html) => html }

class DemoStage extends HTMLElement {
  #shown = ""
  #asked = 0
  #timer = null

  connectedCallback() {
    this.addEventListener("submit", this.#submitted)
    this.addEventListener("change", this.#changed)
    this.addEventListener("click", this.#clicked)
    this.addEventListener("booking-seen", this.#sawBooking)
    this.#timer = setInterval(this.#refresh, EVERY)
    this.querySelector("[data-tabs]").hidden = false
    this.dataset.show = "phone"
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  #refresh = async () => {
    if (document.hidden) return
    const { from, to, since, seen } = this.dataset
    const asked = ++this.#asked
    const query = new URLSearchParams({ to, since, ...(seen ? { seen } : {}) })
    try {
      const answer = await fetch(`${from}?${query}`)
      // A later question may have been answered first; what it showed stays.
      if (answer.ok && asked === this.#asked) this.#put(await answer.text())
    } catch {
      // The server is away for a moment; the next question finds it.
    }
  }

  #put(html) {
    if (html === this.#shown) return
    this.#shown = html
    const fresh = document.createElement("template")
    fresh.innerHTML = policy.createHTML(html)
    const focused = document.activeElement?.id
    for (const part of [...fresh.content.children]) this.#putPart(part)
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus()
    this.querySelector("demo-phone").settle()
  }

  #putPart(part) {
    const old = document.getElementById(part.id)
    if (!old || old.isEqualNode(part) || saysTheSame(old, part)) return
    const before = old.querySelector("time")?.dateTime
    if (part.id === "thread") this.querySelector("demo-phone").markNew(old, part)
    old.replaceWith(part)
    if (part.id !== "clock-now") return
    this.dataset.light = part.dataset.light
    runClockTo(part.querySelector("time"), before)
  }

  #submitted = async (event) => {
    const form = event.target
    if (!("quiet" in form.dataset)) return
    event.preventDefault()
    const button = event.submitter
    if (button?.ariaDisabled === "true") return
    button?.setAttribute("aria-disabled", "true")
    try {
      await this.#send(form, button)
    } finally {
      button?.removeAttribute("aria-disabled")
    }
  }

  async #send(form, button) {
    const body = new URLSearchParams(new FormData(form, button))
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } })
    const { since } = await answer.json()
    if (answer.ok) form.reset()
    if (since) this.dataset.since = since
    await this.#refresh()
    if (since) this.querySelector("demo-desk").catchUp()
  }

  #changed = (event) => {
    if (event.target.id === "whose") this.#turnTo(event.target.value)
  }

  #clicked = (event) => {
    const pressed = event.target.closest("button[data-show], [data-phone], a[target=console]")
    if (!pressed) return
    const { show, phone } = pressed.dataset
    if (phone) {
      event.preventDefault()
      this.#turnTo(phone)
    }
    this.#show(show ?? (phone ? "phone" : "console"))
  }

  #sawBooking = () => {
    this.dataset.seen = "yes"
  }

  #turnTo(number) {
    this.dataset.to = number
    this.querySelector("demo-phone").showTexts()
    this.#refresh()
  }

  #show(part) {
    this.dataset.show = part
    for (const tab of this.querySelectorAll("[data-tabs] [data-show]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.show === part))
    }
  }
}

// The thread and the clock are marked and moved after they were put: only what they say counts.
function saysTheSame(old, part) {
  if (part.id === "thread") return old.textContent === part.textContent
  if (part.id !== "clock-now") return false
  const [shown, now] = [old, part].map((face) => face.querySelector("time"))
  return shown.dateTime === now.dateTime && shown.dataset.zone === now.dataset.zone
}

defineDemoDesk()
defineDemoPhone()
customElements.define("demo-stage", DemoStage)
