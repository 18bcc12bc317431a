// Brings to the clinic what waits on this phone: alerts first, then words, then sound and pictures.
// One sender at a time, whatever number of tabs; it goes on until everything has an answer.
import { alerts, entries, links, notes } from "./journal_store.js"
import { sendFiles } from "./file_sending.js"

export const PENDING = "pending:" // begins the owner of what a link tapped without a signal wrote

const OPENED = "opened" // whose session this browser has, as far as this phone opened it
const ANSWERED_WITHIN = 30_000
const FIRST_PAUSE = 2_000
const LONGEST_PAUSE = 60_000
const PROBLEMS = { 401: "rested", 403: "rested", 410: "closed", 413: "large" }

const listeners = new Set()
const otherTabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("afterglow") : null
if (otherTabs) otherTabs.onmessage = ({ data }) => { if (data.uuid) hear(data) }
let running = null
let askedAgain = false
let failures = 0

// Not an answer: no line, or a clinic that cannot take it now. Everything stays for later.
class NotNow extends Error {
  constructor(answer) {
    super("not now")
    const seconds = Number(answer?.headers.get("Retry-After"))
    this.after = seconds > 0 ? seconds * 1_000 : null
    this.atClinic = Boolean(answer)
    this.stumbled = answer?.status >= 500
  }
}

// → { left, after, why }: how many still wait, for how many milliseconds to leave the clinic alone,
// and whether it is the `line` or the `clinic` that cannot.
export function flush({ onState } = {}) {
  if (onState) listeners.add(onState)
  askedAgain = true
  running ??= alone(untilNothingIsAsked)
    .finally(() => { running = null })
    // Letting go of the lock takes a moment: whoever asked in it must not be forgotten.
    .then((outcome) => askedAgain ? flush() : outcome)
  return running
}

// `then(uuid, state, answer)`, whichever tab or worker it happens in. States are those of an entry,
// and `danger` (answer.html is to be seen at once), `apart` (answer.uuid goes on), `told` (an alert),
// `claimed` (what stood under this name is answer.owner's).
export function whenSent(then) {
  listeners.add(then)
}

// A link's token for a way in. → what the clinic says, or null when the link opens nothing.
export async function exchangeLink(token) {
  const answer = await reach("/x", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ t: token, kind: "write" }),
  })
  const told = answer.ok ? await understood(answer) : null
  if (told?.state !== "journal") return null
  await notes.put(OPENED, told.owner).catch(() => {})
  return told
}

function alone(work) {
  return navigator.locks ? navigator.locks.request("afterglow-sending", work) : work()
}

async function untilNothingIsAsked() {
  let outcome
  while (askedAgain) {
    askedAgain = false
    outcome = await sendAll()
  }
  return outcome
}

async function sendAll() {
  const way = { of: null, closed: new Set() } // whose session was opened last; whose links open none
  let failure = null
  for (const send of [claimPending, sendAlerts, sendWords, sendRest]) {
    try {
      await send(way)
    } catch (error) {
      if (!(error instanceof NotNow)) throw error
      failure = error
      break
    }
  }
  await comeBack(way).catch(() => {})
  failures = failure ? failures + 1 : 0
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, failures - 1))
  const after = failure && (failure.after ?? pause * (0.75 + Math.random() / 2))
  return { left: await countWaiting(), after, why: failure && (failure.atClinic ? "clinic" : "line") }
}

async function countWaiting() {
  const waiting = (await entries.all()).filter(({ state }) => state === "device" || state === "sending")
  return waiting.length + (await alerts.all()).length
}

async function kept() {
  return (await entries.all()).filter(({ state, problem }) => state !== "draft" && problem !== "sealed")
}

// The links that were tapped without a signal: whose are they, and so what was written under them?
// The answer is remembered: a page that is still open may go on under the old name.
async function claimPending(way) {
  for (const { owner: pending, token } of await links.all()) {
    if (!pending.startsWith(PENDING)) continue
    const owner = (await exchangeLink(token))?.owner
    if (owner) {
      way.of = owner
      await links.keep(owner, token)
      await notes.put(pending, owner)
    } else {
      for (const { uuid } of await waitingOf(pending)) await settle(uuid, "held", "closed", true)
    }
    await links.remove(pending)
  }
  for (const pending of await pendingOwners()) {
    const owner = await notes.get(pending)
    if (!owner) continue
    for (const { uuid } of (await entries.all()).filter((entry) => entry.owner === pending)) await entries.claim(uuid, owner)
    for (const alert of await alerts.all()) if (alert.owner === pending) await alerts.add({ ...alert, owner })
    say(pending, "claimed", { owner })
  }
}

async function pendingOwners() {
  const owners = [...(await entries.all()), ...(await alerts.all())].map(({ owner }) => owner ?? "")
  return new Set(owners.filter((owner) => owner.startsWith(PENDING)))
}

async function waitingOf(owner) {
  return (await kept()).filter((entry) => entry.owner === owner)
}

