// Lets the phone keep the pages' shells. A new version takes over between two pages, never under one.
import { ourWorker } from "./our_worker.js"

// → the registration, or null where there can be none.
export async function keepShell() {
  if (!navigator.serviceWorker) return null
  try {
    const registration = await ourWorker()
    // Nothing has been written yet on a page that has just come; and nobody looks at a hidden one.
    letTakeOver(registration)
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) letTakeOver(registration)
      else registration.update().catch(() => {})
    })
    return registration
  } catch {
    return null
  }
}

// No page is ever loaded again for it: what is open goes on as it is.
function letTakeOver({ waiting }) {
  waiting?.postMessage("take-over")
}
