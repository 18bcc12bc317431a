// The patient's buttons: in the waiting room, in the call, and on every way out.

import { postOnceHeard } from "./posting.js"
import { onAction, setFlag, setPressed, showView, shownView } from "./room_view.js"
import { wireSideDoors } from "./staying.js"
import { wireSwitches } from "./switches.js"
import { wireWhereabouts } from "./whereabouts.js"

export function wireRoomButtons(room, media) {
  wireSwitches(media)
  wireCamera(media)
  wireWaysOut(room)
  wireEase()
  wireSideDoors(room.dataset.link)
  wireWhereabouts((kind) => {
    if (kind === "driving") room.stepBack()
    else if (shownView() === "driving") room.comeBack()
  })
  setFlag("ready", true)
}

function wireCamera(media) {
  onAction("flip", () => media.flip())
  onAction("voice", () => {
    media.keepVoiceOnly()
    setFlag("has-picture", false)
    setFlag("voice-only", true)
    setPressed("camera", true)
  })
}

// One tap after the talk; the page stays where it is.
function wireEase() {
  for (const form of document.querySelectorAll("[data-ease]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault()
      const answer = await postOnceHeard(form, form.action, new FormData(form, event.submitter))
      if (!answer?.ok) return
      setFlag("talked", false)
      setFlag("ease-said", true)
    })
  }
}

function wireWaysOut(room) {
  onAction("here", () => room.claim())
  onAction("hand-over", () => room.claim())
  onAction("end", () => room.leave())
  onAction("use-this", () => room.takeOver())
  onAction("again", () => room.openMedia())
  onAction("back", () => showView(document.body.dataset.from ?? "waiting"))
  onAction("phone-me", async () => {
    const from = shownView()
    const answer = await postOnceHeard("phone-me", room.dataset.phoneMe)
    if (!answer?.ok) return
    document.body.dataset.from = from
    showView("phone")
  })
  document.querySelector("[data-number]")?.addEventListener("submit", async (event) => {
    event.preventDefault()
    const answer = await postOnceHeard(event.target, room.dataset.phoneMe, new FormData(event.target))
    if (!answer) return
    const fault = event.target.querySelector("[data-number-fault]")
    fault.textContent = answer.message ?? ""
    fault.hidden = answer.ok
    setFlag("number-changed", answer.ok)
    if (answer.ok) event.target.querySelector("details").removeAttribute("open")
  })
}
