// Keeps the room open while its side doors are used: a load would cut the talk and ask for the camera again.
// "Not today" is said by script too: old browsers post a form of a link's page as if from nowhere, and are refused.

import { postOnceHeard, postQuietly } from "./posting.js"
import { onAction, setFlag } from "./room_view.js"

export function wireSideDoors(linkAddress) {
  onAction("gentle", (event, lamp) => {
    event.preventDefault()
    turnLamp(lamp)
  })
  onAction("unsafe", (event, button) => {
    button.form?.setAttribute("target", "_blank")
  })
  onAction("not-today", async (event, button) => {
    event.preventDefault()
    if (button.ariaDisabled === "true") return
    button.ariaDisabled = "true"
    const { ok } = await postOnceHeard(button, button.form.action)
    button.ariaDisabled = null
    if (ok) location.assign(button.form.dataset.times)
    else button.form.submit()
  })
  onAction("copy-link", async () => {
    const { address } = await postQuietly(linkAddress, {})
    if (!address) return
    await navigator.clipboard?.writeText(address)
    setFlag("copied", true)
  })
}

function turnLamp(lamp) {
  const on = lamp.value === "1"
  const body = new URLSearchParams(new FormData(lamp.form, lamp))
  fetch(lamp.form.action, { method: "POST", body }).catch(() => {})
  if (on) document.documentElement.dataset.mood = "gentle"
  else delete document.documentElement.dataset.mood
  lamp.value = on ? "0" : "1"
  lamp.setAttribute("aria-pressed", String(on))
}
