// What staff must know before any picture flows: where the patient is, and whom to call.

export function showFacts({ whereabouts, place, callback, onFile, saidElsewhere }) {
  for (const part of document.querySelectorAll("[data-whereabouts]")) {
    part.hidden = part.dataset.whereabouts !== whereabouts
  }
  for (const part of document.querySelectorAll('[data-fact="place"]')) part.textContent = place
  const dialled = `tel:${callback.replace(/[^+\d]/g, "")}`
  for (const part of document.querySelectorAll('[data-fact="callback"]')) {
    part.textContent = callback
    part.href = dialled
  }
  for (const part of document.querySelectorAll('[data-fact="callback-link"]')) part.href = dialled
  for (const part of document.querySelectorAll("[data-is-on-file]")) part.hidden = !onFile
  for (const part of document.querySelectorAll("[data-not-on-file]")) part.hidden = onFile
  document.querySelector("[data-said-elsewhere]").hidden = !saidElsewhere
  for (const part of document.querySelectorAll("[data-no-place]")) {
    part.hidden = Boolean(place) || whereabouts !== "home"
  }
}
