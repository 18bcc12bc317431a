// On the page for signing in: lifts the cover for whoever typed what lies under it.
import { chime } from "./chime.js"
import { clearAway, kept, keyFrom, noteLifted, otherTabs, somethingLies } from "./under_cover.js"

const HOME = "/clinic"
const NEEDED_EVERY = 10_000
const RING_EVERY = 8000
let ringing

function keyOfSession() {
  const address = new URL("/clinic/live", location.href)
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
  return new Promise((resolve) => {
    const line = new WebSocket(address)
    line.onclose = () => resolve(null)
    line.onmessage = ({ data }) => {
      resolve(data.startsWith("cover ") ? data.slice(6) : null)
      line.close()
    }
  })
}

// Whether somebody is signed in. Then the page goes: to where they were, or to the beginning.
async function lift() {
  const words = await keyOfSession()
  if (!words) return false
  const page = await kept(await keyFrom(words))
  if (page) noteLifted()
  else clearAway()
  location.replace(page?.address.startsWith(HOME) ? page.address : HOME)
  return true
}

// A covered desk goes on saying that somebody is needed: how many, never who.
async function lookWhoIsNeeded() {
  try {
    const answer = await fetch("/clinic/sign-in/needed", { cache: "no-store" })
    if (answer.ok) sayNeeded(await answer.json())
  } catch {
    // no signal: what was said last stays
  }
  setTimeout(lookWhoIsNeeded, NEEDED_EVERY)
}

function sayNeeded({ count, words, ring }) {
  const notice = document.querySelector("[data-needed]")
  const said = notice.querySelector("p")
  if (said.textContent !== words) said.textContent = words
  notice.hidden = count === 0
  const plain = document.title.replace(/^\(\d+\) /, "")
  document.title = count ? `(${count}) ${plain}` : plain
  if (!(count && ring)) {
    clearInterval(ringing)
    ringing = undefined
  } else if (!ringing) {
    chime()
    ringing = setInterval(chime, RING_EVERY)
  }
}

const isAskedAgain = document.querySelector("[data-again]") !== null

if (somethingLies() && !isAskedAgain) {
  document.querySelector("[data-covered]").hidden = false
  lift()
  lookWhoIsNeeded()
}

otherTabs.addEventListener("message", ({ data }) => { if (data === "lifted" && somethingLies() && !isAskedAgain) lift() })

document.addEventListener("let-in", async (event) => {
  event.preventDefault()
  otherTabs.postMessage("lifted")
  if (!(await lift())) location.replace(event.detail)
})
