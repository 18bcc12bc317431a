// It is kept: where it is by now, which lines to bring, whether to share all of it.
import { entries } from "../../../service_worker/journal_store.js"
import { linesOf } from "./lines.js"
import { showTruth } from "./truths.js"

const MOST_LINES = 3

let keptEntry = null
let sendKept = () => {}

// `send()` is called after every change.
export function showKept(entry, send) {
  keptEntry = entry
  sendKept = send
  const said = linesOf(entry.words)
  const lines = document.getElementById("lines")
  const choice = document.getElementById("line-choice").content
  lines.replaceChildren(...said.map((line, place) => {
    const one = choice.cloneNode(true)
    one.querySelector("input").value = place
    one.querySelector(".said").textContent = line
    return one
  }))
  document.getElementById("bring-lines").hidden = !said.length
  document.getElementById("shared").checked = false
  document.getElementById("three-lines").textContent = ""
  document.getElementById("bring").dataset.uuid = entry.uuid
  showTruth(document.getElementById("kept-truths"), "device")
  showScreen("kept")
}

// writing, kept, done or skipped; its title takes the focus.
export function showScreen(name) {
  for (const part of document.querySelectorAll("[data-screen]")) {
    part.hidden = !part.dataset.screen.split(" ").includes(name)
  }
  document.getElementById(`${name}-title`)?.focus()
  scrollTo(0, 0)
}

export function followKept(uuid, state, answer) {
  if (state === "claimed" && keptEntry?.owner === uuid) keptEntry.owner = answer.owner
  if (keptEntry?.uuid !== uuid) return
  if (state === "apart") Object.assign(keptEntry, { uuid: answer.uuid, revision: 1, base: 0, apartFrom: uuid, files: [] })
  if (state === "delivered") keptEntry.base = answer.base
  const where = { device: "device", held: "device", sending: "sending", delivered: "delivered" }[state]
  if (where) showTruth(document.getElementById("kept-truths"), where)
}

export function keptIs(uuid) {
  return keptEntry?.uuid === uuid
}

export function forgetKept() {
  keptEntry = null
}

export function watchKept(form) {
  form.addEventListener("change", async ({ target }) => {
    if (!keptEntry) return
    const ticked = [...form.querySelectorAll("input[name=line]:checked")]
    const told = document.getElementById("three-lines")
    told.textContent = ticked.length > MOST_LINES ? told.dataset.said : ""
    if (ticked.length > MOST_LINES) return void (target.checked = false)
    keptEntry.lines = ticked.map((line) => line.closest("label").querySelector(".said").textContent)
    keptEntry.shared = document.getElementById("shared").checked
    keptEntry.revision = Math.max(keptEntry.revision, keptEntry.base ?? 0) + 1
    await entries.put({ ...keptEntry, state: "device", problem: null })
    sendKept()
  })
}
