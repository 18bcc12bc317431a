// The writing page: what is typed is on this phone within a second, and goes to the clinic by itself.
import { available, entries, notes, tidyDevice } from "../../../service_worker/journal_store.js"
import { flush, whenSent } from "../../../service_worker/journal_sending.js"
import { keepShell } from "../app_shell.js"
import { turnLightInPlace } from "../lamp.js"
import { draftFiles, draftIs, hasDraft, keepDraft, openDraft, reframe, typeInDraft } from "./draft.js"
import { freshDrawing, startDrawing } from "./drawing.js"
import { helpIfNone, readyHelper, showSafety } from "./first_help.js"
import { followKept, forgetKept, keptIs, showKept, showScreen, watchKept } from "./kept.js"
import { freshVoice, settleVoice, startVoice } from "./listening.js"
import { askNow, clinicNow, fillPage, pageNow } from "./page_now.js"
import { sendPlainly } from "./plain_form.js"
import { saying, sayOnly, showTruth } from "./truths.js"
import { copyUnsent, followUnsent, showUnsent, wasCleared } from "./unsent.js"

const AGAIN = 30_000
const SAYINGS = { rested: "rested", closed: "closed", large: "too-much", refused: "too-much" }

const sheet = document.getElementById("writing")
const typedWords = document.getElementById("words")
const typedWord = document.getElementById("word")
let whose = { owner: "", prompt: null }
let sendingAgain = null
let isHeldUp = false
let isAsked = false
let isKeeping = false
let registration = null

const isReady = sheet && beginWriting().catch(() => false)
sheet?.addEventListener("submit", submitted)

// → whether words can be kept here; else the form is sent as a plain one.
async function beginWriting() {
  turnLightInPlace()
  if (!(await available())) {
    sayOnly("not-stored")
    flush().catch(() => {}) // what was kept while there was room still goes
    return false
  }
  whose = await pageNow(sheet)
  if (await wasCleared()) sayOnly("evicted")
  await notes.put("language", document.documentElement.lang)
  if (whose.owner) await notes.put("owner", whose.owner)
  await takeUpDraft()
  await aMoment()
  await startVoice()
  await startDrawing()
  await aMoment()
  watchTyping()
  if (typedContent().words) saveTyped() // a quick hand was there before anybody listened
  watchKept(document.getElementById("bring"))
  watchButtons()
  whenSent(followEntry)
  addEventListener("online", sendNow)
  addEventListener("pageshow", sendNow)
  document.addEventListener("visibilitychange", () => document.hidden ? saveTyped({ now: true }) : sendNow())
  addEventListener("pagehide", () => saveTyped({ now: true }))
  goOn()
  return true
}

// What can wait until somebody could write.
async function goOn() {
  await aMoment()
  const keeping = keepShell() // at once: the signal may go at any time
  await askClinic()
  await sendNow()
  registration = await keeping
  await tidyDevice()
  readyHelper()
}

// Lets the page answer a finger in between.
function aMoment() {
  return new Promise((resolve) => setTimeout(resolve))
}

// What somebody typed before this script was there comes first; what was left is found another time.
async function takeUpDraft() {
  const isTyped = () => typedContent().words !== ""
  await openDraft(draftFrame(), { stored: isStored, trouble: cannotKeep, isTyped, found: showFound })
  showTruth(document.getElementById("truths"), hasDraft() ? "device" : null)
  if (isTyped() && !hasDraft()) saveTyped()
  await freshVoice()
  await freshDrawing()
}

function showFound({ kind, question, words }) {
  if (kind === "word") {
    typedWord.value = words
    typedWord.closest("details").open = true
  } else {
    typedWords.value = words
  }
  if (question) document.getElementById("question").textContent = question
  for (const choice of document.querySelectorAll("#questions label")) {
    choice.querySelector("input").checked = choice.querySelector(".said").textContent.trim() === question
  }
}

function draftFrame() {
  return { owner: whose.owner, prompt: whose.prompt?.id ?? null, now: clinicNow }
}

// The clinic says whose page it is, and what it asks today; a page that came out of the phone is told.
async function askClinic() {
  if (!sheet.isConnected) return // help stands there instead
  const now = await askNow(whose.owner)
  isAsked = now !== null
  const isShell = sheet.dataset.from === "shell"
  if (now && isShell && (!whose.owner || whose.owner === now.owner)) {
    const isWriting = typedWords.value !== "" || hasDraft()
    whose = now
    fillPage(sheet, isWriting ? { ...now, prompt: null } : now)
    reframe(draftFrame())
    if (!isWriting) await takeUpDraft()
  }
  if (whose.owner) await claimNobodys()
}

// Written on this phone when nothing was known of anybody.
async function claimNobodys() {
  for (const { uuid, owner } of await entries.all()) if (!owner && !draftIs(uuid)) await entries.claim(uuid, whose.owner)
}

