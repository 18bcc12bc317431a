// Small pictures of whoever else is in the room, each with a name.

import { hearIt, showRemote } from "./remote_sound.js"

const BROKEN = ["disconnected", "failed"]

// → { video, show(stream), tell(state), remove() }; the list shows itself while there is anybody in it.
export function drawTile(name) {
  const list = document.querySelector("[data-others]")
  const tile = document.querySelector("#other").content.firstElementChild.cloneNode(true)
  const video = tile.querySelector("video")
  const sound = document.querySelector('[data-action="sound"]')
  video.setAttribute("aria-label", name)
  tile.querySelector("[data-name]").textContent = name
  list.append(tile)
  list.hidden = false
  return {
    video,
    show(stream) {
      showRemote(video, stream)
      hearIt(video, sound)
    },
    tell(state) {
      tile.dataset.line = BROKEN.includes(state) ? "lost" : "good"
    },
    remove() {
      tile.remove()
      list.hidden = !list.children.length
    },
  }
}
