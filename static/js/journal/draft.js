// The entry that is being written: on the phone within a second, found again after whatever happened.
// Of several tabs each writes its own; what a closed one left is taken up by the next that opens.
import { entries } from "../../../service_worker/journal_store.js"

const SOON = 300 // after a key, so that a fast hand does not write to the disk at every letter

let draft = null
let frame = { owner: "", prompt: null } // whom it is for, and what was asked
let giveUp = null // lets go of the draft, so that another tab may take it
let due = null
let writing = Promise.resolve()
let told = { stored() {}, trouble() {} }

// Takes up what was left, unless something is being written here already: `found(draft)` shows it in
// the same breath. `stored()` hears each time it is on the phone, `trouble()` when it is not.
export function openDraft(context, { stored, trouble, isTyped, found }) {
  frame = context
  told = { stored, trouble }
  writing = writing.catch(() => {}).then(async () => {
    if (draft) return
    const left = (await entries.all()).filter(({ state, owner }) => state === "draft" && (!owner || owner === frame.owner))
    for (const one of left.reverse()) {
      if (!(await hold(one.uuid))) continue
      if (isTyped()) return leaveDraft()
      if (isEmpty(one)) {
        await entries.remove(one.uuid)
        leaveDraft()
        continue
      }
      draft = { ...one, owner: one.owner || frame.owner }
      return found(draft)
    }
  })
  return writing
}

export function hasDraft() {
  return draft !== null
}

export function draftIs(uuid) {
  return draft?.uuid === uuid
}

// What the page asks may become known after the first words stand there.
export function reframe(context) {
  frame = context
  if (draft) Object.assign(draft, frame)
}

// Written at once when the page may go away, else after a short rest.
export function typeInDraft(content, { now = false } = {}) {
  clearTimeout(due)
  const write = () => changeDraft(content)
  if (now) return write()
  due = setTimeout(write, SOON)
}

export async function draftUuid() {
  await changeDraft({})
  return draft.uuid
}

export async function draftFiles() {
  return draft?.files ?? []
}

export function attachFile(file) {
  return changeDraft((files) => [...files.filter(({ uuid }) => uuid !== file.uuid), file])
}

export function detachFile(uuid) {
  return changeDraft((files) => files.filter((file) => file.uuid !== uuid))
}

// It is kept: from here on it is sent. → the entry
export async function keepDraft(content) {
  clearTimeout(due)
  await changeDraft({ ...content, state: "device" })
  const kept = draft
  leaveDraft()
  return kept
}

function leaveDraft() {
  draft = null
  giveUp?.()
  giveUp = null
}

// One change after the other. What failed is tried again with the next key.
function changeDraft(change) {
  writing = writing.catch(() => {}).then(async () => {
    if (!draft) {
      const uuid = crypto.randomUUID()
      await hold(uuid)
      draft = {
        uuid, ...frame, kind: "words", question: "", words: "", lines: [], shared: false,
        files: [], state: "draft", revision: 1, base: 0, writtenAt: frame.now().toISOString(),
      }
    }
    const changed = typeof change === "function" ? { files: change(draft.files) } : change
    Object.assign(draft, changed)
    const { now, ...plain } = draft
    await entries.put(plain)
  })
  writing.then(told.stored, told.trouble)
  return writing
}

// For as long as this page lives, whichever way it ends.
function hold(uuid) {
  if (!navigator.locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    navigator.locks.request(`afterglow-draft-${uuid}`, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(false)
      return new Promise((release) => {
        giveUp = release
        resolve(true)
      })
    })
  })
}

function isEmpty({ words, files }) {
  return !words?.trim() && !files?.length
}
