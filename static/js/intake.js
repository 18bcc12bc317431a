// Makes a form's pages go on without a full load, and keeps what was typed when there is no signal.
import { allowSwaps } from "./console/swaps.js"
import { turnLightInPlace } from "./lamp.js"
import {} from "./resting.js"

const LONGEST_WAIT = 20_000
const LONGEST_UPLOAD = 300_000
const LONG = 4_000 // without an answer somebody begins to wonder

allowSwaps()
turnLightInPlace()
window.htmx.config.noSwap = [204, 304, 401, 403, 413, "5xx"]
window.htmx.config.defaultTimeout = LONGEST_WAIT

let waiting = null // the form that could not be sent
let typed = false
let wondering

const said = document.createElement("p")
said.className = "visually-hidden"
said.setAttribute("role", "status")

document.querySelector(".error-summary")?.focus()

// What answers danger from the phone itself is read once somebody is at the page: it costs no first paint.
for (const first of ["pointerdown", "keydown", "input"]) addEventListener(first, readSafety, { once: true, passive: true })

// Who only looks, as programs do that follow links, has not opened it: a touch has.
for (const first of ["pointerdown", "keydown"]) addEventListener(first, sayHere, { once: true, passive: true })

function sayHere() {
  const here = document.querySelector("meta[name=here]")
  if (here) fetch(here.content, { method: "POST", keepalive: true }).catch(() => {})
  here?.remove() // the other sign says nothing new
}

function readSafety() {
  const script = document.querySelector("meta[name=safety-script]")?.content
  if (script) import(script).catch(() => {})
}

const form = () => document.querySelector("main form")
const note = () => document.querySelector("[data-unsent]")

// "None of these" stands alone.
document.addEventListener("change", ({ target }) => {
  typed = true
  if (target.type !== "checkbox" || !target.checked) return
  const boxes = target.closest("fieldset")?.querySelectorAll("input[type=checkbox]") ?? []
  for (const box of boxes) {
    if (box !== target && (target.dataset.alone !== undefined || box.dataset.alone !== undefined)) box.checked = false
  }
})

document.addEventListener("input", () => {
  typed = true
  waiting = null // whoever writes on presses Continue again
})

// Half a date is sent as none: better to say so while it can be seen.
document.addEventListener("submit", (event) => {
  if (event.submitter?.name) return // skipping and taking away need no answer
  const half = [...event.target.elements].find((field) => field.validity?.badInput)
  if (!half) return
  event.preventDefault()
  event.stopImmediatePropagation()
  half.reportValidity()
}, true)

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx
  const sends = [...(request.body?.values() ?? [])].some((value) => value instanceof File && value.size)
  if (sends) request.timeout = LONGEST_UPLOAD
})

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement } = event.detail.ctx
  clearTimeout(wondering)
  wondering = setTimeout(() => say("slow", sourceElement), LONG)
})

document.addEventListener("htmx:finally:request", () => clearTimeout(wondering))

document.addEventListener("htmx:after:swap", () => {
  waiting = null
  typed = false
  const back = document.querySelector("main [data-back]")?.dataset.back ?? location.pathname
  for (const field of document.querySelectorAll("input[name=to]")) field.value = back
  const place = document.querySelector(".error-summary, main [autofocus]") ?? document.querySelector("#page-title, main h1")
  if (place?.matches("h1")) place.tabIndex = -1
  place?.focus({ preventScroll: true })
  if (place?.matches("[autofocus]")) place.scrollIntoView({ block: "center" })
  else scrollTo(0, 0)
  document.body.append(said)
  said.textContent = document.querySelector("[data-saved]")?.textContent.trim() ?? ""
})

// The same page again, with what is wrong, is no new place to go back from.
document.addEventListener("htmx:before:history:update", (event) => {
  const { history: told } = event.detail
  if (told?.type === "push" && told.path === location.pathname) event.preventDefault()
})

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.request) say("line", event.detail.ctx.sourceElement)
})

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail
  const { status } = ctx.response
  if (status >= 500) say("line", ctx.sourceElement)
  else if (status === 413) say("large", ctx.sourceElement)
  else if (status === 401 || status === 403) say("rested", ctx.sourceElement)
})

// A link that leads nowhere right now must not take away what was typed.
document.addEventListener("click", (event) => {
  if (navigator.onLine || !typed || !event.target.closest("main a[href^='/']")) return
  event.preventDefault()
  event.stopImmediatePropagation()
  say("line")
}, true)

addEventListener("offline", () => { if (typed && form()) say("line") })
addEventListener("online", () => { if (waiting?.isConnected) waiting.requestSubmit(goesOn(waiting)) })
addEventListener("beforeunload", (event) => { if (typed && !navigator.onLine) event.preventDefault() })

function say(what, source) {
  const place = note()
  if (!place) return
  if (source?.matches("form")) waiting = what === "line" ? source : null
  place.querySelector("[data-words]").textContent = place.dataset[what]
  place.hidden = false
}

function goesOn(sent) {
  return [...sent.querySelectorAll("button:not([type=button]):not([hidden])")].at(-1)
}
