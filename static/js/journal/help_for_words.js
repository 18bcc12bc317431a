// Beside the writing page, from the first touch on: help from this phone where the clinic's does not come.
import { readDangerWords, tellsOfDanger } from "../danger_words.js"
import { helpHere } from "../help_here.js"
import {} from "../safety_here.js"

const HELP_WITHIN = 4_000 // of the clinic

readDangerWords()

// `sent`: settles when the clinic has answered, or when there is no way to it.
// `isGiven()`: the clinic's page with help stands there already.
export async function helpForWords(words, owner, sent, isGiven) {
  if (!(await tellsOfDanger(words))) return
  if (navigator.onLine) await Promise.race([sent, patience()]).catch(() => {})
  if (!isGiven()) await helpHere({ help: "crisis", signal: "entry", owner })
}

function patience() {
  return new Promise((resolve) => setTimeout(resolve, HELP_WITHIN))
}
