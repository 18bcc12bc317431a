// Covers a page of a patient when nobody has been at it for as long as its session may rest: what is
// personal goes from the page, and only the clinic's answer brings it back. Needs no signal. What was
// typed is put away sealed, on this phone. A page that helps somebody in danger is never covered.
const restingCover = document.querySelector("template#rested")
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "input", "touchmove", "wheel"]
const LOOKED_AT_EVERY = 10_000

const theirTabs = restingCover && new BroadcastChannel("own-pages")
let lastSign = Date.now()
let lastTold = 0
let typingKept = null // a promise of what puts typing away

if (restingCover) watchRest()

function watchRest() {
  for (const sign of SIGNS_OF_LIFE) {
    addEventListener(sign, ({ isTrusted }) => isTrusted && signOfLife(), { capture: true, passive: true })
  }
  theirTabs.addEventListener("message", () => { lastSign = Date.now() })
  setInterval(coverIfRested, LOOKED_AT_EVERY)
  for (const wakes of ["visibilitychange", "resume"]) document.addEventListener(wakes, coverIfRested)
  for (const wakes of ["pageshow", "focus"]) addEventListener(wakes, coverIfRested)
  if (sessionStorage.getItem("rested")) readTyping() // in this tab; in another one at the first touch
}

// The other tabs share the session. What puts typing away is read once there may be some.
function signOfLife() {
  if (coverIfRested()) return
  lastSign = Date.now()
  if (document.querySelector("main form :is(textarea, select, input:not([type=hidden]))")) readTyping()
  if (lastSign - lastTold < LOOKED_AT_EVERY) return
  lastTold = lastSign
  theirTabs.postMessage("here")
}

function readTyping() {
  typingKept ??= import(restingCover.dataset.typing).then((typing) => {
    typing.giveBack()
    return typing
  }, () => { typingKept = null })
}

// Whether the page is covered. A clock that was set back counts as a long rest.
function coverIfRested() {
  if (!restingCover.isConnected) return true
  const rested = Date.now() - lastSign
  if (rested >= 0 && rested < Number(restingCover.dataset.rests) * 1_000) return false
  if (document.querySelector("main :is([data-help-now], [data-told])")) return false
  coverPage()
  return true
}

async function coverPage() {
  const was = document.querySelector("main")
  restingCover.remove()
  document.title = restingCover.dataset.title
  // First out of sight; the form stays in one piece until it is put away.
  was.replaceWith(restingCover.content.cloneNode(true))
  for (const beside of document.querySelectorAll("body > :not(header, main, footer, link)")) beside.remove()
  for (const way of document.querySelectorAll("[data-way-back]")) way.addEventListener("click", goBackIn)
  const typing = await typingKept
  if (await typing?.putAway(was)) sessionStorage.setItem("rested", "yes")
}

// Without a signal the cover stays, and says so.
async function goBackIn(event) {
  event.preventDefault()
  const to = event.currentTarget.href
  const noSignal = document.querySelector("[data-no-signal]")
  noSignal.hidden = true
  try {
    await fetch("/healthz", { cache: "no-store" })
    location.assign(to)
  } catch {
    noSignal.hidden = false
  }
}
