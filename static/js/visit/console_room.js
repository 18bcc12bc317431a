// The clinician's room: who waits is seen before being let in, then one talk.

import { chime } from "../console/chime.js"
import { showFacts } from "./facts_panel.js"
import { Offering } from "./offering.js"
import { OwnMedia } from "./own_media.js"
import { hearIt, showRemote, wakeSound } from "./remote_sound.js"
import { onAction, setFlag, showView } from "./room_view.js"
import { VisitSocket } from "./socket.js"
import { wireSwitches } from "./switches.js"
import { TalkLine, showAbout } from "./talk_line.js"
import { drawTile } from "./tiles.js"
import { showSeats } from "./waiting_seats.js"
import { keepScreenLit, letScreenSleep } from "./wake_lock.js"

class ClinicianRoom extends HTMLElement {
  #socket
  #offering
  #media
  #remote
  #sound
  #room = { seats: [] }
  #waiting = 0
  #tiles = new Map()
  #line = new TalkLine()

  connectedCallback() {
    this.#remote = document.querySelector("#remote")
    this.#sound = document.querySelector('[data-action="sound"]')
    this.#media = new OwnMedia(document.querySelector("#local"), () => this.#carry())
    this.#socket = new VisitSocket(this.dataset.socket, {
      page: crypto.randomUUID(),
      heard: (message) => this.#hear(message),
      changed: (state, code) => this.#lineChanged(state, code),
    })
    this.#offering = new Offering(this.#socket, {
      arrived: () => this.#show(),
      changed: (peer) => this.#peerChanged(peer),
    })
    this.#wire()
    this.#openMedia()
  }

  // The patient first: theirs is the large picture. Guests stand beside it, or alone.
  get #inside() {
    const inside = this.#room.seats.filter(({ state }) => state === "admitted")
    return inside.sort((one, other) => one.guest - other.guest)
  }

  get #admitted() {
    return this.#inside[0]
  }

  async #openMedia() {
    const opened = await this.#media.open()
    setFlag("own-off", Boolean(opened.fault))
    if (!opened.fault) hearIt(this.#remote, this.#sound)
  }

  #hear(message) {
    if (message.type === "room") this.#update(message.room)
    else if (message.type === "ice") this.#offering.servers.take(message.servers)
    else if (message.type === "refused") document.querySelector("[data-said]").textContent = message.message
    else if (message.type === "signal") this.#signalled(message)
    else if (message.type === "welcome") {
      this.#offering.servers.take(message.ice)
      this.#update(message.room)
      if (!message.room.ended) this.#offering.open()
    }
  }

  #signalled(message) {
    if (!message.about) return this.#offering.take(message)
    if (message.seat === this.#admitted?.id) showAbout(message.about)
  }

  #update(room) {
    this.#room = room
    this.#offering.update(room.seats)
    if (room.ended) this.#stop()
    this.#carry()
    this.#show()
  }

  // Sound and picture go to those alone who were let in.
  #carry() {
    for (const seat of this.#inside) {
      this.#offering?.of(seat)?.carry(this.#media.audio, this.#media.video)
      this.#offering?.tellAbout(seat, this.#media.about)
    }
  }

  #showGuests() {
    const guests = this.#room.ended ? [] : this.#inside.slice(1)
    for (const [id, tile] of this.#tiles) {
      if (guests.some((seat) => seat.id === id)) continue
      tile.remove()
      this.#tiles.delete(id)
    }
    for (const seat of guests) {
      const peer = this.#offering.of(seat)
      const tile = this.#tiles.get(seat.id) ?? drawTile(seat.name)
      this.#tiles.set(seat.id, tile)
      if (!peer) continue
      tile.show(peer.stream)
      tile.tell(peer.state)
    }
  }

  #show() {
    const { seats, ended } = this.#room
    const talk = this.#offering.of(this.#admitted)
    this.#showWaiting(seats)
    this.#showGuests()
    showFacts(this.#room)
    setFlag("nobody", !seats.length && !ended)
    setFlag("talking", Boolean(this.#admitted))
    setFlag("quiet", !this.#admitted)
    showView(ended ? "ended" : "open")
    this.#line.show(talk, Boolean(this.#admitted?.reconnecting))
    if (!talk || ended) return
    showRemote(this.#remote, talk.stream)
    hearIt(this.#remote, this.#sound)
  }

  #showWaiting(seats) {
    const count = showSeats(
      document.querySelector("[data-seats]"),
      seats,
      (seat) => this.#offering.of(seat)?.stream,
      (id) => this.#admit(id),
    )
    if (count > this.#waiting && this.dataset.aloud === "yes") chime()
    this.#waiting = count
    setFlag("somebody-waits", seats.some(({ state }) => state === "claimed"))
  }

  #admit(seat) {
    this.#socket.say({ type: "admit", seat })
    keepScreenLit()
  }

  #peerChanged(peer) {
    const seat = this.#room.seats.find((each) => each.peer === peer.id)
    if (!seat) return
    this.#socket.tell({ type: "state", seat: seat.id, pc: peer.state })
    if (peer.state !== "connected") this.#socket.check()
    this.#show()
  }

  #lineChanged(state, code) {
    setFlag("line-lost", state === "lost")
    if (state !== "over") return
    this.#stop()
    showView(code === 4409 ? "elsewhere" : "asleep")
  }

  #stop() {
    this.#offering.close()
    this.#media.close()
    letScreenSleep()
  }

  #wire() {
    wireSwitches(this.#media)
    onAction("end", () => this.#socket.say({ type: "end" }))
    onAction("use-this", () => location.reload())
    onAction("again", () => this.#openMedia())
    // The desk's strip offers this very room; going there would cut the talk.
    document.addEventListener("click", (event) => {
      if (event.target.closest("a")?.pathname === location.pathname) event.preventDefault()
    })
    addEventListener("online", () => this.#lookAgain())
    addEventListener("pagehide", () => this.#socket.tell({ type: "bye" }))
    document.addEventListener("visibilitychange", () => document.hidden || this.#lookAgain())
  }

  #lookAgain() {
    this.#socket.check()
    this.#media.revive()
    wakeSound(this.#remote)
  }
}

customElements.define("clinician-room", ClinicianRoom)
