// Keeps the link that was tapped, sealed, on this phone.
import { links, notes } from "../../../service_worker/journal_store.js"

const WRITE = "/journal/write"
const NOT_KNOWN_YET = "pending:" // as journal_sending.js has it

export async function keepLink({ owner, lang }, token) {
  await links.keep(owner, token)
  await noteTapped(owner)
  await notes.put("language", lang)
}

// → where to write without a signal, or null when this phone has no page for it.
export async function keepUntilLine(token) {
  if (!(await caches.match("/journal/shell/en"))) return null
  const known = (await links.all()).find((link) => link.token === token)
  const owner = known?.owner ?? NOT_KNOWN_YET + crypto.randomUUID()
  if (!known) await links.keep(owner, token)
  await noteTapped(owner)
  return WRITE
}

// From now on this phone is theirs: what is written or raised here is, too.
async function noteTapped(owner) {
  await notes.put("tapped", owner)
  await notes.put("owner", owner)
}
