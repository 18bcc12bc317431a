// What was typed on a page that was covered: sealed on this phone, for the same page of the same person.
import { readOne, removeOne, writeOne } from "../../service_worker/device_database.js"
import { seal, unseal } from "../../service_worker/device_seal.js"
import { Typing, putBack } from "./console/typing.js"

const RESTED = "rested-typing"
const RESTED_KEPT = 24 * 3_600_000

const typingHere = new Typing({ all: document.querySelector(".error-summary") !== null })
const typedBy = document.documentElement.dataset.owner

// A form's next page comes without a load.
document.addEventListener("htmx:finally:request", giveBack)

// `main`: what was taken out of the page. → whether anything of it is kept
export async function putAway(main) {
  const typed = typingHere.within(main)
  if (!typed.length) return false
  try {
    const sealed = await seal({ address: location.pathname, typed }, `${RESTED} ${typedBy}`)
    await writeOne("notes", { ...sealed, owner: typedBy, at: Date.now() }, RESTED)
    return true
  } catch {
    return false // a browser that keeps nothing keeps no typing either
  }
}

// Another page's typing waits; somebody else's goes, and what is too old.
export async function giveBack() {
  try {
    const kept = await readOne("notes", RESTED)
    if (!kept) return
    if (kept.owner !== typedBy || Date.now() - kept.at > RESTED_KEPT) return await removeOne("notes", RESTED)
    const { address, typed } = await unseal(kept, `${RESTED} ${typedBy}`)
    if (address !== location.pathname || !document.querySelector("main form")) return
    sessionStorage.removeItem("rested")
    await removeOne("notes", RESTED)
    putBack(typed)
  } catch {
    // sealed under a key that is gone
  }
}
