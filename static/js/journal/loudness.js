// How loud a voice is, as the light it makes; only where motion is welcome.

const FADING = 0.9 // from one picture to the next

// Sets --loudness on the place until the function it returns is called.
export function showLoudness(stream, place) {
  const isStill = document.documentElement.dataset.mood === "gentle"
  if (isStill || !matchMedia("(prefers-reduced-motion: no-preference)").matches) return () => {}
  const sound = new AudioContext()
  const meter = sound.createAnalyser()
  meter.fftSize = 512
  sound.createMediaStreamSource(stream).connect(meter)
  sound.resume()
  const waves = new Float32Array(meter.fftSize)
  let level = 0
  let frame = requestAnimationFrame(look)

  function look() {
    meter.getFloatTimeDomainData(waves)
    const peak = waves.reduce((most, wave) => Math.max(most, Math.abs(wave)), 0)
    level = Math.max(Math.min(1, peak * 2), level * FADING)
    place.style.setProperty("--loudness", level.toFixed(2))
    frame = requestAnimationFrame(look)
  }

  return () => {
    cancelAnimationFrame(frame)
    place.style.removeProperty("--loudness")
    sound.close()
  }
}
