// On the page for signing in: lifts the cover for whoever typed what lies under it.
import { clearAway, kept, keyFrom, noteLifted, otherTabs, somethingLies } from "./under_cover.js"

const HOME = "/clinic"

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

const isAskedAgain = document.querySelector("[data-again]") !== null

if (somethingLies() && !isAskedAgain) {
  document.querySelector("[data-covered]").hidden = false
  lift()
}

otherTabs.addEventListener("message", ({ data }) => { if (data === "lifted" && somethingLies() && !isAskedAgain) lift() })

document.addEventListener("let-in", async (event) => {
  event.preventDefault()
  otherTabs.postMessage("lifted")
  if (!(await lift())) location.replace(event.detail)
})
