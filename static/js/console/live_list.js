// Keeps a page's lists true: names the marks of what it shows, and puts in only what stands otherwise by now.
import { trusted } from "../trusted.js"

const place = () => document.querySelector("[data-live]")
const FOCUSABLE = "a[href], button, input, select, textarea, summary"
let asking = false
let askAgain = false

async function bringUpToDate() {
  if (asking) {
    askAgain = true
    return
  }
  asking = true
  try {
    let rest
    while ((rest = await askOnce(rest)) !== undefined) { /* the rest of many changes */ }
  } catch {
    // no signal: the next change, or the next minute, asks again
  }
  asking = false
  if (askAgain) {
    askAgain = false
    bringUpToDate()
  }
}

// Answers what the rest is called, if there is more than fits one answer.
async function askOnce(rest) {
  const marks = Array.from(document.querySelectorAll("[data-mark]"), (each) => each.dataset.mark)
  const headers = { "HX-Request": "true", "X-Have": marks.join(" "), "X-Rest": rest ?? "" }
  const answer = await fetch(place().dataset.live, { headers })
  if (answer.headers.has("HX-Redirect")) {
    location.href = answer.headers.get("HX-Redirect")
    return undefined
  }
  const news = new DOMParser().parseFromString(trusted(await answer.text()), "text/html").querySelector("[data-now]")
  if (!answer.ok || !news) return undefined
  putIn(news)
  return news.dataset.more
}

function putIn(news) {
  for (const list of news.querySelectorAll("[data-into]")) {
    const there = document.querySelector(`[data-list="${list.dataset.into}"]`)
    for (const row of [...list.children]) putRow(there, row)
  }
  for (const piece of news.querySelectorAll("[data-piece]")) putPiece(piece)
  takeOut(news.dataset.gone.split(" ").filter(Boolean))
  for (const list of document.querySelectorAll("[data-list]")) fold(list)
  count(Number(news.dataset.now))
}

function putRow(list, row) {
  const old = document.getElementById(row.id)
  const focus = old ? focusIn(old) : -1
  const before = row.dataset.after && document.getElementById(row.dataset.after)
  row.removeAttribute("data-after")
  old?.remove()
  if (before?.parentElement === list) before.after(row)
  else if (before) list.append(row)
  else list.prepend(row)
  if (focus >= 0) row.querySelectorAll(FOCUSABLE)[focus]?.focus({ preventScroll: true })
}

// Whoever stands on a button that is drawn anew keeps standing on it.
function focusIn(row) {
  return [...row.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement)
}

function putPiece(piece) {
  const there = document.getElementById(piece.dataset.piece)
  if (!there) return
  there.textContent = piece.textContent
  there.dataset.mark = piece.dataset.mark
}

function takeOut(gone) {
  for (const row of document.querySelectorAll("[data-list] > [data-mark]")) {
    if (!gone.includes(row.dataset.mark.slice(0, 4))) continue
    const next = row.nextElementSibling ?? row.previousElementSibling
    const hadFocus = row.contains(document.activeElement)
    row.remove()
    if (hadFocus) (next?.querySelector(FOCUSABLE) ?? document.querySelector("#main")).focus({ preventScroll: true })
  }
}

// A list of nobody says so, or hides with what stands around it.
function fold(list) {
  const isEmpty = !list.children.length
  const said = document.querySelector(`[data-empty="${list.dataset.list}"]`)
  if (said) said.hidden = !isEmpty
  const review = document.querySelector("#to-review")
  if (review) review.hidden = !review.querySelector("[data-mark]").textContent
  const panel = list.closest("[id$='-panel']")
  if (panel) panel.hidden = isEmpty && !(list.dataset.list === "to-do" && review && !review.hidden)
}

// The hours go on between two changes, without a word from the server but what time it is.
function count(now) {
  for (const each of document.querySelectorAll("[data-until]")) {
    each.textContent = hours(Number(each.dataset.until) - now)
  }
  for (const line of document.querySelectorAll("[data-window]")) {
    const [closes, lasts] = line.dataset.window.split(" ").map(Number)
    const share = 1 - (hours(closes - now) * 60) / lasts
    moveTo(line, `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(0)}%`)
  }
}

const hours = (minutes) => Math.max(0, Math.ceil(minutes / 60))

function moveTo(line, share) {
  line.querySelector(".window-line__left")?.setAttribute("x1", share)
  line.querySelector(".window-line__now").setAttribute("x", share)
}

document.body.addEventListener("desk-changed", bringUpToDate)