async function sendAlerts(way) {
  for (const { uuid, owner, signal, at, urgent } of await alerts.all()) {
    const answer = await ask(`/safety/alerts/${uuid}`, json({ owner, signal, at, urgent }), owner, way)
    if (!answer.ok) continue
    await alerts.remove(uuid)
    say(uuid, "told", await answer.json().catch(() => ({})))
  }
}

async function sendWords(way) {
  await eachEntry(async ({ uuid, owner, landed, revision }) => {
    if (landed === revision || owner.startsWith(PENDING)) return
    const entry = await entries.take(uuid)
    if (!entry) return
    say(uuid, "sending")
    const { prompt, kind, question, words, lines, shared, writtenAt, apartFrom } = entry
    const answer = await ask(`/journal/entries/${uuid}`, json({
      owner, prompt: prompt ?? null, kind, question: question ?? "", words: words ?? "", written_at: writtenAt,
      revision: entry.revision, lines: lines ?? [], shared: Boolean(shared), apart_from: apartFrom ?? null,
    }, { "If-Match": `"${entry.base}"` }), owner, way)
    if (!answer.ok) return sayNo(uuid, answer)
    const told = await understood(answer)
    try {
      await entries.landed(uuid, entry.revision, told.revision)
    } catch (error) {
      if (entry.files?.length || !(await entries.leave(uuid, entry.revision))) throw error
      say(uuid, "delivered", { revision: entry.revision, base: told.revision })
    }
    if (told.danger) say(uuid, "danger", told)
  })
}

// What belongs to words that have landed; then the entry is with the clinic and leaves the phone.
async function sendRest(way) {
  await eachEntry(async (entry) => {
    const { uuid, owner, landed, revision, files = [] } = entry
    if (landed !== revision) return
    const refused = await sendFiles(entry, (path, request) => ask(path, request, owner, way))
    if (refused) return sayNo(uuid, refused)
    const done = await entries.finish(uuid, files)
    if (done?.state !== "delivered") return void (askedAgain = true) // changed while it was on its way
    say(uuid, "delivered", { revision: done.revision, base: done.base })
  })
}

// One that the clinic stumbles over does not keep back those behind it; no line at all does.
async function eachEntry(send) {
  let failure = null
  for (const entry of await kept()) {
    try {
      await send(entry)
    } catch (error) {
      await settle(entry.uuid, "device", null, false)
      if (!(error instanceof NotNow) || !error.stumbled) throw error
      failure = error
    }
  }
  if (failure) throw failure
}

async function sayNo(uuid, answer) {
  const told = await answer.json().catch(() => ({}))
  if (told.danger) say(uuid, "danger", told)
  if (answer.status === 409 && told.state === "conflict") {
    const apart = await entries.apart(uuid, told.revision)
    askedAgain = true
    return say(uuid, "apart", { uuid: apart })
  }
  await settle(uuid, "held", PROBLEMS[answer.status] ?? "refused", true)
}

async function settle(uuid, state, problem, answered) {
  await entries.hold(uuid, state, problem, answered)
  say(uuid, state, { problem })
}

function say(uuid, state, answer) {
  hear({ uuid, state, answer })
  otherTabs?.postMessage({ uuid, state, answer })
}

function hear({ uuid, state, answer }) {
  for (const listener of listeners) listener(uuid, state, answer)
}

function json(content, headers = {}) {
  return { method: "PUT", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(content) }
}

// A session that has ended is opened again with the link kept on this phone. A browser has one to
// write in: what two people left on one phone goes under each one's own in turn.
async function ask(path, { headers, ...request }, owner, way) {
  const ours = { ...request, headers: { ...headers, "X-Owner": owner } }
  const answer = await reach(path, ours)
  if (answer.status !== 401 && answer.status !== 403) return answer
  return (await reopen(owner, way)) ? reach(path, ours) : answer
}

async function reopen(owner, way) {
  if (way.of === owner || way.closed.has(owner)) return false
  const token = await links.of(owner)
  const told = token && (await exchangeLink(token))
  if (told) way.of = told.owner
  if (told?.owner === owner) return true
  way.closed.add(owner)
  return false
}

// Whoever tapped their link here last finds their own page again, not that of somebody before.
async function comeBack(way) {
  const opened = await notes.get(OPENED)
  const tapped = opened && (await notes.get("tapped"))
  const owner = tapped && ((await notes.get(tapped)) ?? tapped)
  if (!owner || owner === opened) return
  await reopen(owner, way)
  await notes.put(OPENED, owner)
}

async function reach(path, request) {
  let answer
  try {
    answer = await fetch(path, { ...request, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(ANSWERED_WITHIN) })
  } catch {
    throw new NotNow()
  }
  if (answer.status === 429 || answer.status >= 500) throw new NotNow(answer)
  return answer
}

// A hotel's welcome page says 200, too.
async function understood(answer) {
  try {
    return await answer.json()
  } catch {
    throw new NotNow()
  }
}
