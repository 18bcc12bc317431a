// Answers for the clinic when it cannot be reached, and sends on what waits. Events only.
import { alerts, notes, prompts } from "./journal_store.js"
import { flush } from "./journal_sending.js"
import { listenForNotices } from "./notices.js"
import { dropAllShells, dropOldShells, fillShell, fromAnyShell, fromShell } from "./shell_cache.js"

// Filled in by the server: { version, files }.
const SHELL = JSON.parse("SHELL_OF_THIS_VERSION")

const PATIENCE = 4_000
const A_MOMENT = 500
const LANDING = ["/j", "/i", "/w", "/s"]
const WRITING = ["/journal/write", "/journal/entries", "/journal/skip"]
const LANGUAGE = "/language"
const HOUR = /^\/session\/[^/]+$/
const SAFETY = "/safety"
const OTHERS = /^\/(clinic|demo|fhir|hooks)(\/|$)/ // not a patient's

listenForNotices()

addEventListener("install", (event) => event.waitUntil(fillShell(SHELL)))

addEventListener("activate", (event) => event.waitUntil(takeOver()))

async function takeOver() {
  await dropOldShells(SHELL.version)
  await clients.claim()
}

addEventListener("message", (event) => {
  if (event.origin && event.origin !== location.origin) return
  if (event.data === "take-over") event.waitUntil(skipWaiting())
  if (event.data === "signed-out") event.waitUntil(renewShell())
})

// Nothing of anybody is in it; it goes all the same, and comes back as nobody's.
async function renewShell() {
  await dropAllShells()
  await fillShell(SHELL)
}

addEventListener("sync", (event) => {
  if (event.tag === "journal") event.waitUntil(sendWhatWaits())
})

// The browser tries again by itself when this fails.
async function sendWhatWaits() {
  const { left } = await flush()
  if (left) throw new Error("later")
}

addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (origin !== location.origin || OTHERS.test(pathname)) return
  if (pathname.startsWith("/static/")) event.respondWith(keptOrFetched(request))
  else if (pathname === "/safety/words.json") event.respondWith(shellPart(request, pathname))
  else if (pathname.startsWith("/offline/")) event.respondWith(shellPart(request, pathname))
  else if (request.mode === "navigate") navigated(event, request, pathname)
})

// Of what is posted only the cry for help is answered here: a form belongs to the clinic.
function navigated(event, request, pathname) {
  if (pathname === SAFETY) return event.respondWith(reached(request, () => notSafe(request)))
  if (pathname === LANGUAGE) return event.respondWith(fetch(request).catch(() => Response.redirect(WRITING[0], 303)))
  if (request.method !== "GET") return
  if (LANDING.includes(pathname)) event.respondWith(shellPart(request, pathname))
  else if (WRITING.includes(pathname)) event.respondWith(reached(request, () => shellIn("/journal/shell/")))
  else if (HOUR.test(pathname)) event.respondWith(reached(request, () => shellIn("/session/shell/")))
  else event.respondWith(fetch(request).catch(() => shellIn("/offline/")))
}

async function keptOrFetched(request) {
  return (await fromAnyShell(request)) ?? fetch(request)
}

async function shellPart(request, pathname) {
  return (await fromShell(pathname, SHELL.version)) ?? fetch(request)
}

// The clinic's answer, unless it has none, stumbles or keeps somebody waiting who has words to say.
async function reached(request, otherwise) {
  const asked = fetch(request.clone())
  asked.catch(() => {})
  const answer = await Promise.race([asked, after(PATIENCE)]).catch(() => null)
  if (answer && answer.status < 500) return answer
  return (await otherwise()) ?? asked
}

async function shellIn(place) {
  const ours = navigator.language.startsWith("es") ? "es" : "en"
  const language = await Promise.race([notes.get("language").catch(() => null), after(A_MOMENT)])
  return fromShell(place + (language ?? ours), SHELL.version)
}

function after(time) {
  return new Promise((resolve) => setTimeout(resolve, time))
}

// Help at once from the phone; the clinic is told when there is a signal.
async function notSafe(request) {
  if (request.method === "POST") await Promise.race([keepAlert().catch(() => {}), after(PATIENCE)])
  return shellIn("/offline/safety/")
}

async function keepAlert() {
  const owner = (await notes.get("owner")) ?? (await notes.get("tapped")) ?? (await prompts.last())?.owner
  if (!owner) return
  await alerts.add({ uuid: crypto.randomUUID(), owner, signal: "control", at: new Date().toISOString() })
  await registration.sync?.register("journal")
}
