// On /install: where the browser can do it by itself, one button does; in the app, says that it is done.

import { isInstalled } from "./installed.js"

const offered = document.querySelector("[data-install-now]")
const done = document.querySelector("[data-installed]")
let question = null

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault()
  question = event
  offered.hidden = false
})
addEventListener("appinstalled", sayDone)
offered.querySelector("button").addEventListener("click", async () => {
  await question.prompt() // it may be asked once
  offered.hidden = true
})
if (isInstalled()) sayDone()

function sayDone() {
  offered.hidden = true
  done.textContent = done.dataset.words
}
