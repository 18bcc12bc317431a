// The words for the kind of phone or computer somebody holds.

export function showSystem() {
  const system = systemOf(navigator.userAgent)
  for (const part of document.querySelectorAll("[data-system]")) {
    part.hidden = part.dataset.system !== system
  }
}

function systemOf(agent) {
  if (/iPhone|iPad|iPod/.test(agent)) return "iphone"
  return /Android/.test(agent) ? "android" : "computer"
}
