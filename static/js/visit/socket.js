// The visit's line to the clinic: comes back by itself, and loses no signal on the way.

const PING_EVERY = 10_000
const PONG_WITHIN = 3_000
const BACK_OFF = [250, 500, 1_000, 2_000, 5_000]
const FINAL_CODES = [4401, 4404, 4409]
const MALFORMED = 4400
const COME_BACK = 1012 // the clinic's server is being renewed: everybody's, so not all at once
const WITHIN = 2_000

export class VisitSocket {
  #url
  #page
  #heard
  #changed
  #post
  #socket = null
  #since = null
  #count = 0
  #unheard = new Map()
  #presses = 0
  #pressed = new Map()
  #tries = 0
  #timers = { ping: 0, pong: 0, retry: 0 }
  #over = false

  // heard(message) gets every message; changed("open" | "lost" | "over", code) tells of the line.
  // post: where signals go that cannot wait until the line is open.
  constructor(path, { page, post, heard, changed }) {
    const url = new URL(path, location.href)
    url.protocol = url.protocol.replace("http", "ws")
    this.#url = url
    this.#page = page
    this.#post = post
    this.#heard = heard
    this.#changed = changed
    this.#open()
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  // What only matters now: dropped when the line is down.
  tell(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message))
  }

  // What somebody pressed: said now, and again whenever the line comes back, until the clinic has
  // taken it. A line may look open and lead nowhere.
  say(message) {
    const pressed = { ...message, said: ++this.#presses }
    this.#pressed.set(pressed.said, pressed)
    this.tell(pressed)
  }

  // What must arrive: numbered, kept until the clinic has it, sent again after a break.
  signal(message) {
    const numbered = { type: "signal", page: this.#page, n: ++this.#count, ...message }
    this.#unheard.set(numbered.n, numbered)
    if (this.isOpen) this.tell(numbered)
    else if (this.#post) this.#goAhead(numbered)
  }

  forget(peer) {
    for (const [n, message] of this.#unheard) if (message.peer === peer) this.#unheard.delete(n)
  }

  // Is the line really there? A phone that changed networks still believes so.
  check() {
    if (this.#over) return
    if (this.isOpen) this.#ping()
    else if (this.#socket?.readyState !== WebSocket.CONNECTING) this.#open()
  }

  // Take the visit back on this page after another one had it.
  again() {
    this.#over = false
    this.#since = null
    this.#open()
  }

  close() {
    this.#over = true
    this.#quiet()
    this.#socket?.close(1000)
  }

  #open() {
    this.#quiet()
    this.#drop()
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.onopen = () => {
      this.#tries = 0
      this.tell({ type: "hello", page: this.#page, since: this.#since })
      for (const unheard of this.#unheard.values()) this.tell(unheard)
      this.#schedulePing()
    }
    socket.onmessage = (event) => this.#take(JSON.parse(event.data))
    socket.onclose = (event) => this.#lost(event.code)
    this.#timers.pong = setTimeout(() => this.#lost(0), 2 * PONG_WITHIN)
  }

  #take(message) {
    clearTimeout(this.#timers.pong)
    if (message.type === "pong") return
    if (message.type === "ack") return void this.#unheard.delete(message.n)
    if (message.type === "taken") return void this.#pressed.delete(message.said)
    if (message.type === "signal") {
      if (message.number <= this.#since) return
      this.#since = message.number
    }
    if (message.type === "welcome") {
      this.#since ??= message.since
      this.#heard(message)
      for (const pressed of this.#pressed.values()) this.tell(pressed)
      return this.#changed("open")
    }
    this.#heard(message)
  }

  // A socket takes two round trips to open; this takes one. The clinic keeps what comes twice once.
  async #goAhead(message) {
    const answer = await fetch(this.#post, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    }).catch(() => null)
    if (answer?.ok) this.#unheard.delete(message.n)
  }

  #ping() {
    this.tell({ type: "ping" })
    clearTimeout(this.#timers.pong)
    this.#timers.pong = setTimeout(() => this.#lost(0), PONG_WITHIN)
    this.#schedulePing()
  }

  #schedulePing() {
    clearTimeout(this.#timers.ping)
    this.#timers.ping = setTimeout(() => this.#ping(), PING_EVERY)
  }

  #lost(code) {
    this.#quiet()
    this.#drop()
    if (this.#over) return
    if (FINAL_CODES.includes(code)) {
      this.#over = true
      return this.#changed("over", code)
    }
    if (code === MALFORMED) this.#pressed.clear() // said again, it would end the next line too
    this.#changed("lost")
    const wait = BACK_OFF[Math.min(this.#tries++, BACK_OFF.length - 1)]
    const spread = code === COME_BACK ? WITHIN * Math.random() : wait * (Math.random() / 2 - 0.25)
    this.#timers.retry = setTimeout(() => this.#open(), wait + spread)
  }

  #drop() {
    if (!this.#socket) return
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close()
    this.#socket = null
  }

  #quiet() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer)
  }
}
