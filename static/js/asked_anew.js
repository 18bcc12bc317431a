// Earlier words are shown by an answer of the clinic alone: whoever goes back to a page that the
// browser kept whole finds it hidden, and it is asked for anew.
import {} from "./resting.js"

addEventListener("pagehide", ({ persisted }) => { if (persisted) document.body.hidden = true })
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload() })
