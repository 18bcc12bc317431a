// A recorder that hears half an hour in a minute: real Opus in real WebM, slice by slice, as a browser
// hands it over. Every slice is a tone of its own, higher than the one before, so that what is
// played shows what is in it. The page's stopwatch runs as fast.
(() => {
  const FASTER = 30
  const RATE = 48_000
  const LOWEST = 300
  const STEP = 20 // Hz from one slice to the next

  const now = performance.now.bind(performance)
  performance.now = () => now() * FASTER

  window.MediaRecorder = class extends EventTarget {
    static isTypeSupported = (type) => type.startsWith("audio/webm")
    mimeType = "audio/webm;codecs=opus"
    state = "inactive"
    #made = 0
    #work = Promise.resolve()

    constructor(stream) {
      super()
      this.stream = stream
    }

    start(length) {
      this.state = "recording"
      this.length = length
      this.#encoder = new AudioEncoder({
        output: (chunk, about) => {
          this.#head ??= beginning(new Uint8Array(about.decoderConfig.description))
          const sound = new Uint8Array(chunk.byteLength)
          chunk.copyTo(sound)
          this.#blocks.push({ at: chunk.timestamp / 1000, sound })
        },
        error: (problem) => console.error(problem),
      })
      this.#encoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: 1, bitrate: 32_000 })
      this.#timer = setInterval(() => this.state === "recording" && this.#hear(), length / FASTER)
    }

    pause() { this.state = "paused" }
    resume() { this.state = "recording" }
    requestData() {}

    stop() {
      this.state = "inactive"
      clearInterval(this.#timer)
      this.#work.then(() => this.onstop?.(new Event("stop")))
    }

    #encoder
    #timer
    #head
    #blocks = []

    #hear() {
      const place = this.#made
      this.#made += 1
      this.#work = this.#work.then(async () => {
        const frames = (this.length / 1000) * RATE
        const data = Float32Array.from({ length: frames }, (_, frame) => {
          return 0.5 * Math.sin((2 * Math.PI * (LOWEST + STEP * place) * frame) / RATE)
        })
        const about = { format: "f32", sampleRate: RATE, numberOfFrames: frames, numberOfChannels: 1 }
        this.#encoder.encode(new AudioData({ ...about, timestamp: place * this.length * 1000, data }))
        await this.#encoder.flush()
        const slice = joined(place === 0 ? this.#head : new Uint8Array(), cluster(this.#blocks))
        this.#blocks = []
        this.ondataavailable?.({ data: new Blob([slice], { type: this.mimeType }) })
      })
    }
  }

  function beginning(about) {
    const track = element("ae", element("d7", [1]), element("73c5", [1]), element("83", [2]),
      element("86", words("A_OPUS")), element("63a2", about),
      element("e1", element("b5", decimal(RATE)), element("9f", [1])))
    return joined(
      element("1a45dfa3", element("4286", [1]), element("42f7", [1]), element("42f2", [4]),
        element("42f3", [8]), element("4282", words("webm")), element("4287", [4]), element("4285", [2])),
      hex("18538067"), hex("01ffffffffffffff"), // a segment whose end nobody knows yet
      element("1549a966", element("2ad7b1", number(1_000_000, 3)), element("4d80", words("t")), element("5741", words("t"))),
      element("1654ae6b", track),
    )
  }

  function cluster(blocks) {
    const start = Math.round(blocks[0].at)
    return element("1f43b675", element("e7", number(start, 4)), ...blocks.map(({ at, sound }) => {
      return element("a3", [0x81], number(Math.round(at) - start, 2), [0x80], sound)
    }))
  }

  function element(id, ...content) {
    const body = joined(...content)
    return joined(hex(id), number(0x10000000 + body.length, 4), body)
  }

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    parts.reduce((at, part) => { whole.set(part, at); return at + part.length }, 0)
    return whole
  }

  function number(value, length) {
    return Uint8Array.from({ length }, (_, place) => Math.floor(value / 256 ** (length - 1 - place)) % 256)
  }

  function decimal(value) {
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, value)
    return new Uint8Array(view.buffer)
  }

  function hex(text) { return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16)) }
  function words(text) { return new TextEncoder().encode(text) }
})()
