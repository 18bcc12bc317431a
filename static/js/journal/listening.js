// The spoken note on the write page: said, paused, heard again, taken away. What a reload, a call or
// a lock cut short is found again and offered; what is said after becomes the note's next part.
import { slices } from "../../../service_worker/journal_store.js"
import { showSystem } from "../visit/system.js"
import { attachFile, detachFile, draftFiles, draftUuid } from "./draft.js"
import { showLoudness } from "./loudness.js"
import { Recorder, SLICE } from "./recorder.js"
import { PartsPlayer, lengthOf } from "./spoken_parts.js"
import { showTruth } from "./truths.js"

const TICK = 500
const MOST_PARTS = 15 // the clinic takes twenty files with an entry
const UNFOLDED = ["asking", "recording", "resting", "said", "away"] // then there is no second way in

const spoken = document.querySelector("#spoken")
const sayIt = document.querySelector("[data-action=voice]")

let recorder = null
let player = null
let spokenParts = [] // the files of the note that stands in the draft
const cutOff = new Set() // parts that this page found without an end
let settling = null
let entryUuid = null
let stopLight = null
let ticking

export async function startVoice() {
  if (!spoken || !sayIt || !Recorder.isPossible()) return
  showSystem()
  sayIt.addEventListener("click", speak)
  whenPressed("voice-more", speak)
  whenPressed("voice-pause", () => recorder?.pause())
  whenPressed("voice-go-on", () => recorder?.goOn())
  whenPressed("voice-end", () => recorder?.end())
  whenPressed("voice-listen", listen)
  whenPressed("voice-away", () => { player?.stop(); showSpoken("away") })
  whenPressed("voice-stay", () => showSpoken("said"))
  whenPressed("voice-away-sure", takeAway)
  // Whoever goes on to something else on this page is not listened to any longer.
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-action=skip], [data-action=unsafe]")) settleVoice()
  })
  await freshVoice()
}

// Shows the note of the draft there is now, unless somebody is speaking.
export async function freshVoice() {
  if (!spoken || recorder || !Recorder.isPossible()) return
  player?.stop()
  const files = (await draftFiles()).filter(({ kind }) => kind === "voice")
  // What can no longer be opened must not keep the page from being written on.
  const found = await Promise.all(files.map((file) => madeWhole(file).catch(() => null)))
  spokenParts = found.filter(Boolean)
  const wasCut = spokenParts.some(({ uuid }) => cutOff.has(uuid))
  showSpoken(spokenParts.length ? "said" : null, wasCut ? "found" : null, false)
}

// Before the entry is sent: nothing is being recorded any more, and every slice is stored.
export async function settleVoice() {
  player?.stop()
  await recorder?.end()
  await settling
}

async function speak() {
  if (recorder) return
  player?.stop()
  const file = { uuid: crypto.randomUUID(), kind: "voice", mediaType: "", seconds: 0, done: false }
  const speaking = new Recorder({
    keep: (number, blob) => keepSlice(file, number, blob),
    changed: (state, why) => spokenChanged(file, state, why),
  })
  recorder = speaking
  await speaking.begin()
}

// The file stands in the draft before its first slice is stored: so a reload finds it again.
async function keepSlice(file, number, blob) {
  if (number === 0) {
    file.mediaType = recorder.mediaType
    await attachFile({ ...file })
    entryUuid = await draftUuid()
  }
  await slices.add(entryUuid, file.uuid, number, blob)
  showTruth(document.getElementById("truths"), "device")
}

function spokenChanged(file, state, why) {
  stopLight?.()
  stopLight = null
  clearInterval(ticking)
  if (state === "ended") settling = noteEnded(file, why)
  else if (state !== "ending") showSpoken(state, why)
  if (state === "refused") recorder = null
  if (state !== "recording") return
  stopLight = showLoudness(recorder.stream, spoken.querySelector(".spoken__light"))
  ticking = setInterval(() => showLength(secondsSpoken()), TICK)
}

