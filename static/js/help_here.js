// Whom to call, from the phone itself: over the page, at once, with the one sentence that is true.
import { tellClinic } from "../../service_worker/alert_sending.js"
import { alerts, notes, prompts } from "../../service_worker/journal_store.js"
import { seal, unseal } from "../../service_worker/device_seal.js"

const HELP_AGAIN = 10_000
const HELP_CLINIC = "clinic"

let helpPage = null
let followedHelp = null // the truth that is being kept true: { shown, own, isStored }

// Fetched while there is a signal, or given by the service worker.
export function readyHelp() {
  helpPage ??= new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open("GET", `/offline/safety/${document.documentElement.lang === "es" ? "es" : "en"}`)
    request.responseType = "document"
    request.onload = () => (request.response && request.status === 200 ? resolve(request.response) : reject())
    request.onerror = reject
    request.send()
  }).catch(() => { helpPage = null })
  return helpPage
}

// help: crisis, emergency (911 first) or call-today. What is raised is kept until the clinic has it,
// as long as it is known whose phone this is. `sentWith`: the form that is on its way with it.
// → false when there is no page to show.
export async function helpHere({ help = "crisis", signal = "control", owner = ownerHere(), sentWith = null }) {
  const page = await readyHelp()
  if (!page || (sentWith && !sentWith.isConnected)) return false // the clinic was quicker
  const shown = document.getElementById("help-here") ?? drawHelp(page)
  for (const part of shown.querySelectorAll("[data-help]")) part.hidden = part.dataset.help !== help
  await fillClinicNumber(shown)
  shown.querySelector("h1:not([hidden] *)")?.focus()
  scrollTo(0, 0)
  if (sentWith) sayHelpTruth(shown, "telling")
  else if (owner) await keepAndTell(shown, { owner, signal, urgent: help !== "call-today" })
  return true
}

// The page that was there, with all that was typed.
export function leaveHelp() {
  const shown = document.getElementById("help-here")
  if (!shown) return
  shown.remove()
  followedHelp = null
  for (const other of document.querySelectorAll("main")) other.hidden = false
}

// On the page itself, which the service worker gives when the clinic cannot be reached.
export async function followHelp(shown) {
  const last = await prompts.last().catch(() => null)
  if (last?.mood === "gentle") document.documentElement.dataset.mood = "gentle"
  await fillClinicNumber(shown)
  const own = await alerts.all().catch(() => [])
  if (!own.length) return
  followedHelp = { shown, own, isStored: true }
  await tellHelpNow()
}

// For the service worker, and for the page it gives: whose phone this is, and their clinic's number.
// What was raised here earlier is told now.
export async function noteWhose() {
  const owner = ownerHere()
  const number = helpNumber()
  if (owner && (await notes.get("owner")) !== owner) await notes.put("owner", owner)
  if (owner && number) await notes.put(HELP_CLINIC, await seal(number, HELP_CLINIC))
  if ((await alerts.all()).length) await tellClinic()
}

export function ownerHere() {
  return document.querySelector("[data-owner]")?.dataset.owner ?? ""
}

function drawHelp(page) {
  const shown = document.importNode(page.querySelector("main"), true)
  shown.id = "help-here"
  shown.querySelector("[data-home]").hidden = true
  shown.querySelector("[data-leave]").hidden = false
  shown.querySelector("[data-action=back]").addEventListener("click", leaveHelp)
  const others = [...document.querySelectorAll("main")]
  others[0].before(shown)
  for (const other of others) other.hidden = true
  return shown
}

async function keepAndTell(shown, { owner, signal, urgent }) {
  const alert = { uuid: crypto.randomUUID(), owner, signal, urgent, at: new Date().toISOString() }
  const isStored = await alerts.add(alert).then(() => true, () => false)
  navigator.serviceWorker?.ready.then(({ sync }) => sync?.register("journal")).catch(() => {})
  followedHelp = { shown, own: [alert], isStored }
  await tellHelpNow()
}

// Says what is true of an alert until the clinic has it.
async function tellHelpNow() {
  const mine = followedHelp
  if (!mine || mine.isTelling) return
  mine.isTelling = true
  if (navigator.onLine) sayHelpTruth(mine.shown, "telling")
  const outcome = await tellClinic(mine.own)
  mine.isTelling = false
  if (followedHelp !== mine) return
  const isTold = outcome === "told" || outcome === "unreached"
  sayHelpTruth(mine.shown, isTold ? outcome : outcome === "no-line" && mine.isStored ? "kept" : "nobody")
  if (isTold) followedHelp = null
  else setTimeout(tellHelpNow, HELP_AGAIN)
}

addEventListener("online", tellHelpNow)
document.addEventListener("visibilitychange", tellHelpNow)

function sayHelpTruth(shown, truth) {
  for (const words of shown.querySelectorAll("[data-told]")) words.hidden = words.dataset.told !== truth
}

async function fillClinicNumber(shown) {
  const number = helpNumber() ?? await keptHelpNumber().catch(() => null)
  const place = shown.querySelector("[data-clinic]")
  place.hidden = !number
  if (number) {
    place.querySelector("a").href = number.href
    place.querySelector("small").textContent = number.spoken
  }
}

async function keptHelpNumber() {
  const noted = await notes.get(HELP_CLINIC)
  if (noted) return unseal(noted, HELP_CLINIC)
  const { phone, spoken } = (await prompts.last()).clinic
  return phone ? { href: `tel:${phone}`, spoken } : null
}

// As it stands at the foot of every page.
function helpNumber() {
  const way = document.querySelector(".help a[href^='tel:+']")
  const spoken = way?.href.slice(4).replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3")
  return way ? { href: way.href, spoken } : null
}
