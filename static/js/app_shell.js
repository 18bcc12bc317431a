// Lets the phone keep the pages' shells. A new version takes over while nobody looks, never under one's
// hands: a page that is asked for in that very moment is never answered by either worker.
import { ourWorker } from "./our_worker.js"

const PUT_AWAY_FOR = 3_000

// → the registration, or null where there can be none.
export async function keepShell() {
  if (!navigator.serviceWorker) return null
  try {
    const registration = await ourWorker()
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) setTimeout(() => letTakeOver(registration), PUT_AWAY_FOR)
      else registration.update().catch(() => {})
    })
    return registration
  } catch {
    return null
  }
}

// No page is ever loaded again for it: what is open goes on as it is.
function letTakeOver({ waiting }) {
  if (document.hidden) waiting?.postMessage("take-over")
}
