// A session's quiet hour: one ring that empties, a sound from this phone, and help that is always there.
// Once it is loaded, all of it goes on without a signal, with the screen off, and after a reload.
import { tellClinic } from "../../../service_worker/alert_sending.js"
import { alerts, notes } from "../../../service_worker/journal_store.js"
import { keepShell } from "../app_shell.js"
import { keepScreenLit, letScreenSleep } from "../visit/wake_lock.js"

const KEPT = "quiet-hour"
const SOUNDS = "afterglow-session"
const MINUTE = 60_000
const FADE_IN = 4_000
const AGAIN = 10_000

const hour = document.querySelector("[data-quiet-hour]")
const player = hour.querySelector("[data-player]")
const ring = hour.querySelector(".quiet__left")
const soundButton = hour.querySelector("[data-action=sound]")
const lengths = ["settling", "quiet", "returning"].map((name) => [name, Number(hour.dataset[name]) * MINUTE])
const whole = lengths.reduce((sum, [, length]) => sum + length, 0)

// The clinic's time, not the phone's: the difference is known from when the page came.
let ahead = hour.dataset.clock ? Date.parse(hour.dataset.clock) - Date.now() : 0
let began = hour.dataset.began ? Date.parse(hour.dataset.began) : null
let part = ""
let ticking
let isAsking = false // for help, and the clinic has not heard of it yet

const now = () => Date.now() + ahead
const say = (words) => { hour.querySelector("[data-said]").textContent = words }

start()

async function start() {
  keepShell()
  hour.querySelector("[data-starting]")?.addEventListener("submit", begin)
  hour.querySelector("[data-ending]")?.addEventListener("submit", comeBack)
  hour.querySelector("[data-action=need-help]").addEventListener("click", needHelp)
  soundButton.addEventListener("click", () => (player.paused ? play() : hush()))
  addEventListener("online", tellAll)
  tellAll()
  if (hour.dataset.sound) await remember()
  else await recall()
  loadSound()
  if (began) run()
}

// What a reload without a signal has to know. No word of anybody is in it.
async function remember() {
  const earlier = await notes.get(KEPT)
  const { sound, phone, begin, help } = hour.dataset
  const same = earlier?.sound === sound
  if (!began && same && earlier.untold) began = earlier.began
  await notes.put(KEPT, { sound, phone, begin, help, began, ahead, untold: Boolean(same && earlier.untold) })
}

function tellAll() {
  tellBeginning()
  tellClinic().then(tellOfAsking, () => {})
}

// What was asked without a signal has gone.
function tellOfAsking(outcome) {
  if (!isAsking) return
  if (outcome !== "told" && outcome !== "unreached") return setTimeout(tellAll, AGAIN)
  isAsking = false
  sayAsked(outcome)
}

async function recall() {
  const kept = await notes.get(KEPT)
  if (!kept) return
  Object.assign(hour.dataset, { sound: kept.sound, phone: kept.phone, begin: kept.begin, help: kept.help })
  ahead = kept.ahead
  began = kept.began
}

async function begin(event) {
  event.preventDefault()
  began = now()
  play() // in the same tap: later no phone would let it
  run()
  const kept = await notes.get(KEPT)
  await notes.put(KEPT, { ...kept, began, untold: true })
  tellBeginning()
}

async function tellBeginning() {
  const kept = await notes.get(KEPT)
  if (!kept?.untold) return
  const answer = await post(kept.begin, { at: new Date(kept.began).toISOString() }).catch(() => null)
  if (answer && answer.status < 500) await notes.put(KEPT, { ...kept, untold: false })
}

function post(address, body) {
  return fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  })
}

function run() {
  hour.querySelector("[data-starting]")?.remove()
  hour.querySelector("[data-going]").hidden = false
  keepScreenLit()
  clearInterval(ticking)
  ticking = setInterval(draw, 1_000)
  document.addEventListener("visibilitychange", draw)
  draw()
}

function draw() {
  const gone = Math.max(0, now() - began)
  const left = Math.max(0, whole - gone)
  ring.setAttribute("stroke-dashoffset", String(60 * Math.min(1, gone / whole)))
  hour.querySelector("[data-minutes]").textContent = left
    ? hour.dataset.minutesWords.replace("{n}", Math.ceil(left / MINUTE))
    : ""
  turnTo(partAt(gone))
  if (!left) over()
}

function partAt(gone) {
  let end = 0
  for (const [name, length] of lengths) {
    end += length
    if (gone < end) return name
  }
  return "over"
}

function turnTo(name) {
  if (name === part) return
  part = name
  const words = hour.dataset[`part${name[0].toUpperCase()}${name.slice(1)}`]
  hour.querySelector("[data-part]").textContent = words
  say(words)
}

function over() {
  clearInterval(ticking)
  document.removeEventListener("visibilitychange", draw)
  letScreenSleep()
  hush()
  caches.delete(SOUNDS).catch(() => {})
}

async function comeBack() {
  hush()
  await caches.delete(SOUNDS).catch(() => {})
}

// The whole sound is on the phone before it is needed: a line that goes must not end it.
async function loadSound() {
  const address = hour.dataset.sound
  if (!address) return
  try {
    const kept = await caches.open(SOUNDS)
    let found = await kept.match(address)
    if (!found) {
      const answer = await fetch(address)
      if (!answer.ok) return
      await kept.put(address, answer.clone())
      found = answer
    }
    const wasPlaying = !player.paused
    player.src = URL.createObjectURL(await found.blob())
    if (wasPlaying) play()
    hour.querySelector("[data-loaded]").hidden = false
  } catch {
    if (!player.src) player.src = address
  }
}

async function play() {
  if (!player.src && hour.dataset.sound) player.src = hour.dataset.sound
  try {
    await player.play()
  } catch {
    return press(false)
  }
  press(true)
  if (navigator.mediaSession) {
    navigator.mediaSession.metadata = new MediaMetadata({ title: document.title })
    navigator.mediaSession.setActionHandler("play", play)
    navigator.mediaSession.setActionHandler("pause", hush)
  }
  fadeIn()
}

function fadeIn() {
  const from = performance.now()
  const louder = () => {
    const share = Math.min(1, (performance.now() - from) / FADE_IN)
    player.volume = share
    if (share < 1 && !player.paused) setTimeout(louder, 100)
  }
  louder()
}

function hush() {
  player.pause()
  press(false)
}

function press(isOn) {
  soundButton.setAttribute("aria-pressed", String(isOn))
}

// One tap calls; that somebody asked is told beside it, now or when there is a signal again. A call may
// not come about, so the page says how far it has come.
async function needHelp(event) {
  event.preventDefault()
  location.href = `tel:${hour.dataset.phone || "911"}`
  const told = await post(hour.dataset.help, {}).catch(() => null)
  if (told?.ok) return sayAsked((await told.json()).reached ? "told" : "unreached")
  sayAsked("nobody")
  const owner = document.documentElement.dataset.owner || (await notes.get("owner"))
  if (!owner) return
  await alerts.add({ uuid: crypto.randomUUID(), owner, signal: "session", at: new Date(now()).toISOString() })
  isAsking = true
  tellAll()
}

function sayAsked(truth) {
  for (const words of hour.querySelectorAll("[data-asked]")) words.hidden = words.dataset.asked !== truth
}
