// Help for whoever wrote words of danger: the clinic's page, or what this phone holds.
import { showParts } from "./plain_form.js"

let isHelped = false
let helpScript = null

// The clinic answers words of danger with help. Where it does not, this phone does: as soon as
// sending them has come to its end, and not much later in any case.
export async function helpIfNone(words, owner, sent) {
  isHelped = false
  readyHelper()
  await (await helpScript)?.helpForWords(words, owner, sent, () => isHelped)
}

// Read before it is needed, and not before the page is there.
export function readyHelper() {
  helpScript ??= import(document.querySelector("meta[name=help-script]").content).catch(() => { helpScript = null })
}

export function showSafety(html) {
  isHelped = true
  showParts(html)
}

