// On the patient's own pages: lets the phone keep the shells, and forgets on it who signs out.
import { entries, forget, notes, prompts } from "../../service_worker/journal_store.js"
import { keepShell } from "./app_shell.js"
import {} from "./asked_anew.js"
import {} from "./safety_here.js"

const LONGEST = 1_000 // signing out waits no longer for the phone to forget

keepShell()

document.addEventListener("submit", async (event) => {
  const { target } = event
  if (!target.matches("[action='/sign-out'], [action='/devices/sign-out']")) return
  event.preventDefault()
  navigator.serviceWorker?.controller?.postMessage("signed-out")
  await Promise.race([forgetOwner(), new Promise((resolve) => setTimeout(resolve, LONGEST))])
  target.submit()
})

// Words that are not with the clinic yet stay, and so does the way to bring them there.
async function forgetOwner() {
  try {
    const owner = (await prompts.last())?.owner ?? (await notes.get("owner"))
    await prompts.remove()
    await notes.put("owner", null)
    await notes.put("tapped", null)
    await notes.put("rested-typing", null)
    const waiting = (await entries.all()).some((entry) => entry.owner === owner)
    if (owner && !waiting) await forget(owner)
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
}
