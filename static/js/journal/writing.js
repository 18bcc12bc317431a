// The writing page: what is typed is on this phone within a second, and goes to the clinic by itself.
import { available, entries, notes, tidyDevice } from "../../../service_worker/journal_store.js"
import { flush, whenSent } from "../../../service_worker/journal_sending.js"
import { keepShell } from "../app_shell.js"
import { turnLightInPlace } from "../lamp.js"
import { trusted } from "../trusted.js"
import { draftFiles, draftIs, hasDraft, keepDraft, openDraft, reframe, typeInDraft } from "./draft.js"
import { freshDrawing, startDrawing } from "./drawing.js"
import { followKept, forgetKept, keptIs, showKept, showScreen, watchKept } from "./kept.js"
import { freshVoice, settleVoice, startVoice } from "./listening.js"
import { askNow, clinicNow, fillPage, pageNow } from "./page_now.js"
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
let isHelped = false
let helpScript = null

if (sheet) beginWriting()

async function beginWriting() {
  turnLightInPlace()
  const shell = keepShell()
  if (!(await available())) return sayOnly("not-stored") // the form is still sent as a plain one
  whose = await pageNow(sheet)
  if (await wasCleared()) sayOnly("evicted")
  await startVoice()
  await startDrawing()
  await takeUpDraft()
  watchTyping()
  watchKept(document.getElementById("bring"))
  watchButtons()
  whenSent(followEntry)
  const isShell = sheet.dataset.from === "shell"
  const now = await askNow()
  if (now) await heardFromClinic(now, isShell)
  await notes.put("language", document.documentElement.lang)
  await refreshUnsent()
  addEventListener("online", sendNow)
  addEventListener("pageshow", sendNow)
  document.addEventListener("visibilitychange", () => document.hidden ? saveTyped({ now: true }) : sendNow())
  addEventListener("pagehide", () => saveTyped({ now: true }))
  await sendNow()
  await tidyDevice()
  await askForSync(await shell)
}

async function takeUpDraft() {
  const found = await openDraft(draftFrame(), cannotKeep)
  if (found && !typedWords.value) typedWords.value = found.words ?? ""
  showTruth(document.getElementById("truths"), found ? "device" : null)
  await freshVoice()
  await freshDrawing()
}

function draftFrame() {
  return { owner: whose.owner, prompt: whose.prompt?.id ?? null, now: clinicNow }
}

// The clinic has answered a page that came out of the phone: whose it is, and what it asks today.
async function heardFromClinic(now, isShell) {
  const wasNobody = !whose.owner
  if (isShell && (wasNobody || whose.owner === now.owner)) {
    const isWriting = typedWords.value !== ""
    whose = now
    fillPage(sheet, isWriting ? { ...now, prompt: null } : now)
    reframe(draftFrame())
    if (wasNobody && !isWriting && !hasDraft()) await takeUpDraft()
  }
}

function watchTyping() {
  sheet.addEventListener("input", () => saveTyped())
  for (const first of ["pointerdown", "keydown", "input"]) addEventListener(first, readyHelper, { once: true, passive: true })
  document.getElementById("questions").addEventListener("change", ({ target }) => {
    document.getElementById("question").textContent = target.closest("label").querySelector(".said").textContent
  })
  sheet.addEventListener("submit", (event) => {
    event.preventDefault()
    if (event.submitter?.dataset.action === "skip") skipPrompt()
    else keepWords()
  })
}

function saveTyped(how) {
  const content = typedContent()
  if (!content.words && !hasDraft()) return
  typeInDraft(content, how)
  showTruth(document.getElementById("truths"), "device")
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
    return cannotKeep(error)
  }
  sheet.reset()
  navigator.storage?.persist?.()
  helpIfNone(content.words)
  await sendNow()
}

// The clinic answers words of danger with help. Where it does not, this phone does.
async function helpIfNone(words) {
  isHelped = false
  readyHelper()
  await (await helpScript)?.helpForWords(words, whose.owner, () => isHelped)
}

function readyHelper() {
  helpScript ??= import(document.querySelector("meta[name=help-script]").content).catch(() => { helpScript = null })
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
    return sayOnly("no-signal") // nothing is lost by it: there is just no nudge to stop
  }
  if (more.more) for (const part of document.querySelectorAll("[data-more]")) part.hidden = true
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
}

async function followEntry(uuid, state, answer) {
  if (state === "danger" && answer.html) return showSafety(answer.html)
  if (state === "held") {
    isHeldUp = true
    sayOnly(SAYINGS[answer.problem])
  }
  if (state === "apart") sayOnly("conflict")
  if (state === "delivered" && !["evicted", "conflict", "copied"].includes(saying())) sayOnly(null)
  followKept(uuid, state, answer)
  followUnsent(uuid, state)
}

function refreshUnsent() {
  return showUnsent(whose.owner, (uuid) => draftIs(uuid) || (keptIs(uuid) && !isHeldUp))
}

function showSafety(html) {
  isHelped = true
  const parts = new DOMParser().parseFromString(trusted(html), "text/html")
  if (parts.title) document.title = parts.title
  const help = parts.querySelector("main")
  document.querySelector("main").replaceWith(help)
  help.tabIndex = -1
  help.focus()
  scrollTo(0, 0)
}

async function askForSync(registration) {
  const waiting = (await entries.all()).some(({ state }) => state === "device")
  if (waiting) await registration?.sync?.register("journal").catch(() => {})
}
