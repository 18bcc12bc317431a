// What waits on this phone: shown to whoever wrote it, copied as text, sent at a tap.
import { entries, notes } from "../../../service_worker/journal_store.js"
import { PENDING } from "../../../service_worker/journal_sending.js"

const FIRST_WORDS = 80
const SEEN_TO_GO = 10_000
// In a jar of its own: says that words were here, should the phone ever clear the database.
const HINT = "__Host-ag_unsent"

// `isShown(entry)`: it stands on the page already.
export async function showUnsent(owner, isShown) {
  const waiting = await unsentOf(owner)
  const shown = waiting.filter((entry) => !isShown(entry))
  const list = document.getElementById("unsent-list")
  noteUnsent(waiting.length > 0)
  if (!list) return // the page shows help instead
  const pattern = document.getElementById("unsent-entry").content
  const gone = list.querySelectorAll("[data-state=delivered]") // said until the page is left
  list.replaceChildren(...shown.map((entry) => {
    const one = pattern.cloneNode(true)
    const item = one.querySelector("li")
    item.dataset.uuid = entry.uuid
    item.querySelector(".said").textContent = firstWords(entry, list.dataset)
    const time = item.querySelector("time")
    time.dateTime = entry.writtenAt
    time.textContent = spokenTime(new Date(entry.writtenAt))
    setState(item, entry.state === "draft" ? "device" : entry.state)
    return one
  }), ...gone)
  const section = document.getElementById("unsent")
  section.hidden = !list.children.length
  for (const part of section.querySelectorAll("[data-waiting]")) part.hidden = !shown.length
  section.querySelector("[data-gone]").hidden = shown.length > 0
}

export function followUnsent(uuid, state) {
  const item = document.querySelector(`#unsent-list [data-uuid="${uuid}"]`)
  if (!item) return
  setState(item, state)
  // Earlier words are read after step-up only: what has gone is named a moment longer, no more.
  if (state === "delivered") setTimeout(() => item.querySelector(".said")?.remove(), SEEN_TO_GO)
}

// → whether the phone has lost words that were waiting on it: not even the language is known any more.
export async function wasCleared() {
  return document.cookie.includes(HINT) && !(await notes.get("language"))
}

export async function copyUnsent(owner) {
  const text = (await unsentOf(owner)).map(asText).join("\n\n")
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyByHand(text)
  }
}

export function asText({ question, words, lines }) {
  return [question, words || lines?.join("\n")].filter(Boolean).join("\n")
}

async function unsentOf(owner) {
  return (await entries.all()).filter((entry) => {
    // Of a link that opened nothing in the end nobody will ever know more: they must not vanish.
    const isNobodys = !entry.owner || (entry.owner.startsWith(PENDING) && entry.state === "held")
    return isNobodys || entry.owner === owner
  })
}

function firstWords({ words, kind, files }, unspoken) {
  const said = (words ?? "").trim().replace(/\s+/g, " ")
  if (said) return said.length > FIRST_WORDS ? `${said.slice(0, FIRST_WORDS)}…` : said
  return unspoken[files?.[0]?.kind ?? kind] ?? "…"
}

function spokenTime(moment) {
  const how = { weekday: "short", hour: "numeric", minute: "2-digit" }
  return moment.toLocaleString(document.documentElement.lang, how).replace(/[AP]M/, (half) => half.toLowerCase())
}

// What waits for a tap or a way in is on this phone like the rest.
function setState(item, state) {
  item.dataset.state = state === "held" ? "device" : state
  for (const words of item.querySelectorAll("[data-entry-state]")) words.hidden = words.dataset.entryState !== state
}

// Where a page may not write to the clipboard, the text stands there marked, to be copied by hand.
function copyByHand(text) {
  const field = document.createElement("textarea")
  field.readOnly = true
  field.className = "input"
  field.value = text
  document.getElementById("unsent-list").after(field)
  field.select()
  return false
}

function noteUnsent(isWaiting) {
  document.cookie = `${HINT}=${isWaiting ? 1 : ""}; Path=/; Secure; SameSite=Strict; Max-Age=${isWaiting ? 2_592_000 : 0}`
}
