// Turns notices on for this browser after a tap; says which line of the list is this browser.
//
// <notice-switch data-key="/push/key" data-subscribe="/push/subscriptions" data-…words>
//   <button hidden>…</button> <p role="status"></p>
// Lines of the list: li[data-browser="<SHA-256 of the endpoint, hex>"], with a form that turns off.

import { canBeNoticed } from "./installed.js"
import { ourWorker } from "./our_worker.js"

customElements.define("notice-switch", class extends HTMLElement {
  async connectedCallback() {
    if (!canBeNoticed()) return this.#say(this.#whyNot())
    this.#button.addEventListener("click", this.#press)
    this.#button.hidden = false
    await this.#findThisOne()
  }

  get #button() {
    return this.querySelector("button")
  }

  #whyNot() {
    if ("Notification" in window && Notification.permission === "denied") return this.dataset.denied
    return /iPhone|iPad/.test(navigator.userAgent) ? this.dataset.install : this.dataset.unsupported
  }

  #press = async () => {
    this.#button.disabled = true
    this.#say("")
    try {
      await this.#turnOn()
    } catch (error) {
      const isRefused = error.name === "NotAllowedError"
      this.#say(isRefused ? this.dataset.denied : error instanceof TypeError ? this.dataset.later : this.dataset.unsupported)
    }
    this.#button.disabled = false
  }

  // The permission first: browsers ask only straight after a tap.
  async #turnOn() {
    if ((await Notification.requestPermission()) !== "granted") return this.#say(this.dataset.denied)
    await ourWorker()
    const { pushManager } = await navigator.serviceWorker.ready
    const asked = await this.#post(this.dataset.key, {})
    if (!asked) return
    const subscription = await this.#subscribe(pushManager, asked.key)
    if (await this.#post(this.dataset.subscribe, subscription.toJSON())) location.reload()
  }

  // One made for another key than ours takes none of our notices.
  async #subscribe(pushManager, applicationServerKey) {
    const options = { userVisibleOnly: true, applicationServerKey }
    try {
      return await pushManager.subscribe(options)
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error
      await (await pushManager.getSubscription())?.unsubscribe()
      return pushManager.subscribe(options)
    }
  }

  async #post(address, content) {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    })
    if (response.status !== 422 && !response.ok) throw new TypeError("not now")
    const answer = await response.json()
    if (answer.message) this.#say(answer.message)
    return response.ok ? answer : null
  }

  async #findThisOne() {
    const registered = await navigator.serviceWorker.getRegistration("/")
    const subscription = await registered?.pushManager.getSubscription()
    if (!subscription) return
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint))
    const name = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
    const line = document.querySelector(`[data-browser="${name}"]`)
    if (!line) return
    line.querySelector("[data-this-one]").hidden = false
    this.#button.hidden = true
    // The clinic forgets this browser either way; that the browser forgets too is only tidy.
    line.querySelector("form").addEventListener("submit", () => { subscription.unsubscribe().catch(() => {}) })
  }

  #say(words) {
    this.querySelector("[role=status]").textContent = words ?? ""
  }
})
