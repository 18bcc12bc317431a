// Mute, camera, one's own picture: the same three switches on both sides.

import { onAction, setFlag, setPressed } from "./room_view.js"

export function wireSwitches(media) {
  onSwitch("mute", (muted) => {
    media.mute(muted)
    setFlag("muted", muted)
  })
  onSwitch("camera", (off) => media.hidePicture(off))
  onSwitch("self", (shown) => {
    document.querySelector("#local").hidden = !shown
    setFlag("self-hidden", !shown)
  })
}

function onSwitch(action, turn) {
  onAction(action, (event, button) => {
    const on = button.getAttribute("aria-pressed") !== "true"
    turn(on)
    setPressed(action, on)
  })
}
