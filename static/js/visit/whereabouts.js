// "Where are you right now?" in one tap, without leaving the page: a load would ask for the camera again.

import { postOnceHeard } from "./posting.js"
import { setFlag } from "./room_view.js"

const SAID = { home: "said", elsewhere: "said", tell: "tell" }

// said(kind) is told what the clinic has now.
export function wireWhereabouts(said) {
  for (const form of document.querySelectorAll("[data-whereabouts]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      sayWhereabouts(form, event.submitter, said)
    })
    if (form.dataset.said) showSaid(form.dataset.said)
  }
}

async function sayWhereabouts(form, submitter, said) {
  const fields = new FormData(form, submitter)
  const answer = await postOnceHeard(form, form.action, fields)
  if (!answer) return
  const fault = form.querySelector("[data-whereabouts-fault]")
  if (fault) {
    fault.textContent = answer.message ?? ""
    fault.hidden = answer.ok || !answer.message
  }
  if (!answer.ok) return
  form.querySelector("details")?.removeAttribute("open")
  showSaid(answer.kind)
  said(answer.kind)
}

function showSaid(kind) {
  const words = SAID[kind]
  setFlag("place-unsaid", !words)
  setFlag("place-said", words === "said")
  setFlag("place-tell", words === "tell")
}
