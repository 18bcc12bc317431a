// One's own sound and picture: asked for once, muted, hidden, turned, brought back after an interruption.

import { openCamera, turnCamera, cameraEnded } from "./camera.js"

export class OwnMedia {
  #video
  #stream = null
  #voiceOnly = false
  #muted = false
  #pictureOff = false
  #facing = "user"

  // changed() is called whenever the tracks to send are other ones.
  constructor(video, changed) {
    this.#video = video
    this.changed = changed
  }

  get audio() {
    return this.#stream?.getAudioTracks()[0] ?? null
  }

  get video() {
    return this.#voiceOnly ? null : (this.#stream?.getVideoTracks()[0] ?? null)
  }

  get running() {
    return Boolean(this.#stream)
  }

  // What the other side should know about it.
  get about() {
    return { audio: !this.#muted, video: Boolean(this.video) && !this.#pictureOff }
  }

  async open() {
    const opened = await openCamera({ voiceOnly: this.#voiceOnly })
    if (opened.fault) return opened
    this.#stream = opened.stream
    for (const track of opened.stream.getTracks()) {
      track.addEventListener("ended", () => document.hidden || this.revive())
    }
    this.#apply()
    return opened
  }

  // Tracks may be dead after a phone call or a long lock.
  async revive() {
    if (!this.#stream || !cameraEnded(this.#stream)) return
    for (const track of this.#stream.getTracks()) track.stop()
    await this.open()
  }

  mute(on) {
    this.#muted = on
    this.#apply()
  }

  hidePicture(on) {
    this.#pictureOff = on
    this.#apply()
  }

  keepVoiceOnly() {
    this.#voiceOnly = true
    for (const track of this.#stream?.getVideoTracks() ?? []) {
      track.stop()
      this.#stream.removeTrack(track)
    }
    this.#apply()
  }

  async flip() {
    if (!this.video) return
    this.#facing = this.#facing === "user" ? "environment" : "user"
    await turnCamera(this.#stream, this.#facing).catch(() => this.revive())
    this.#video.dataset.facing = this.#facing === "user" ? "towards" : "away"
    this.#apply()
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    this.#stream = null
    this.#video.srcObject = null
  }

  #apply() {
    if (this.audio) this.audio.enabled = !this.#muted
    if (this.video) this.video.enabled = !this.#pictureOff
    if (this.#video.srcObject !== this.#stream) {
      this.#video.srcObject = this.#stream
      this.#video.play().catch(() => {})
    }
    this.changed()
  }
}
