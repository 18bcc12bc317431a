// The page that stands in for one without a signal goes away by itself. It is as gentle as the one
// that somebody last wrote on.
import { prompts } from "../../service_worker/journal_store.js"

const AGAIN_IN = 10_000

prompts.last().then(beGentle, () => {})
addEventListener("online", () => location.reload())
setTimeout(tryOnce, AGAIN_IN)

async function tryOnce() {
  const isThere = await fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false)
  if (isThere) location.reload()
  else setTimeout(tryOnce, AGAIN_IN)
}

function beGentle(last) {
  if (last?.mood === "gentle") document.documentElement.dataset.mood = "gentle"
}
