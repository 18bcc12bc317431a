// The clinician's room: an offer always ready for whoever comes, faces before anybody is let in, one talk.

import { chime } from "../console/chime.js"
import { showFacts } from "./facts_panel.js"
import { FreshServers } from "./fresh_servers.js"
import { watchLine } from "./line_quality.js"
import { OwnMedia } from "./own_media.js"
import { VisitPeer } from "./peer.js"
import { hearIt, showRemote, wakeSound } from "./remote_sound.js"
import { onAction, setFlag, setPressed, showView } from "./room_view.js"
import { VisitSocket } from "./socket.js"
import { showSeats } from "./waiting_seats.js"
import { keepScreenLit, letScreenSleep } from "./wake_lock.js"

const NEXT_SPARE_AFTER = 600
const SPARE_LIVES = 20 * 60_000

class ClinicianRoom extends HTMLElement {
  #socket
  #media
  #remote
  #sound
  #servers = new FreshServers(() => this.#socket.tell({ type: "ice" }))
  #room = { seats: [] }
  #peers = new Map()
  #spare = null
  #making = false
  #waiting = 0
  #talking = null
  #endWatch = null

  connectedCallback() {
    this.#remote = document.querySelector("#remote")
    this.#sound = document.querySelector('[data-action="sound"]')
    this.#media = new OwnMedia(document.querySelector("#local"), () => this.#carry())
    this.#wire()
    this.#socket = new VisitSocket(this.dataset.socket, {
      page: crypto.randomUUID(),
      heard: (message) => this.#hear(message),
      changed: (state, code) => this.#lineChanged(state, code),
    })
    setInterval(() => this.#makeSpare(), SPARE_LIVES)
    this.#openMedia()
  }

  async #openMedia() {
    const opened = await this.#media.open()
    setFlag("own-off", Boolean(opened.fault))
    if (!opened.fault) hearIt(this.#remote, this.#sound)
  }

  #hear(message) {
    if (message.type === "welcome") this.#welcomed(message)
    else if (message.type === "room") this.#update(message.room)
    else if (message.type === "ice") this.#servers.take(message.servers)
    else if (message.type === "refused") this.#say(message.message)
    else if (message.type === "signal") this.#signalled(message)
  }

  async #welcomed({ room, ice }) {
    this.#servers.take(ice)
    this.#update(room)
    if (this.#spare && this.#peers.has(this.#spare.id)) this.#tellSpare()
    else await this.#makeSpare()
  }

  // The offer for whoever comes next. It carries no picture of ours: nothing flows before Admit.
  async #makeSpare() {
    if (this.#making || this.#room.ended) return
    this.#making = true
    const old = this.#spare
    const spare = this.#newPeer(crypto.randomUUID(), await this.#servers.get())
    spare.offered = await spare.prepare()
    this.#making = false
    this.#spare = spare
    this.#tellSpare()
    if (old && !this.#seatOf(old.id)) this.#forget(old)
  }

  #tellSpare() {
    this.#socket.tell({ type: "offer", peer: this.#spare.id, sdp: this.#spare.offered })
  }

  #newPeer(id, servers) {
    const peer = new VisitPeer({
      id,
      polite: false,
      servers,
      send: (signal) => this.#signal(id, signal),
      arrived: () => this.#show(),
      changed: (state) => this.#peerChanged(peer, state),
      refresh: () => this.#servers.get(),
    })
    this.#peers.set(id, peer)
    return peer
  }

  #signal(id, signal) {
    const seat = this.#seatOf(id)
    if (seat) this.#socket.signal({ seat: seat.id, peer: id, ...signal })
  }

  #signalled(message) {
    if (message.about) return this.#toldAbout(message.about)
    this.#peers.get(message.peer)?.take(message)
  }

  #update(room) {
    this.#room = room
    const wanted = new Set(room.seats.map(({ peer }) => peer))
    for (const [id, peer] of this.#peers) {
      const isOld = peer !== this.#spare && !wanted.has(id) && peer.wasTaken
      if (isOld) this.#forget(peer)
    }
    for (const seat of room.seats) this.#bind(seat)
    this.#carry()
    this.#show()
  }

  #bind(seat) {
    const peer = this.#peers.get(seat.peer)
    if (!seat.peer || peer?.wasTaken) return
    if (!peer) return this.#socket.tell({ type: "again", seat: seat.id })
    peer.wasTaken = true
    peer.release()
    if (peer !== this.#spare) return
    this.#spare = null
    // Not at once: the one who came has the machine to themselves until their picture stands.
    setTimeout(() => this.#makeSpare(), NEXT_SPARE_AFTER)
  }

  // Sound and picture go to the admitted seat alone.
  #carry() {
    for (const seat of this.#room.seats) {
      if (seat.state !== "admitted") continue
      this.#peers.get(seat.peer)?.carry(this.#media.audio, this.#media.video)
      this.#tellAbout(seat.peer)
    }
  }

  #tellAbout(id) {
    const peer = this.#peers.get(id)
    const about = JSON.stringify(this.#media.about)
    if (!peer || peer.toldAbout === about) return
    peer.toldAbout = about
    this.#signal(id, { about: this.#media.about })
  }

  #show() {
    const { seats, ended } = this.#room
    const admitted = this.#admitted()
    const stream = admitted && this.#peers.get(admitted.peer)?.stream
    const list = document.querySelector("[data-seats]")
    const count = showSeats(list, seats, (id) => this.#streamOf(id), (id) => this.#admit(id))
    if (count > this.#waiting && this.dataset.aloud === "yes") chime()
    this.#waiting = count
    showFacts(this.#room)
    setFlag("somebody-waits", seats.some(({ state }) => state === "claimed"))
    setFlag("nobody", !seats.length && !ended)
    showView(ended ? "ended" : "open")
    setFlag("talking", Boolean(admitted))
    setFlag("quiet", !admitted)
    this.#showLineOf(admitted && this.#peers.get(admitted.peer))
    if (!stream || ended) return
    showRemote(this.#remote, stream)
    hearIt(this.#remote, this.#sound)
  }

  #streamOf(seatId) {
    const seat = this.#room.seats.find(({ id }) => id === seatId)
    return this.#peers.get(seat?.peer)?.stream
  }

  #admit(seat) {
    this.#socket.say({ type: "admit", seat })
    keepScreenLit()
  }

  #peerChanged(peer, state) {
    const seat = this.#seatOf(peer.id)
    if (!seat) return
    this.#socket.tell({ type: "state", seat: seat.id, pc: state })
    if (state !== "connected") this.#socket.check()
    this.#show()
  }

  // How the line of the talk stands, and from its first moment a watch on its quality.
  #showLineOf(peer) {
    const lost = peer ? ["disconnected", "failed"].includes(peer.state) : false
    setFlag("connected", peer?.state === "connected")
    setFlag("finding", lost || Boolean(this.#admitted()?.reconnecting && peer?.state !== "connected"))
    document.querySelector(".room").dataset.line = lost ? "lost" : "good"
    if (peer === this.#talking || (peer && peer.state !== "connected")) return
    this.#endWatch?.()
    this.#talking = peer
    this.#endWatch = peer && watchLine(peer, (paused) => setFlag("thin", paused))
  }

  #admitted() {
    return this.#room.seats.find(({ state }) => state === "admitted")
  }

  #toldAbout({ audio, video }) {
    setFlag("other-muted", !audio)
    setFlag("other-picture-off", !video)
  }

  #seatOf(peerId) {
    return this.#room.seats.find(({ peer }) => peer === peerId)
  }

  #forget(peer) {
    this.#socket.forget(peer.id)
    this.#peers.delete(peer.id)
    peer.close()
  }

  #say(words) {
    const place = document.querySelector("[data-said]")
    place.textContent = words
  }

  #lineChanged(state, code) {
    setFlag("line-lost", state === "lost")
    if (state !== "over") return
    for (const peer of [...this.#peers.values()]) this.#forget(peer)
    this.#spare = null
    this.#media.close()
    letScreenSleep()
    showView(code === 4409 ? "elsewhere" : "asleep")
  }

  #wire() {
    onAction("mute", (event, button) => {
      const muted = button.getAttribute("aria-pressed") !== "true"
      this.#media.mute(muted)
      setPressed("mute", muted)
    })
    onAction("camera", (event, button) => {
      const off = button.getAttribute("aria-pressed") !== "true"
      this.#media.hidePicture(off)
      setPressed("camera", off)
    })
    onAction("self", (event, button) => {
      const shown = button.getAttribute("aria-pressed") !== "true"
      document.querySelector("#local").hidden = !shown
      setPressed("self", shown)
    })
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