async function noteEnded(file, why) {
  const { slices: kept, seconds, mediaType } = recorder
  recorder = null
  if (kept) {
    Object.assign(file, { seconds, mediaType, done: true })
    spokenParts = [...spokenParts, file]
    showSpoken("said", why)
    await attachFile({ ...file }).catch(() => {}) // it stands there already, only not as ended
  } else {
    showSpoken(spokenParts.length ? "said" : why === "full" ? "refused" : null, why)
    await detachFile(file.uuid).catch(() => {})
  }
}

// A part that was cut off is a part all the same; one of which nothing was stored is none.
async function madeWhole(file) {
  if (file.done) return file
  const blobs = await slices.of(file.uuid)
  if (!blobs.length) {
    await detachFile(file.uuid)
    return null
  }
  const said = new Blob(blobs, { type: file.mediaType })
  const seconds = Math.round(await lengthOf(said, (blobs.length * SLICE) / 1000))
  const whole = { ...file, seconds, done: true }
  await attachFile(whole)
  cutOff.add(file.uuid)
  return whole
}

async function listen() {
  if (player) return player.stop()
  const blobs = await Promise.all(spokenParts.map(async ({ uuid, mediaType }) => {
    return new Blob(await slices.of(uuid), { type: mediaType })
  }))
  player = new PartsPlayer(blobs, (isPlaying, seconds) => {
    if (!isPlaying && !seconds) player = null
    showListening(isPlaying)
    showLength(isPlaying ? seconds : secondsSpoken())
  })
  player.play().catch((problem) => {
    if (problem.name === "AbortError") return
    player?.stop()
    showSpoken("said", "unheard")
  })
}

async function takeAway() {
  for (const { uuid } of spokenParts) {
    await detachFile(uuid)
    await slices.removeFile(uuid)
  }
  spokenParts = []
  showSpoken(null)
}

function showSpoken(view, why = null, pressed = true) {
  const isElsewhere = !pressed || isBusyElsewhere()
  for (const part of spoken.querySelectorAll("[data-spoken]")) part.hidden = part.dataset.spoken !== view
  for (const said of spoken.querySelectorAll("[data-spoken-why]")) said.hidden = said.dataset.spokenWhy !== why
  for (const said of spoken.querySelectorAll("[data-spoken-fault]")) {
    said.hidden = !said.dataset.spokenFault.split(" ").includes(why)
  }
  sayIt.hidden = UNFOLDED.includes(view)
  spoken.hidden = !view
  spoken.querySelector("[data-action=voice-more]").hidden = spokenParts.length >= MOST_PARTS
  showListening(false)
  showLength(secondsSpoken())
  const shown = spoken.querySelector(`[data-spoken="${view}"]`)
  if (!isElsewhere) (shown?.querySelector("h2") ?? sayIt).focus()
  sayOfNote(isElsewhere && pressed ? shown : null)
}

function isBusyElsewhere() {
  const focused = document.activeElement
  return focused !== document.body && focused !== sayIt && !spoken.contains(focused)
}

// Somebody who is writing meanwhile is told, and not torn away.
function sayOfNote(shown) {
  const lines = [...(shown?.querySelectorAll("h2, .status") ?? [])].filter((line) => line.checkVisibility())
  spoken.querySelector("[data-spoken-told]").textContent = lines.map((line) => line.textContent.trim()).join(" ")
}

function showListening(isOn) {
  const button = spoken.querySelector("[data-action=voice-listen]")
  for (const words of button.querySelectorAll("[data-listen]")) words.hidden = words.dataset.listen !== (isOn ? "on" : "off")
}

function secondsSpoken() {
  const before = spokenParts.reduce((sum, { seconds }) => sum + seconds, 0)
  return before + (recorder?.seconds ?? 0)
}

function showLength(seconds) {
  const whole = Math.floor(seconds)
  const said = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
  for (const place of spoken.querySelectorAll("[data-spoken-length]")) place.textContent = said
}

function whenPressed(action, act) {
  for (const button of spoken.querySelectorAll(`[data-action="${action}"]`)) button.addEventListener("click", act)
}
