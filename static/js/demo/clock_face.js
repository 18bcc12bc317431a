// Lets the clock's face run through the time that was pushed, so that the push is felt.

const TAKES = 1_100
const WORTH_SHOWING = 2 * 60_000
const still = matchMedia("(prefers-reduced-motion: reduce)")

// `time` shows the new moment already; `before` is the moment it showed last.
export function runClockTo(time, before) {
  const from = Date.parse(before)
  const to = Date.parse(time.dateTime)
  if (still.matches || !(to - from > WORTH_SHOWING)) return
  const words = time.textContent
  const began = performance.now()
  const face = new Intl.DateTimeFormat(time.dataset.language, {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZone: time.dataset.zone,
  })
  step(began)

  function step(at) {
    if (!time.isConnected) return
    const share = Math.min(1, (at - began) / TAKES)
    if (share === 1) {
      time.textContent = words
      return
    }
    const eased = 1 - (1 - share) ** 3
    time.textContent = face.format(from + (to - from) * eased).replace(/ [AP]M$/, (half) => half.toLowerCase())
    requestAnimationFrame(step)
  }
}
