// Voice before picture: when the line is thin the own picture gets smaller, then pauses.

const LOOK_EVERY = 2_000
const BAD_LOOKS = 3
const GOOD_LOOKS = 5
const FULL = [
  { active: true, maxBitrate: 900_000, scaleResolutionDownBy: 1 },
  { active: true, maxBitrate: 180_000, scaleResolutionDownBy: 2 },
  { active: false, maxBitrate: 180_000, scaleResolutionDownBy: 2 },
]
// What is shown small is sent small: a phone that sends its picture three times stays cool.
const SMALL = [
  { active: true, maxBitrate: 180_000, scaleResolutionDownBy: 2, maxFramerate: 15 },
  { active: true, maxBitrate: 80_000, scaleResolutionDownBy: 3, maxFramerate: 10 },
  { active: false, maxBitrate: 80_000, scaleResolutionDownBy: 3, maxFramerate: 10 },
]

// changed(paused) tells when the picture pauses and comes back; small: the others show it beside
// the talk. Returns a function that ends the watch.
export function watchLine(peer, changed, { small = false } = {}) {
  const line = { steps: small ? SMALL : FULL, step: 0, bad: 0, good: 0, patience: GOOD_LOOKS }
  setStep(peer, line, changed)
  const timer = setInterval(() => look(peer, line, changed), LOOK_EVERY)
  return () => clearInterval(timer)
}

async function look(peer, line, changed) {
  if (peer.state !== "connected") return
  const { loss, delay, room } = await readings(peer.connection)
  const bad = loss > 0.12 || delay > 1.2 || (room !== null && room < 120_000)
  line.bad = bad ? line.bad + 1 : 0
  line.good = bad ? 0 : line.good + 1
  if (line.bad >= BAD_LOOKS && line.step < line.steps.length - 1) {
    Object.assign(line, { step: line.step + 1, bad: 0, patience: Math.min(line.patience + 3, 20) })
    setStep(peer, line, changed)
  } else if (line.good >= line.patience && line.step > 0) {
    Object.assign(line, { step: line.step - 1, good: 0 })
    setStep(peer, line, changed)
  }
}

async function readings(connection) {
  let loss = 0
  let delay = 0
  let room = null
  for (const report of (await connection.getStats()).values()) {
    if (report.type === "remote-inbound-rtp") {
      loss = Math.max(loss, report.fractionLost ?? 0)
      delay = Math.max(delay, report.roundTripTime ?? 0)
    }
    if (report.type === "candidate-pair" && report.nominated && report.availableOutgoingBitrate) {
      room = report.availableOutgoingBitrate
    }
  }
  return { loss, delay, room }
}

async function setStep(peer, line, changed) {
  changed(line.step === line.steps.length - 1)
  await limit(peer.sender("video"), line.steps[line.step])
  await limit(peer.sender("audio"), { networkPriority: "high", priority: "high" })
}

async function limit(sender, encoding) {
  const parameters = sender?.getParameters()
  if (!parameters?.encodings?.length) return
  Object.assign(parameters.encodings[0], encoding)
  await sender.setParameters(parameters).catch(() => {})
}
