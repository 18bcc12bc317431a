// Two soft notes. Silent until somebody has touched the page: browsers see to that.
let room

export function chime() {
  room ??= new AudioContext()
  room.resume()
  for (const [pitch, after] of [[659, 0], [880, 0.22]]) {
    const tone = room.createOscillator()
    const loudness = room.createGain()
    const at = room.currentTime + after
    tone.frequency.value = pitch
    loudness.gain.setValueAtTime(0, at)
    loudness.gain.linearRampToValueAtTime(0.25, at + 0.02)
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.6)
    tone.connect(loudness).connect(room.destination)
    tone.start(at)
    tone.stop(at + 0.65)
  }
}
