// A form of the writing page goes to the clinic without a page of its own.
import { trusted } from "../trusted.js"
import { sayOnly } from "./truths.js"

// Where nothing can be kept, the form still goes to the clinic; but not as a page of its own, which
// the browser would write down, words and all, to open it again.
export async function sendPlainly(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter))
  try {
    const answer = await fetch(submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body })
    showParts(await answer.text())
    for (const next of document.querySelectorAll("main form[action^='/journal/']")) {
      next.addEventListener("submit", (event) => {
        event.preventDefault()
        sendPlainly(next, event.submitter)
      })
    }
  } catch {
    sayOnly("not-stored")
  }
}

// The clinic's answer takes the page's place.
export function showParts(html) {
  const parts = new DOMParser().parseFromString(trusted(html), "text/html")
  if (parts.title) document.title = parts.title
  const main = parts.querySelector("main")
  document.querySelector("main").replaceWith(main)
  main.tabIndex = -1
  main.focus()
  scrollTo(0, 0)
}
