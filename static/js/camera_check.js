// Lets somebody see and hear themselves once on a calm day. Nothing of it leaves the page.
import { openCamera } from "./visit/camera.js"
import { onAction, setFlag, showFault, showView } from "./visit/room_view.js"

const LOUD = 0.06 // of full scale: a voice at arm's length
const LONG_ENOUGH = 6 // pictures of the loudness in a row or not

const mirror = document.querySelector("#local")
let stream = null

offer("may-try")
onAction("try", tryIt)
onAction("again", tryIt)
addEventListener("pagehide", letGo)
document.querySelector("main form").addEventListener("submit", letGo)

async function tryIt() {
  letGo()
  show("asking")
  const opened = await openCamera()
  if (opened.fault) {
    showFault(opened.fault)
    focusOn("fault")
    offer("phone")
    return
  }
  stream = opened.stream
  const hasPicture = stream.getVideoTracks().length > 0
  setFlag("has-picture", hasPicture)
  setFlag("voice-only", !hasPicture)
  setFlag("silent", true)
  setFlag("heard", false)
  if (hasPicture) {
    mirror.srcObject = stream
    mirror.play().catch(() => {})
  }
  document.querySelector("[data-works]").value = hasPicture ? "works" : "voice"
  offer("works")
  show("works")
  listen(stream)
}

function show(view) {
  showView(view)
  focusOn(view)
}

// One filled button at a time.
function offer(what) {
  setFlag("may-try", what === "may-try")
  setFlag("works", what === "works")
  const phone = document.querySelector("[data-phone]")
  phone.classList.toggle("button--join", what === "phone")
  phone.classList.toggle("button--second", what !== "phone")
}

function focusOn(view) {
  const headings = document.querySelectorAll(`[data-view="${view}"] [tabindex="-1"]`)
  for (const heading of headings) if (heading.checkVisibility()) return heading.focus()
}

function letGo() {
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = null
}

// How loud it is, as a bar and, once, in words.
function listen(heardStream) {
  const sound = new AudioContext()
  const meter = sound.createAnalyser()
  meter.fftSize = 512
  sound.createMediaStreamSource(heardStream).connect(meter)
  sound.resume()
  const waves = new Float32Array(meter.fftSize)
  const bar = document.querySelector(".loudness__bar")
  let loud = 0
  const look = () => {
    if (stream !== heardStream) return sound.close()
    meter.getFloatTimeDomainData(waves)
    const peak = waves.reduce((most, wave) => Math.max(most, Math.abs(wave)), 0)
    bar.style.setProperty("--loudness", Math.min(1, peak * 2.5).toFixed(2))
    if (peak > LOUD && ++loud === LONG_ENOUGH) sayHeard()
    requestAnimationFrame(look)
  }
  look()
}

function sayHeard() {
  setFlag("silent", false)
  setFlag("heard", true)
  const place = document.querySelector("[data-heard]")
  place.textContent = place.dataset.heard
}
