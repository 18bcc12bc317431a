// Camera and microphone: asked for once, both together, and every way it can fail by name.

const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: "user" }
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
const FAILURES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
}
const APP_BROWSERS = /FBA[NV]|Instagram|Line\/|Snapchat|TikTok|musical_ly|Twitter|LinkedInApp|GSA\/|; wv\)/

export function cameraFault() {
  if (!window.RTCPeerConnection) return "unsupported"
  if (navigator.mediaDevices?.getUserMedia) return null
  return APP_BROWSERS.test(navigator.userAgent) ? "app-browser" : "unsupported"
}

// "granted", "prompt", "denied", or "unknown" where the browser does not say.
export async function cameraPermission() {
  try {
    const states = await Promise.all(
      ["camera", "microphone"].map((name) => navigator.permissions.query({ name })),
    )
    const said = states.map(({ state }) => state)
    if (said.includes("denied")) return "denied"
    return said.includes("prompt") ? "prompt" : "granted"
  } catch {
    return "unknown"
  }
}

// {stream} or {fault}. Without a camera the voice alone is tried; a refusal is never asked past.
export async function openCamera({ voiceOnly = false } = {}) {
  const fault = cameraFault()
  if (fault) return { fault }
  try {
    const wanted = { audio: SOUND, video: voiceOnly ? false : PICTURE }
    return { stream: await navigator.mediaDevices.getUserMedia(wanted) }
  } catch (problem) {
    const named = FAILURES[problem.name] ?? "busy"
    if (voiceOnly) return { fault: named }
    if (named === "denied") return { fault: deniedWhere() }
    return openVoice(named)
  }
}

// The other camera of a phone, as a new track; the old one is stopped first, as iPhones demand.
export async function turnCamera(stream, facing) {
  const [old] = stream.getVideoTracks()
  old?.stop()
  const turned = await navigator.mediaDevices.getUserMedia({ video: { ...PICTURE, facingMode: facing } })
  const [track] = turned.getVideoTracks()
  if (old) stream.removeTrack(old)
  stream.addTrack(track)
  return track
}

export async function hasTwoCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.filter(({ kind }) => kind === "videoinput").length > 1
}

// After a call on the same phone or a long lock the tracks may be dead.
export function cameraEnded(stream) {
  return stream.getTracks().some((track) => track.readyState === "ended")
}

async function openVoice(pictureFault) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND })
    return { stream, pictureFault }
  } catch (problem) {
    return { fault: FAILURES[problem.name] ?? pictureFault }
  }
}

function deniedWhere() {
  return APP_BROWSERS.test(navigator.userAgent) ? "app-browser" : "denied"
}
