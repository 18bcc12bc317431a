// Tells that a person is there: a touch, or a camera question that somebody answered.

const TOUCHES = ["pointerdown", "keydown", "touchstart"]
const FOCUS_WITHIN = 1_500
// Ways out of the room are no sign that one wants to be in it.
const WAYS_OUT = "a, [data-action=unsafe], [data-action=gentle], [data-action=not-today], [value=driving]"

// Calls back once, at the first touch anywhere on the page.
export function onFirstTouch(present) {
  const touched = (event) => {
    if (!event.isTrusted || event.target.closest?.(WAYS_OUT)) return
    for (const name of TOUCHES) removeEventListener(name, touched, true)
    present()
  }
  for (const name of TOUCHES) addEventListener(name, touched, { capture: true, passive: true })
}

// An answered question counts only in a page that somebody is looking at; focus may come back late.
export function lookedAt() {
  if (document.hidden) return Promise.resolve(false)
  if (document.hasFocus()) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(false), FOCUS_WITHIN)
    const focused = () => settle(true)
    const settle = (looking) => {
      clearTimeout(timer)
      removeEventListener("focus", focused)
      resolve(looking)
    }
    addEventListener("focus", focused)
  })
}
