// Shows one state of the room at a time. All words are in the page already; here they are shown or hidden.
import { showSystem } from "./system.js"

export function showView(view) {
  for (const part of document.querySelectorAll("[data-view]")) {
    part.hidden = part.dataset.view !== view
  }
  document.body.toggleAttribute("data-call", view === "call")
  const shown = document.querySelector(`[data-view="${view}"]`)
  const heading = shown?.querySelector("h1, h2")
  const announcement = document.querySelector("[data-announce]")
  if (announcement && heading) announcement.textContent = heading.textContent
  if (shown?.dataset.title) document.title = shown.dataset.title
}

export function shownView() {
  return document.querySelector("[data-view]:not([hidden])")?.dataset.view
}

export function setFlag(flag, on) {
  for (const part of document.querySelectorAll(`[data-flag="${flag}"]`)) part.hidden = !on
}

// For good: what keeps its place until it is seen gives that up too.
export function dropFlag(flag) {
  setFlag(flag, false)
  for (const part of document.querySelectorAll(`[data-flag="${flag}"]`)) part.removeAttribute("data-holds")
}

// The one page for a camera or browser that does not serve, with the words for its kind and system.
export function showFault(fault) {
  for (const part of document.querySelectorAll("[data-fault]")) {
    part.hidden = !part.dataset.fault.split(" ").includes(fault)
  }
  showSystem()
  showView("fault")
}

export function onAction(action, act) {
  for (const button of document.querySelectorAll(`[data-action="${action}"]`)) {
    button.addEventListener("click", (event) => act(event, button))
  }
}

export function setPressed(action, pressed) {
  for (const button of document.querySelectorAll(`[data-action="${action}"][aria-pressed]`)) {
    button.setAttribute("aria-pressed", String(pressed))
  }
}
