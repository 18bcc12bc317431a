// Covers a desk that nobody sits at: the page goes, what was typed on it stays, sealed, in this tab.
//
// The server decides when: it ends the session and says so on the page's line. Only where no line is, on
// a machine that slept or has no signal, the page's own time decides. A talk that goes on is left alone.
import { clearAway, keep, kept, keyFrom, otherTabs, wasLifted } from "./under_cover.js"
import { Typing, putBack } from "./typing.js"

const RESTS = 15 * 60_000
const UNHEARD = 90_000 // the line speaks every minute
const SAY_EVERY = 30_000
const LATE_PARTS = 10_000
const SIGNS = ["keydown", "pointerdown", "touchmove", "wheel"]
const AGAIN_IN = 5_000

const posted = document.querySelector("main[data-posted]") !== null
const typing = new Typing({ all: posted })
const address = posted ? pageBefore() : location.pathname + location.search
let key = null
let words = ""
let soon
let writing = Promise.resolve()
let covered = false
let missing = []
let here = Date.now()
let said = 0
let heard = Date.now()

// The line has spoken, so the session lives.
export function hearLine() {
  heard = Date.now()
}

export async function takeKey(fresh) {
  if (fresh === words) return
  words = fresh
  const opens = await keyFrom(fresh)
  if (wasLifted()) await goOn(opens)
  key = opens
  write()
}

export async function cover() {
  if (covered) return
  covered = true
  clearTimeout(soon)
  write()
  key = null // an empty page is not written over it
  hidePage()
  await writing
  leave()
}

// A page that was answered to a form cannot be asked for again; the one with the form can.
function pageBefore() {
  const before = URL.canParse(document.referrer) ? new URL(document.referrer) : location
  return before.origin === location.origin ? before.pathname + before.search : "/clinic"
}

function hidePage() {
  const instead = document.querySelector("template#cover")
  document.title = instead.dataset.title
  navigator.clearAppBadge?.()
  document.body.replaceChildren(instead.content)
}

async function leave() {
  try {
    await fetch("/healthz", { cache: "no-store" })
    location.replace("/clinic/sign-in")
  } catch {
    setTimeout(leave, AGAIN_IN)
  }
}

function write() {
  if (!key) return
  const [opens, page] = [key, { address, typed: typing.now.concat(missing) }]
  writing = writing.then(() => keep(opens, page))
}

async function goOn(opens) {
  const page = await kept(opens)
  if (page?.address !== address || !page.typed.length) return
  missing = putBack(page.typed)
  setTimeout(() => { missing = [] }, LATE_PARTS)
  document.querySelector("[data-typed-again]").hidden = false
}

// Whoever signs out has done with what they typed.
function letGo() {
  key = null
  clearAway()
}

function writeSoon() {
  clearTimeout(soon)
  soon = setTimeout(write, 300)
}

// Two who see and hear each other, whatever became of their lines to the clinic.
function isTalking() {
  return document.querySelector('[data-flag="connected"]:not([hidden])') !== null
}

function somebodyIsHere() {
  here = Date.now()
  if (here - said < SAY_EVERY) return
  said = here
  otherTabs.postMessage("here")
  document.body.dispatchEvent(new CustomEvent("somebody-here"))
}

function lookAtTheTime() {
  if (isTalking()) somebodyIsHere()
  const now = Date.now()
  if (now - here > RESTS && now - heard > UNHEARD) cover()
}

for (const sign of SIGNS) {
  addEventListener(sign, ({ isTrusted }) => isTrusted && somebodyIsHere(), { capture: true, passive: true })
}
for (const change of ["input", "change", "reset"]) document.addEventListener(change, writeSoon)
document.addEventListener("submit", ({ target }) => (target.matches("[action$='/sign-out']") ? letGo() : write()))
document.addEventListener("htmx:after:swap", () => {
  missing = putBack(missing)
  writeSoon()
})
otherTabs.addEventListener("message", ({ data }) => { if (data === "here") here = Date.now() })
setInterval(lookAtTheTime, 10_000)
document.addEventListener("visibilitychange", lookAtTheTime)
// Going back shows no page as it was left: it is asked for anew.
addEventListener("pagehide", ({ persisted }) => { if (persisted) document.body.hidden = true })
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload() })
