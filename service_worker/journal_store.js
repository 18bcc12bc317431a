// What the phone keeps of a journal until the clinic has it: words and pieces of sound, the link that
// brings them there, the last prompt, alerts that wait for a signal. All of it sealed, but for what
// puts it in order: uuid, state, revision.
import { got, inDatabase, readAll, readOne, removeOne, writeOne } from "./device_database.js"
import { seal, unseal, unsealBytes } from "./device_seal.js"

const REMEMBERED = 24 * 3_600_000 // that an entry was delivered, its words long gone
const FORGOTTEN = 30 * REMEMBERED

// entry = { uuid, owner, prompt, kind, question, words, lines, shared, writtenAt, apartFrom, files,
//           state: draft | device | sending | delivered | held, problem, revision, base }
// `revision` counts the changes made here; `base` is the last one the clinic is known to have.
export const entries = {
  async put({ uuid, state, problem = null, revision = 1, base = 0, landed, ...content }) {
    const sealed = await seal(content, `entry ${uuid}`)
    await changeEntry(uuid, (kept) => ({
      ...kept, uuid, state, problem, revision, ...sealed,
      order: kept.order ?? Date.now(),
      base: Math.max(base, kept.base ?? 0),
    }), {})
  },

  async get(uuid) {
    const kept = await readOne("entries", uuid)
    return kept && openEntry(kept)
  },

  // Oldest first; those the clinic has are gone.
  async all() {
    const kept = (await readAll("entries")).filter(({ state }) => state !== "delivered")
    return Promise.all(kept.sort((one, other) => one.order - other.order).map(openEntry))
  },

  remove(uuid) {
    return inDatabase("readwrite", ["entries", "slices"], (transaction) => {
      transaction.objectStore("entries").delete(uuid)
      removeSlices(transaction, (slice) => slice.entry === uuid)
    })
  },

  // What is to be sent. Until an answer has come the same revision is sent again, whatever has been
  // written since: so an answer that got lost cannot make a change look like somebody else's.
  // A phone that is full sends what it has, and notes nothing.
  async take(uuid) {
    const kept = await changeEntry(uuid, ({ flight, ...entry }) => ({
      ...entry,
      state: "sending",
      flight: entry.landed === entry.revision ? null : flight ?? { revision: entry.revision, iv: entry.iv, data: entry.data },
    })).catch(() => readOne("entries", uuid))
    return kept && openEntry({ ...kept, ...kept.flight })
  },

  landed(uuid, revision, base) {
    return changeEntry(uuid, (kept) => ({ ...kept, base, flight: null, landed: revision }))
  },

  // The clinic has it, and there is no room to note that: it goes, unless it was changed meanwhile.
  leave(uuid, revision) {
    return inDatabase("readwrite", ["entries"], (transaction, say) => {
      const store = transaction.objectStore("entries")
      got(store.get(uuid), (kept) => {
        if (kept?.revision !== revision) return
        store.delete(uuid)
        say(true)
      })
    })
  },

  // Leaves only the note that it is with the clinic, and none of its sound and pictures; unless it was
  // changed meanwhile.
  finish(uuid, files = []) {
    return inDatabase("readwrite", ["entries", "slices"], (transaction, say) => {
      const store = transaction.objectStore("entries")
      got(store.get(uuid), (kept) => {
        if (!kept) return
        const { order, revision, base, landed } = kept
        const isWhole = landed === revision
        const left = isWhole ? { uuid, order, revision, base, state: "delivered", at: Date.now() } : { ...kept, state: "device" }
        store.put(left)
        if (isWhole) for (const file of files) transaction.objectStore("slices").delete(sliceRange(file.uuid))
        say(left)
      })
    })
  },

  // `answered`: the clinic said no, for good or for now; else nobody knows whether it arrived.
  hold(uuid, state, problem, answered) {
    return changeEntry(uuid, (kept) => ({ ...kept, state, problem, flight: answered ? null : kept.flight }))
  },

  // A link tapped without a signal has been answered: the clinic says whose words these are.
  async claim(uuid, owner) {
    const kept = await readOne("entries", uuid)
    const content = await unseal(kept, `entry ${uuid}`)
    const sealed = await seal({ ...content, owner }, `entry ${uuid}`)
    const claimed = await changeEntry(uuid, (now) => {
      return now.revision === kept.revision ? { ...now, ...sealed, flight: null } : now
    })
    if (claimed && claimed.revision !== kept.revision) await entries.claim(uuid, owner)
  },

  // Someone else's newer revision stands: these words become an entry of their own. Sound and
  // pictures stay with the old one, which is only added to. → the new one's uuid
  async apart(uuid, base) {
    const { state, landed, ...entry } = await entries.get(uuid)
    const fresh = { uuid: crypto.randomUUID(), state: "device", problem: null, revision: 1, base: 0 }
    const content = { ...entry, apartFrom: uuid, files: [] }
    const sealed = await seal(content, `entry ${fresh.uuid}`)
    return inDatabase("readwrite", ["entries"], (transaction, say) => {
      const store = transaction.objectStore("entries")
      got(store.get(uuid), (kept) => {
        if (kept?.revision !== entry.revision) return // written on meanwhile: the next round does it
        store.put({ ...fresh, order: kept.order, ...sealed })
        if (entry.files?.length) store.put({ ...kept, state: "device", flight: null, base, landed: kept.revision })
        else store.delete(uuid)
        say(fresh.uuid)
      })
    })
  },
}

