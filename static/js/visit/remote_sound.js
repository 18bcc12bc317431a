// Shows the other side's picture and makes its sound heard, or asks for one tap when the phone refuses.

// Starts muted, which every browser allows; hearIt() turns the sound on once capture runs.
export function showRemote(video, stream) {
  if (video.srcObject !== stream) video.srcObject = stream
  video.play().catch(() => {})
}

export async function hearIt(video, tapForSound) {
  if (!video.srcObject) return
  video.muted = false
  try {
    await video.play()
    tapForSound.hidden = true
  } catch (problem) {
    if (problem.name !== "NotAllowedError") return
    video.muted = true
    video.play().catch(() => {})
    tapForSound.hidden = false
    tapForSound.onclick = () => hearIt(video, tapForSound)
  }
}

// Interruptions (a call, an assistant) can leave the sound silent: stop and start brings it back.
export function wakeSound(video) {
  if (!video.srcObject || video.paused === false) return
  video.play().catch(() => {})
}
