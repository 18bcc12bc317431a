// Keeps the screen lit during a visit; asked again whenever the page comes back.

let heldLock = null
let lockWanted = false

export function keepScreenLit() {
  lockWanted = true
  lightScreen()
  document.addEventListener("visibilitychange", lightScreen)
}

export function letScreenSleep() {
  lockWanted = false
  document.removeEventListener("visibilitychange", lightScreen)
  heldLock?.release()
  heldLock = null
}

async function lightScreen() {
  if (!lockWanted || document.hidden || !navigator.wakeLock) return
  try {
    heldLock = await navigator.wakeLock.request("screen")
  } catch {
    heldLock = null
  }
}