function watchTyping() {
  sheet.addEventListener("input", () => saveTyped())
  for (const first of ["pointerdown", "keydown", "input"]) addEventListener(first, readyHelper, { once: true, passive: true })
  document.getElementById("questions").addEventListener("change", ({ target }) => {
    document.getElementById("question").textContent = target.closest("label").querySelector(".said").textContent
  })
}

async function submitted(event) {
  const { submitter } = event
  event.preventDefault()
  if (isKeeping) return // a second tap on the same button
  isKeeping = true
  try {
    if (!(await isReady)) await sendPlainly(sheet, submitter)
    else if (submitter?.dataset.action === "skip") await skipPrompt()
    else await keepWords()
  } finally {
    isKeeping = false
  }
}

function saveTyped(how) {
  const content = typedContent()
  if (!content.words && !hasDraft()) return
  typeInDraft(content, how)
}

function isStored() {
  if (hasDraft()) showTruth(document.getElementById("truths"), "device")
  if (saying() === "not-stored") sayOnly(null)
}

function typedContent() {
  const long = typedWords.value.trim()
  const short = typedWord.value.trim()
  return {
    kind: short && !long ? "word" : "words",
    question: document.getElementById("question").textContent.trim(),
    words: [long, short].filter(Boolean).join("\n"),
  }
}

async function keepWords() {
  await settleVoice()
  const content = typedContent()
  const files = await draftFiles()
  if (!content.words && !files.length) return typedWords.focus()
  if (!content.words) content.kind = files[0].kind
  try {
    const entry = await keepDraft(content)
    showKept(entry, sendNow)
  } catch (error) {
    return cannotKeep()
  }
  sheet.reset()
  navigator.storage?.persist?.()
  helpIfNone(content.words, whose.owner, sendNow())
}

// What cannot be kept here must not look as if it were.
function cannotKeep() {
  showTruth(document.getElementById("truths"), null)
  sayOnly("not-stored")
}

function watchButtons() {
  document.addEventListener("click", async (event) => {
    const action = event.target.closest("[data-action]")?.dataset.action
    if (action === "send") await sendNow()
    if (action === "copy" && (await copyUnsent(whose.owner))) sayOnly("copied")
    if (action === "done") {
      event.preventDefault()
      forgetKept()
      showScreen("done")
      await refreshUnsent()
    }
    if (action === "again") {
      event.preventDefault()
      await writeAgain()
    }
    if (action === "no-more") {
      event.preventDefault()
      await skipPrompt({ more: "all" })
    }
  })
}

async function writeAgain() {
  forgetKept()
  showScreen("writing")
  await takeUpDraft()
  await refreshUnsent()
  typedWords.focus()
}

// Not tonight. What was typed stays on this phone; the clinic looks at it for danger and for nothing else.
async function skipPrompt(more = {}) {
  await settleVoice()
  const { words } = typedContent()
  const body = new URLSearchParams({ prompt: sheet.dataset.prompt, words, ...more })
  const headers = { Accept: "application/json", "X-Owner": whose.owner }
  try {
    const answer = await fetch("/journal/skip", { method: "POST", headers, body })
    if (!answer.ok) throw new Error("not now")
    const { danger, html } = await answer.json()
    if (danger) return showSafety(html)
  } catch {
    sayOnly("no-signal") // nothing is lost by it: there is just no nudge to stop
    return helpIfNone(words, whose.owner, null)
  }
  if (more.more) {
    for (const part of document.querySelectorAll("[data-more]")) part.hidden = true
    for (const part of document.querySelectorAll("[data-no-more]")) part.hidden = false
  }
  showScreen("skipped")
}

async function sendNow() {
  clearTimeout(sendingAgain)
  const { left, after, why } = await flush()
  isHeldUp = Boolean(why)
  if (left) sendingAgain = setTimeout(sendNow, after ?? AGAIN)
  if (why) sayOnly(why === "clinic" ? "later" : "no-signal")
  else if (["no-signal", "later"].includes(saying())) sayOnly(null)
  await refreshUnsent()
  if (!why && !isAsked) await askClinic()
  if (left) await registration?.sync?.register("journal").catch(() => {})
}

async function followEntry(uuid, state, answer) {
  if (state === "danger" && answer.html) return showSafety(answer.html)
  if (state === "held") sayOnly(SAYINGS[answer.problem])
  if (state === "apart") sayOnly("conflict")
  if (state === "delivered" && !["evicted", "conflict", "copied"].includes(saying())) sayOnly(null)
  if (state === "claimed" && whose.owner === uuid) {
    whose = { ...whose, owner: answer.owner }
    sheet.dataset.owner = answer.owner
    reframe(draftFrame())
    isAsked = false
  }
  followKept(uuid, state, answer)
  followUnsent(uuid, state)
}

function refreshUnsent() {
  const isWell = ({ uuid, state }) => keptIs(uuid) && !isHeldUp && state !== "held"
  return showUnsent(whose.owner, (entry) => draftIs(entry.uuid) || isWell(entry))
}
