// Seals what rests on the phone, under a key that no script can read out of it.
import { got, inDatabase, readOne } from "./device_database.js"

// `place` is bound in: a sealed thing opens only where it was put.
export async function seal(content, place) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const bytes = content instanceof ArrayBuffer ? content : new TextEncoder().encode(JSON.stringify(content))
  return { iv, data: await crypto.subtle.encrypt(method(iv, place), await deviceKey(), bytes) }
}

export async function unsealBytes({ iv, data }, place) {
  return crypto.subtle.decrypt(method(iv, place), await deviceKey(), data)
}

export async function unseal(sealed, place) {
  return JSON.parse(new TextDecoder().decode(await unsealBytes(sealed, place)))
}

function method(iv, place) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) }
}

// Read anew each time: another tab may have forgotten this device, its key with it.
async function deviceKey() {
  const kept = await readOne("keys", "journal")
  if (kept) return kept
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
  return inDatabase("readwrite", ["keys"], (transaction, say) => {
    const keys = transaction.objectStore("keys")
    got(keys.get("journal"), (first) => {
      if (!first) keys.put(made, "journal")
      say(first ?? made)
    })
  })
}
