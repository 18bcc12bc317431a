// What was typed in this tab, sealed: without the session's key, which no page keeps, nobody reads it.

const TYPED = "desk-typed"
const LIFTED = "desk-lifted"

// The other tabs of this browser: one session, one cover.
export const otherTabs = new BroadcastChannel("desk")

export function keyFrom(words) {
  return crypto.subtle.importKey("raw", fromBase64(words), "AES-GCM", false, ["encrypt", "decrypt"])
}

export async function keep(key, page) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const plain = new TextEncoder().encode(JSON.stringify(page))
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain)
  try {
    sessionStorage.setItem(TYPED, `${toBase64(iv)} ${toBase64(new Uint8Array(sealed))}`)
  } catch {
    // a browser that keeps nothing keeps no typing either
  }
}

// What was kept, or null: nothing, or somebody else's.
export async function kept(key) {
  const [iv, sealed] = (sessionStorage.getItem(TYPED) ?? "").split(" ")
  if (!sealed) return null
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(iv) }, key, fromBase64(sealed))
    return JSON.parse(new TextDecoder().decode(plain))
  } catch {
    return null
  }
}

export const somethingLies = () => sessionStorage.getItem(TYPED) !== null

export function clearAway() {
  sessionStorage.removeItem(TYPED)
}

// From the cover to the page that it fell on: once.
export function noteLifted() {
  sessionStorage.setItem(LIFTED, "yes")
}

export function wasLifted() {
  const lifted = sessionStorage.getItem(LIFTED) !== null
  sessionStorage.removeItem(LIFTED)
  return lifted
}

function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
}

function fromBase64(words) {
  return Uint8Array.from(atob(words), (sign) => sign.charCodeAt(0))
}
