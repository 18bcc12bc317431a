// Takes down one part of a spoken note, in slices that are handed over as they come: what was said
// is never only in memory. A lock, a call or a full phone ends the part and keeps what was said.
import { openCamera } from "../visit/camera.js"
import { keepScreenLit, letScreenSleep } from "../visit/wake_lock.js"

export const SLICE = 3_000
const LONGEST = 30 * 60_000
const BREATH = 1_500 // a change of headset mutes for a moment
const BITS_A_SECOND = 32_000 // plenty for a voice, and 30 minutes stay far below what may be sent
const SPOKEN_TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"]

// What may follow what. A press that comes at another time changes nothing.
const FOLLOWS = {
  idle: ["asking"],
  asking: ["recording", "refused", "ended"],
  recording: ["resting", "ending"],
  resting: ["recording", "ending"],
  ending: ["ended"],
}

export class Recorder {
  state = "idle"
  slices = 0
  #keep
  #changed
  #taker = null
  #track = null
  #saving = Promise.resolve()
  #lost = false
  #why = null
  #spoken = 0
  #since = 0
  #sliceAt = 0
  #ended
  #whenEnded = new Promise((resolve) => (this.#ended = resolve))

  // keep(number, blob) stores a slice or throws. changed(state, why) hears of every new state; why
  // is a fault of the microphone for "refused" and, for "ended", null, "interrupted", "full" or "long".
  constructor({ keep, changed }) {
    this.#keep = keep
    this.#changed = changed
  }

  static isPossible() {
    return Boolean(window.MediaRecorder && navigator.mediaDevices?.getUserMedia && spokenType())
  }

  get stream() {
    return this.#taker?.stream
  }

  get mediaType() {
    return this.#taker?.mimeType || spokenType()
  }

  get seconds() {
    const running = this.state === "recording" ? performance.now() - this.#since : 0
    return Math.round((this.#spoken + running) / 1000)
  }

  async begin() {
    if (!this.#go("asking")) return
    const { stream, fault } = await openCamera({ voiceOnly: true })
    if (fault) return this.#refuse(fault)
    // Somebody who has gone on meanwhile does not want to be heard any more.
    if (this.state !== "asking") return letGoOf(stream)
    try {
      this.#take(stream)
    } catch {
      letGoOf(stream)
      this.#refuse("unsupported")
    }
  }

  pause() {
    if (!this.#go("resting")) return
    this.#taker.pause()
    this.#taker.requestData()
    this.#track.enabled = false
  }

  goOn() {
    if (this.state !== "resting") return
    if (this.#isDead()) return this.end("interrupted")
    this.#track.enabled = true
    this.#taker.resume()
    this.#sliceAt = performance.now()
    this.#go("recording")
  }

  // Resolves when the last slice is stored.
  end(why = null) {
    if (this.state === "asking") this.#finish()
    if (this.#go("ending")) {
      this.#why ??= why
      if (this.#taker.state === "inactive") this.#finish()
      else this.#taker.stop()
    }
    return this.#whenEnded
  }

  #take(stream) {
    const [track] = stream.getAudioTracks()
    this.#track = track
    this.#taker = new MediaRecorder(stream, { mimeType: spokenType(), audioBitsPerSecond: BITS_A_SECOND })
    this.#taker.ondataavailable = ({ data }) => this.#slice(data)
    this.#taker.onerror = () => this.end("interrupted")
    this.#taker.onstop = () => this.#finish()
    track.onended = () => this.end("interrupted")
    track.onmute = () => setTimeout(() => track.muted && this.end("interrupted"), BREATH)
    document.addEventListener("visibilitychange", this.#lookAfterIt)
    addEventListener("pagehide", this.#hurry)
    this.#taker.start(SLICE)
    this.#sliceAt = performance.now()
    this.#go("recording")
  }

  // Slices are stored one after the other; after one that could not be, none: a gap cannot be played.
  #slice(blob) {
    this.#sliceAt = performance.now()
    if (blob.size) {
      this.#saving = this.#saving.then(async () => {
        if (this.#lost) return
        await this.#keep(this.slices, blob)
        this.slices += 1
      }).catch(() => {
        this.#lost = true
        this.#why = "full"
        this.end()
      })
    }
    if (this.#spoken + performance.now() - this.#since > LONGEST && this.state === "recording") this.end("long")
  }

  #hurry = () => {
    if (this.#taker.state !== "inactive") this.#taker.requestData()
  }

  // A locked phone stops the microphone, or the page itself, without a word to anybody.
  #lookAfterIt = () => {
    if (document.hidden) return this.#hurry()
    const isSilent = this.state === "recording" && performance.now() - this.#sliceAt > 3 * SLICE
    if (this.#isDead() || isSilent) this.end("interrupted")
  }

  #isDead() {
    return this.#track.readyState === "ended" || this.#track.muted || this.#taker.state === "inactive"
  }

  #refuse(fault) {
    if (!this.#go("refused", fault)) return
    this.#ended()
  }

  async #finish() {
    if (this.#taker) {
      if (this.#go("ending")) this.#why ??= "interrupted" // nobody pressed anything
      if (this.state !== "ending") return
      document.removeEventListener("visibilitychange", this.#lookAfterIt)
      removeEventListener("pagehide", this.#hurry)
      letGoOf(this.#taker.stream)
      await this.#saving
    }
    this.#go("ended", this.#why)
    this.#ended()
  }

  #go(state, why = null) {
    if (!FOLLOWS[this.state]?.includes(state)) return false
    if (this.state === "recording") this.#spoken += performance.now() - this.#since
    if (state === "recording") this.#since = performance.now()
    if (state === "recording") keepScreenLit()
    else letScreenSleep()
    this.state = state
    this.#changed(state, why)
    return true
  }
}

function spokenType() {
  return SPOKEN_TYPES.find((type) => MediaRecorder.isTypeSupported(type))
}

function letGoOf(stream) {
  for (const track of stream.getTracks()) track.stop()
}
