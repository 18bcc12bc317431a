// Tells that somebody waits: the tab's title, the app's badge, and a tone for staff who switched it on.

const TONES = [523.25, 659.25]
let tabTitle = null
let lastCount = 0

// aloud(): whether the tone is switched on.
export function tellWaiting(count, aloud) {
  tabTitle ??= document.title
  document.title = count ? `(${count}) ${tabTitle}` : tabTitle
  if (count) navigator.setAppBadge?.(count).catch(() => {})
  else navigator.clearAppBadge?.().catch(() => {})
  if (count > lastCount && aloud()) playTone()
  lastCount = count
}

export function playTone() {
  const context = new AudioContext()
  const loudness = context.createGain()
  loudness.connect(context.destination)
  TONES.forEach((pitch, place) => {
    const start = context.currentTime + place * 0.28
    const voice = new OscillatorNode(context, { frequency: pitch })
    voice.connect(loudness)
    loudness.gain.setValueAtTime(0, start)
    loudness.gain.linearRampToValueAtTime(0.2, start + 0.03)
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.26)
    voice.start(start)
    voice.stop(start + 0.27)
    voice.onended = () => place === TONES.length - 1 && context.close()
  })
}
