// What the page is for right now: whose, which prompt, what time it is at the clinic. From the page
// itself, from the clinic, or, with neither, from what the phone last heard.
import { links, notes, prompts } from "../../../service_worker/journal_store.js"
import { exchangeLink } from "../../../service_worker/journal_sending.js"

const NOW_WITHIN = 8_000
let ahead = 0 // of this phone's clock

export const clinicNow = () => new Date(Date.now() + ahead)

// → { owner, prompt, … } of the page, filled in when it came as a shell.
export async function pageNow(form) {
  const { owner, clock, prompt, moment } = form.dataset
  if (owner) {
    setClock(clock)
    return { owner, prompt: prompt ? { id: prompt, moment } : null }
  }
  const last = await prompts.last()
  const tapped = await notes.get("tapped")
  const whose = (await notes.get(tapped ?? "")) ?? tapped ?? last?.owner ?? ""
  if (last) ahead = last.ahead
  if (last?.owner !== whose) return { owner: whose, prompt: null }
  fillPage(form, last)
  return last
}

// Asks the clinic; keeps the answer for a time without it. A session that has ended is opened again
// with the link that is kept on this phone. → null when there is no answer.
export async function askNow(owner) {
  try {
    let answer = await reachNow(owner)
    if (answer.status === 403 && owner) {
      const token = await links.of(owner)
      if (token && (await exchangeLink(token))) answer = await reachNow(owner)
    }
    if (!answer.ok) return null
    const now = await answer.json()
    setClock(now.clock)
    await prompts.keep({ ...now, ahead })
    return now
  } catch {
    return null
  }
}

function reachNow(owner) {
  const headers = owner ? { "X-Owner": owner } : {}
  return fetch("/journal/now", { headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(NOW_WITHIN) })
}

export function fillPage(form, now) {
  const { prompt, readers, clinic, bring, mood } = now
  if (mood === "gentle") document.documentElement.dataset.mood = "gentle"
  document.getElementById("no-session")?.remove()
  form.dataset.owner = now.owner
  form.dataset.prompt = prompt?.id ?? ""
  form.dataset.moment = prompt?.moment ?? ""
  if (prompt) fillPrompt(prompt)
  if (readers) document.getElementById("readers").textContent = readers
  for (const way of document.querySelectorAll("[data-check]")) {
    way.hidden = !now.check
    if (now.check) way.querySelector("a").href = now.check
  }
  for (const words of document.querySelectorAll("[data-bring]")) words.hidden = (words.dataset.bring === "someone") !== Boolean(bring)
  if (bring) {
    document.getElementById("bring-to").textContent = bring.to
    document.getElementById("bring-day").textContent = bring.day
  }
  if (clinic) fillClinic(clinic)
}

function fillPrompt({ moment, lead, questions }) {
  document.getElementById("lead").textContent = lead
  const list = document.getElementById("questions")
  const choice = document.getElementById("question-choice").content
  list.replaceChildren(...questions.map(({ id, text }, place) => {
    const one = choice.cloneNode(true)
    const radio = one.querySelector("input")
    radio.value = id
    radio.checked = place === 0
    one.querySelector(".said").textContent = text
    return one
  }))
  document.getElementById("question").textContent = questions[0].text
  document.getElementById("other-questions").hidden = questions.length < 2
  const skip = document.querySelector("[data-action=skip]")
  skip.hidden = false
  for (const words of skip.querySelectorAll("[data-moments]")) {
    words.hidden = !words.dataset.moments.split(" ").includes(moment)
  }
}

function fillClinic({ name, phone, spoken }) {
  for (const place of document.querySelectorAll("[data-clinic-name]")) place.textContent = name
  const call = document.querySelector("[data-clinic-call]")
  if (!call || !phone) return
  call.href = `tel:${phone}`
  call.hidden = false
  call.querySelector("span").textContent = `${name}: ${spoken}`
}

function setClock(clock) {
  if (clock) ahead = Date.parse(clock) - Date.now()
}
