// What somebody tapped is said until the clinic answers: the signal may be gone for just that moment.

import { setFlag } from "./room_view.js"

const AGAIN = 2_000
const ANSWERED_WITHIN = 10_000 // a line may look open and lead nowhere
export const STEADY_FOR = 400 // nothing may move under the finger that is still down
const NOTHING_KEPT = [429, 502, 503, 504] // come again, says the clinic, or the proxy before it

const taps = new Map()
const unheard = new Set()
let isCut = false

// Whether the room's own line is gone. The page says so, and also while a tap waits to be heard.
export function showCut(cut) {
  isCut = cut
  show()
}

// Once. `unreached`: nobody took it, as far as can be told.
export async function postQuietly(address, fields) {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), ANSWERED_WITHIN)
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(fields),
      keepalive: true,
      signal: patience.signal,
    })
    if (NOTHING_KEPT.includes(answer.status)) return { ok: false, unreached: true }
    return await answer.json()
  } catch (fault) {
    return { ok: false, unreached: !(fault instanceof SyntaxError) }
  } finally {
    clearTimeout(timer)
  }
}

// As often as it takes. A later tap of the same owner takes its place, as forget(owner) does: then null.
export async function postOnceHeard(owner, address, fields = {}) {
  const tap = Symbol()
  taps.set(owner, tap)
  let answer = await postQuietly(address, fields)
  while (answer.unreached && taps.get(owner) === tap) {
    unheard.add(tap)
    setTimeout(show, STEADY_FOR)
    await new Promise((resume) => setTimeout(resume, AGAIN))
    if (taps.get(owner) === tap) answer = await postQuietly(address, fields)
  }
  unheard.delete(tap)
  show()
  return taps.get(owner) === tap ? answer : null
}

export function forget(owner) {
  taps.delete(owner)
}

function show() {
  setFlag("line-lost", isCut || unheard.size > 0)
}