export const slices = {
  async add(entryUuid, fileUuid, n, blob) {
    const sealed = await seal(await blob.arrayBuffer(), `slice ${fileUuid} ${n}`)
    await writeOne("slices", { entry: entryUuid, file: fileUuid, n, type: blob.type, ...sealed })
  },

  async of(fileUuid) {
    const kept = await readAll("slices", sliceRange(fileUuid))
    return Promise.all(kept.map(async (slice) => {
      return new Blob([await unsealBytes(slice, `slice ${fileUuid} ${slice.n}`)], { type: slice.type })
    }))
  },

  count(fileUuid) {
    return inDatabase("readonly", ["slices"], (transaction, say) => {
      got(transaction.objectStore("slices").count(sliceRange(fileUuid)), say)
    })
  },

  removeFile(fileUuid) {
    return removeOne("slices", sliceRange(fileUuid))
  },
}

// The tokens of tapped links, by whom they write for. One tapped without a signal is kept under a
// name of its own until the clinic says whose it is.
export const links = {
  async keep(owner, token) {
    const known = (await readLinks()).find((link) => link.owner === owner)
    const id = known?.id ?? crypto.randomUUID()
    await writeOne("links", { id, ...(await seal({ owner, token }, `link ${id}`)) })
  },

  async of(owner) {
    return (await readLinks()).find((link) => link.owner === owner)?.token ?? null
  },

  async all() {
    return readLinks()
  },

  async remove(owner) {
    for (const link of await readLinks()) if (link.owner === owner) await removeOne("links", link.id)
  },
}

// The last thing the clinic said about itself and its prompt, for a page that opens without it.
export const prompts = {
  async keep(now) {
    await writeOne("prompts", await seal(now, "prompt"), "last")
  },

  async last() {
    const kept = await readOne("prompts", "last")
    return kept ? unseal(kept, "prompt") : null
  },

  remove() {
    return removeOne("prompts", "last")
  },
}

export const alerts = {
  async add(alert) {
    await writeOne("alerts", { uuid: alert.uuid, ...(await seal(alert, `alert ${alert.uuid}`)) })
  },

  async all() {
    return Promise.all((await readAll("alerts")).map((kept) => unseal(kept, `alert ${kept.uuid}`)))
  },

  remove(uuid) {
    return removeOne("alerts", uuid)
  },
}

// No secrets: the language, when something was asked.
export const notes = {
  get: (name) => readOne("notes", name),
  put: (name, value) => writeOne("notes", value, name),
}

// With an owner: their link and prompt, as when they sign out; unsent words stay. Without: all there is.
export async function forget(owner) {
  if (owner) {
    await links.remove(owner)
    if ((await prompts.last())?.owner === owner) await prompts.remove()
    return
  }
  const all = ["keys", "entries", "slices", "links", "prompts", "alerts", "notes"]
  await inDatabase("readwrite", all, (transaction) => {
    for (const name of all) transaction.objectStore(name).clear()
  })
}

// Whether this browser keeps anything at all; some refuse in a private window, and a phone may be full.
export async function available() {
  try {
    await notes.put("tried", await seal("", "tried"))
    return true
  } catch {
    return false
  }
}

// What need not be remembered any longer, and the key itself a month after the last entry.
export async function tidyDevice() {
  const now = Date.now()
  const kept = await readAll("entries")
  const old = kept.filter(({ state, at }) => state === "delivered" && at < now - REMEMBERED)
  for (const { uuid } of old) await removeOne("entries", uuid)
  if (kept.length) return notes.put("used", now)
  const used = await notes.get("used")
  if (used && used < now - FORGOTTEN && !(await alerts.all()).length) await forget()
}

async function openEntry({ uuid, state, problem, revision, base, landed, iv, data }) {
  const outside = { uuid, state, problem, revision, base, landed }
  if (!data) return outside
  try {
    return { ...(await unseal({ iv, data }, `entry ${uuid}`)), ...outside }
  } catch {
    return { ...outside, state: "held", problem: "sealed", words: "", files: [] } // its key is gone
  }
}

// Reads and writes in one step, so that neither another tab nor the sender comes between.
// What is not there is not changed, unless something is given to begin with.
function changeEntry(uuid, change, fresh) {
  return inDatabase("readwrite", ["entries"], (transaction, say) => {
    const store = transaction.objectStore("entries")
    got(store.get(uuid), (kept = fresh) => {
      if (!kept) return
      const changed = change(kept)
      store.put(changed)
      say(changed)
    })
  })
}

async function readLinks() {
  return Promise.all((await readAll("links")).map(async (kept) => {
    return { id: kept.id, ...(await unseal(kept, `link ${kept.id}`)) }
  }))
}

function sliceRange(fileUuid) {
  return IDBKeyRange.bound([fileUuid, 0], [fileUuid, Infinity])
}

function removeSlices(transaction, isMeant) {
  got(transaction.objectStore("slices").openCursor(), (cursor) => {
    if (!cursor) return
    if (isMeant(cursor.value)) cursor.delete()
    cursor.continue()
  })
}
