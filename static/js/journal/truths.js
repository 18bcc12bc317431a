// Says where words are: on this phone, sending, with the team. And what else must be said about them.

// `where`: device | sending | delivered, or null before there is anything.
export function showTruth(list, where) {
  if (!list) return
  list.hidden = !where
  let told = ""
  for (const truth of list.querySelectorAll("[data-truth]")) {
    const isTrue = truth.dataset.truth === where
    if (isTrue) truth.setAttribute("aria-current", "true")
    else truth.removeAttribute("aria-current")
    if (isTrue) told = truth.textContent
  }
  list.dataset.state = where ?? ""
  const spoken = document.getElementById("truth-said")
  if (spoken && spoken.textContent !== told) spoken.textContent = told
}

// One of #sayings is true, or none.
export function sayOnly(name) {
  for (const saying of document.querySelectorAll("[data-saying]")) saying.hidden = saying.dataset.saying !== name
}

export function saying() {
  return document.querySelector("[data-saying]:not([hidden])")?.dataset.saying ?? null
}
