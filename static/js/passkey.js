// Signs in with a passkey, or makes one: asks the server, asks the device, answers the server.
//
// <passkey-ceremony data-ceremony="get|create" data-challenge="/…" data-answer="/…" data-…words>
//   <button hidden>…</button> <p role="status"></p>
// `data-fragment`: the address carries a token behind its #, which goes along with both posts.
// `data-beside`: without a button; offers passkeys in the list under the field with this id.

const passkeysWork = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential

// Two on one page share what stood behind the #.
let fragment = ""

customElements.define("passkey-ceremony", class extends HTMLElement {
  #token = ""
  #waiting = null

  connectedCallback() {
    if (this.dataset.fragment !== undefined) this.#takeToken()
    if (!passkeysWork) return this.#say(this.dataset.unsupported)
    if (this.dataset.beside) return this.#offerBeside()
    if (this.dataset.fragment !== undefined && !this.#token) return this.#say(this.dataset.incomplete)
    this.#button.addEventListener("click", this.#press)
    this.#button.hidden = false
  }

  disconnectedCallback() {
    this.#waiting?.abort()
  }

  get #button() {
    return this.querySelector("button")
  }

  // Out of the address before anything else can read it.
  #takeToken() {
    fragment = location.hash.slice(1) || fragment
    this.#token = fragment
    history.replaceState(null, "", location.pathname)
  }

  #press = async () => {
    this.#button.disabled = true
    this.#say("")
    try {
      await this.#run({})
    } catch (error) {
      this.#say(this.#wordsFor(error))
    }
    this.#button.disabled = false
  }

  // Waits under the field until somebody picks a passkey there; anything else leaves the page as it is.
  async #offerBeside() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
    this.#waiting = new AbortController()
    try {
      await this.#run({ mediation: "conditional", signal: this.#waiting.signal })
    } catch {
      this.#waiting = null
    }
  }

  async #run(how) {
    const asked = await this.#post(this.dataset.challenge, {})
    if (!asked) return
    const credential = await this.#ask(asked.options, how)
    const answered = await this.#post(this.dataset.answer, { credential: credential.toJSON() })
    if (answered?.address) this.#go(answered.address)
    else if (answered?.unknown) this.#forget(asked.options.rpId, credential.id)
  }

  // Whoever listens may know a better place to go on.
  #go(address) {
    const letIn = new CustomEvent("let-in", { bubbles: true, cancelable: true, detail: address })
    if (this.dispatchEvent(letIn)) location.replace(address)
  }

  #ask(options, how) {
    if (this.dataset.ceremony === "create") {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
      return navigator.credentials.create({ publicKey, ...how })
    }
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    return navigator.credentials.get({ publicKey, ...how })
  }

  async #post(address, content) {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(this.#token ? { t: this.#token, ...content } : content),
    })
    if (response.status !== 422 && !response.ok) throw new TypeError("not now")
    const answer = await response.json()
    if (answer.message) this.#say(answer.message)
    return response.ok || answer.unknown ? answer : null
  }

  // The list of passkeys on this device no longer offers one that opens nothing.
  #forget(rpId, credentialId) {
    PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId }).catch(() => {})
  }

  #wordsFor(error) {
    if (error.name === "InvalidStateError") return this.dataset.known
    return error instanceof TypeError ? this.dataset.later : this.dataset.cancelled
  }

  #say(words) {
    const line = this.querySelector("[role=status]")
    if (line) line.textContent = words ?? ""
  }
})
