// A spoken note may have several parts: what a reload or a call cut short, and what was said after.

const PATIENT_FOR = 2_000

// The next part follows by itself; a second one that is started ends the first.
export function playInTurn(sounds) {
  sounds.forEach((sound, place) => {
    knowLength(sound)
    sound.addEventListener("ended", () => sounds[place + 1]?.play())
    sound.addEventListener("play", () => {
      for (const other of sounds) if (other !== sound) other.pause()
    })
  })
}

// Seconds, also where the recorder wrote none into the file. Some phones open no sound before it is
// played: then `otherwise` has to do.
export async function lengthOf(blob, otherwise) {
  const sound = new Audio()
  const address = URL.createObjectURL(blob)
  try {
    return await new Promise((resolve, reject) => {
      sound.onerror = reject
      setTimeout(reject, PATIENT_FOR)
      sound.ondurationchange = () => Number.isFinite(sound.duration) && resolve(sound.duration)
      knowLength(sound)
      sound.preload = "metadata"
      sound.src = address
    })
  } catch {
    return otherwise
  } finally {
    URL.revokeObjectURL(address)
  }
}

// A recorder does not know the end when it writes the beginning. Going there once finds it out.
function knowLength(sound) {
  const look = () => {
    if (sound.duration !== Infinity) return
    sound.addEventListener("durationchange", () => (sound.currentTime = 0), { once: true })
    sound.currentTime = Number.MAX_SAFE_INTEGER
  }
  if (sound.readyState >= HTMLMediaElement.HAVE_METADATA) look()
  else sound.addEventListener("loadedmetadata", look, { once: true })
}

// Plays blobs as one note, from its beginning. changed(isPlaying, seconds) hears how far it is.
export class PartsPlayer {
  #sounds
  #changed

  constructor(blobs, changed) {
    this.#changed = changed
    this.#sounds = blobs.map((blob) => new Audio(URL.createObjectURL(blob)))
    playInTurn(this.#sounds)
    for (const sound of this.#sounds) {
      for (const kind of ["play", "pause", "timeupdate"]) sound.addEventListener(kind, () => this.#tell())
    }
    this.#sounds.at(-1).addEventListener("ended", () => this.stop())
  }

  play() {
    return this.#sounds[0].play()
  }

  stop() {
    for (const sound of this.#sounds) {
      sound.pause()
      URL.revokeObjectURL(sound.src)
    }
    this.#sounds = []
    this.#changed(false, 0)
  }

  #tell() {
    const now = this.#sounds.findIndex((sound) => !sound.paused)
    if (now < 0) return
    const before = this.#sounds.slice(0, now).reduce((sum, { duration }) => sum + duration, 0)
    this.#changed(true, before + this.#sounds[now].currentTime)
  }
}
