// The patient's room: who is here, what is shown, one connection to the clinician at a time.

import { cameraFault, cameraPermission, hasTwoCameras } from "./camera.js"
import { FreshServers } from "./fresh_servers.js"
import { lookedAt, onFirstTouch } from "./human_signal.js"
import { watchLine } from "./line_quality.js"
import { Marks } from "./marks.js"
import { Mesh } from "./mesh.js"
import { OwnMedia } from "./own_media.js"
import { VisitPeer, warmUp } from "./peer.js"
import { STEADY_FOR, forget, postOnceHeard, showCut } from "./posting.js"
import { hearIt, showRemote, wakeSound } from "./remote_sound.js"
import { wireRoomButtons } from "./room_buttons.js"
import { dropFlag, setFlag, showFault, showView, shownView } from "./room_view.js"
import { VisitSocket } from "./socket.js"
import { showAbout } from "./talk_line.js"
import { TalkWatch } from "./talk_watch.js"
import { keepScreenLit, letScreenSleep } from "./wake_lock.js"

class VisitRoom extends HTMLElement {
  #start
  #state
  #socket
  #peer = null
  #mesh = null
  #line = null
  #media
  #remote
  #sound
  #claiming = null
  #planned = null
  #marks = new Marks((said) => this.#socket?.tell(said))
  #servers = new FreshServers(() => this.#socket.tell({ type: "ice" }))
  #watch = new TalkWatch(
    () => this.#socket.check(),
    () => this.#socket.tell({ type: "again" }),
  )

  connectedCallback() {
    this.#start = JSON.parse(this.dataset.start)
    this.#state = this.#start.state
    this.#remote = document.querySelector("#remote")
    this.#sound = document.querySelector('[data-action="sound"]')
    const local = document.querySelector("#local")
    this.#media = new OwnMedia(local, () => this.#send())
    local.addEventListener("loadeddata", () => this.#marks.note("preview"))
    this.#remote.addEventListener("loadeddata", () => this.#marks.note("remote"))
    wireRoomButtons(this, this.#media)
    this.#marks.note("usable")
    if (this.#state === "ended") return showView("ended")
    if (this.#state === "left") return showView("elsewhere")
    if (this.dataset.provider === "external") return
    if (document.querySelector('[data-said="driving"]')) return showView("driving")
    this.#join()
  }

  // A person is there: tell the clinic, and answer the clinician's offer if one waits.
  claim() {
    this.#claiming ??= this.#claim()
    return this.#claiming
  }

  async openMedia() {
    setFlag("asking", true)
    const opened = await this.#media.open()
    setFlag("asking", false)
    if (opened.fault) {
      this.#marks.fault(opened.fault)
      return opened
    }
    this.#marks.note("allow")
    if (!this.#media.video) this.#marks.note("preview")
    setFlag("has-sound", true)
    setFlag("has-picture", Boolean(this.#media.video))
    setFlag("voice-only", !this.#media.video)
    if (shownView() === "fault") showView("waiting")
    hearIt(this.#remote, this.#sound)
    hasTwoCameras().then((two) => (document.querySelector('[data-action="flip"]').hidden = !two))
    return opened
  }

  about() {
    const about = JSON.stringify(this.#media.about)
    if (!this.#peer || this.#peer.toldAbout === about) return
    this.#peer.toldAbout = about
    this.#socket.signal({ peer: this.#peer.id, about: this.#media.about })
  }

  leave() {
    postOnceHeard("leave", this.dataset.leaving)
    this.#finish("left")
  }

  stepBack() {
    this.#claiming = null
    forget(this)
    this.#dropPeer()
    showView("driving")
  }

  comeBack() {
    showView("waiting")
    if (!this.#socket) this.#join()
    this.claim()
  }

  // Bring the visit to this page; one that was left starts over, without another tap.
  async takeOver() {
    if (this.#state === "left") {
      await postOnceHeard(this, this.dataset.claim)
      return location.reload()
    }
    showView(this.#state === "admitted" ? "call" : "waiting")
    this.#socket.again()
  }

  async #join() {
    keepScreenLit()
    const page = crypto.randomUUID()
    this.#socket = new VisitSocket(this.dataset.socket, {
      page,
      post: this.dataset.signals,
      heard: (message) => this.#hear(message),
      changed: (state, code) => this.#lineChanged(state, code),
    })
    this.#mesh = new Mesh({ page, socket: this.#socket, media: this.#media, servers: this.#servers })
    this.#watchPage()
    const wasHere = this.#state === "claimed" || this.#state === "admitted"
    if (wasHere) this.#claiming = this.#start.sdp ? this.#answer(this.#start) : this.#claim()
    else onFirstTouch(() => this.claim())
    if (this.#start.sdp) await this.#claiming // the answer first: it is what the other side waits for
    const before = await cameraPermission()
    const fault = cameraFault()
    const opened = fault ? { fault } : await this.openMedia()
    if (fault) this.#marks.fault(fault)
    if (opened.fault) return showFault(opened.fault)
    if (this.#claiming) return
    if (before === "prompt" && (await lookedAt())) return this.claim()
    setFlag("untouched", !this.#claiming)
  }

  async #claim() {
    this.#marks.note("join")
    setTimeout(() => {
      dropFlag("untouched")
      setFlag("present", true)
    }, STEADY_FOR)
    const answer = await postOnceHeard(this, this.dataset.claim)
    if (!answer) return
    if (!answer.state || answer.state === "refused" || answer.state === "unknown") {
      this.#claiming = null
      return
    }
    this.#be(answer.state)
    if (answer.sdp) await this.#answer(answer)
  }

  async #answer({ peer, sdp, ice }) {
    if (this.#peer?.id === peer) return
    this.#dropPeer()
    this.#servers.take(ice)
    this.#peer = new VisitPeer({
      id: peer,
      polite: true,
      servers: ice,
      send: (signal) => this.#socket.signal({ peer, ...signal }),
      arrived: (stream) => showRemote(this.#remote, stream),
      changed: (state) => this.#peerChanged(state),
      refresh: () => this.#servers.get(),
    })
    this.#peer.carry(this.#media.audio, this.#media.video)
    await this.#peer.answer(sdp)
    this.about()
  }

  #send() {
    this.#peer?.carry(this.#media.audio, this.#media.video)
    this.#mesh?.carry()
    if (this.#peer?.hasAnswered) this.about()
  }

  #hear(message) {
    if (message.type === "welcome" || message.type === "you") this.#told(message.you)
    else if (message.type === "offer") this.#answer(message)
    else if (message.type === "ice") this.#servers.take(message.servers)
    else if (message.type === "signal" && message.from) this.#mesh.take(message)
    else if (message.type === "signal" && message.peer === this.#peer?.id) {
      if (message.about) showAbout(message.about)
      else this.#peer.take(message)
    }
  }

  #told({ state, clinician, status, starts, beside }) {
    if (this.#state === "left") return
    this.#mesh.update(beside)
    this.#planned ??= starts
    // Moved or called off meanwhile: say where it went. Never in the middle of a talk.
    const isOff = status === "cancelled" || starts !== this.#planned
    if (isOff && state !== "admitted") return location.assign(this.dataset.planned)
    setFlag("knows", state !== "ghost" && clinician === "here")
    setFlag("calling", state !== "ghost" && clinician === "away")
    if (state === "ended") return this.#finish("ended")
    if (state === "left") return this.#finish("elsewhere")
    this.#be(state)
  }

  #be(state) {
    if (state === "admitted") this.#marks.note("both")
    if (state === "admitted" && this.#state !== "admitted") this.#watch.expectMedia()
    this.#state = state
    if (state === "admitted" && this.#peer?.state === "connected") this.#enterCall()
  }

  #peerChanged(state) {
    const connected = state === "connected"
    const lost = state === "disconnected" || state === "failed"
    this.#socket.tell({ type: "state", pc: state })
    if (lost) this.#watch.lost()
    if (!connected) return
    this.#watch.good()
    this.#line ??= watchLine(this.#peer, (paused) => setFlag("thin", paused))
    if (this.#state === "admitted") this.#enterCall()
  }

  #enterCall() {
    setFlag("talked", true)
    if (shownView() !== "phone") showView("call")
    if (this.#media.running) hearIt(this.#remote, this.#sound)
  }

  #lineChanged(state, code) {
    showCut(state === "lost")
    if (state !== "over") return
    this.#dropPeer()
    this.#mesh.close()
    showView(code === 4409 ? "elsewhere" : "asleep")
  }

  #watchPage() {
    addEventListener("online", () => this.#lookAgain())
    addEventListener("pageshow", (event) => event.persisted && this.#lookAgain())
    addEventListener("pagehide", () => {
      this.#marks.say()
      this.#socket.tell({ type: "bye" })
    })
    document.addEventListener("visibilitychange", () => document.hidden || this.#lookAgain())
  }

  #lookAgain() {
    this.#socket.check()
    this.#media.revive()
    wakeSound(this.#remote)
    this.#mesh.lookAgain()
    if (this.#peer && this.#peer.state !== "connected") this.#peer.restart()
  }

  #dropPeer() {
    this.#watch.stop()
    this.#line?.()
    this.#line = null
    if (this.#peer) this.#socket.forget(this.#peer.id)
    this.#peer?.close()
    this.#peer = null
  }

  #finish(view) {
    this.#state = "left"
    forget(this)
    this.#dropPeer()
    this.#mesh?.close()
    this.#media.close()
    letScreenSleep()
    if (view !== "elsewhere") this.#socket.close()
    showView(view)
  }
}

if (!cameraFault()) warmUp()
customElements.define("visit-room", VisitRoom)
