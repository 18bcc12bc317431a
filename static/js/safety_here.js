// What may mean danger is answered on the phone when the clinic cannot be reached: the control, an
// answer that is unsafe, words of danger. Where it can be, the clinic's own page comes instead.
import { followHelp, helpHere, leaveHelp, noteWhose, ownerHere, readyHelp } from "./help_here.js"
import { readDangerWords, tellsOfDanger } from "./danger_words.js"

const HELP_ORDER = ["emergency", "crisis", "call-today"] // of several the first
const HELP_SIGNALS = { emergency: "red-flag", "call-today": "red-flag", crisis: "answer" }

const helpPageItself = document.querySelector("main:has([data-told])")
if (helpPageItself) {
  leadBackToWords(helpPageItself)
  followHelp(helpPageItself).catch(() => {})
} else noteWhose().catch(() => {})

// Ready before it is needed, and not before anybody has touched the page.
for (const first of ["pointerdown", "keydown", "input"]) addEventListener(first, readySafety, { once: true, passive: true })

if (navigator.userActivation?.hasBeenActive) readySafety()

// Where somebody was writing can be opened without a signal, too; home cannot.
function leadBackToWords(page) {
  const cameFrom = document.referrer && new URL(document.referrer)
  if (cameFrom.origin !== location.origin || cameFrom.pathname !== "/journal/write") return
  page.querySelector("[data-home] a").pathname = cameFrom.pathname
}

function readySafety() {
  readyHelp()
  readDangerWords()
}

// With a service worker the browser goes there by itself, and finds a page either way.
document.addEventListener("submit", async (event) => {
  const control = event.target.closest("form[action='/safety']")
  if (!control || navigator.serviceWorker?.controller || (navigator.onLine && !ownerHere())) return
  event.preventDefault()
  if (!(await helpHere({ signal: "control" }))) HTMLFormElement.prototype.submit.call(control)
})

// 911 is not kept waiting for an answer: the page is there while it is being saved.
document.addEventListener("submit", ({ target }) => {
  if (unsafeAnswer(target) === "emergency") helpHere({ help: "emergency", sentWith: target })
})

document.addEventListener("htmx:after:swap", leaveHelp)

document.addEventListener("htmx:error", ({ detail }) => helpFor(detail.ctx?.sourceElement))

document.addEventListener("htmx:response:error", ({ detail }) => {
  const { response, sourceElement } = detail.ctx
  if (response.status >= 500 || response.status === 401 || response.status === 403) helpFor(sourceElement)
})

async function helpFor(form) {
  if (!form?.matches?.("form")) return
  const help = unsafeAnswer(form)
  if (help) return helpHere({ help, signal: HELP_SIGNALS[help] })
  const typed = [...form.querySelectorAll("textarea, input[type=text], input:not([type])")].map(({ value }) => value)
  if (await tellsOfDanger(...typed)) return helpHere({ signal: "words" })
}

function unsafeAnswer(form) {
  const chosen = [...form.querySelectorAll("input[data-help]:checked, option[data-help]:checked")]
  return HELP_ORDER.find((help) => chosen.some((each) => each.dataset.help === help))
}
