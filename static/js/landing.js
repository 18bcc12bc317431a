// Opens a text's link: takes the token out of the address, exchanges it, shows what it opens.

const kind = document.documentElement.dataset.kind
const landing = document.getElementById("landing")
const token = location.hash.slice(1)
const WITHIN = 20_000 // a line may look open and lead nowhere
// Before anything else: no script, log or screenshot gets to see the token from here on.
history.replaceState(null, "", location.pathname)
// A newer link, tapped while an earlier one stands open here, is no new page to the browser.
addEventListener("hashchange", () => location.reload())

const policy = window.trustedTypes
  ? trustedTypes.createPolicy("afterglow", { createHTML: (html) => html })
  : { createHTML: (html) => html }

speakOneLanguage()
// Signing in waits for a press: a full session is never opened by merely looking at a page.
if (kind === "sign-in") whenPressed(open)
else whenLookedAt(open)

// A page that a phone renders ahead, or keeps in the background, has nobody in front of it.
function whenLookedAt(then) {
  const looked = () => {
    if (document.prerendering || document.hidden) return
    document.removeEventListener("visibilitychange", looked)
    document.removeEventListener("prerenderingchange", looked)
    then()
  }
  document.addEventListener("visibilitychange", looked)
  document.addEventListener("prerenderingchange", looked)
  looked()
}

function whenPressed(then) {
  const button = landing.querySelector("button")
  button.addEventListener("click", () => {
    button.disabled = true
    then()
  })
}

async function open() {
  performance.mark("looked")
  const patience = new AbortController()
  setTimeout(() => patience.abort(), WITHIN)
  let opened
  try {
    const asking = fetch("/x", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ t: token, kind }),
      signal: patience.signal,
    })
    // The room's script is read while the clinic answers; it does nothing before there is a room.
    const script = document.querySelector("[data-room-script]")
    if (script) import(script.href).catch(() => {})
    const answer = await asking
    if (answer.status === 429) return say("wait")
    if (!answer.ok) throw new Error("not now")
    opened = await answer.json()
  } catch {
    if (await writeWithoutLine()) return
    say("no-line")
    return tryAgain()
  }
  // Kept on this phone, so that words written later find their way when the session has rested.
  if (opened.state === "journal") await withKeeper((keep) => keep.keepLink(opened, token))
  await show(opened)
}

// A quiet minute needs no signal, where the phone has the page: whose it is, is found out later.
async function writeWithoutLine() {
  const address = kind === "write" && (await withKeeper((keep) => keep.keepUntilLine(token)))
  if (address) location.replace(address)
  return Boolean(address)
}

async function withKeeper(then) {
  const script = document.querySelector("[data-keeper]")
  try {
    return script && (await then(await import(script.href)))
  } catch {
    return null // a browser that keeps nothing can still write online
  }
}

function tryAgain() {
  const timer = setTimeout(again, 5000)
  addEventListener("online", again)
  function again() {
    clearTimeout(timer)
    removeEventListener("online", again)
    whenLookedAt(open)
  }
}

async function show(opened) {
  const html = document.documentElement
  html.lang = opened.lang
  if (opened.mood === "gentle") html.dataset.mood = "gentle"
  if (opened.title) document.title = opened.title
  if (opened.state === "open") return enterRoom(opened)
  if (opened.address) return location.replace(opened.address)
  replaceBody(opened.html)
}

async function enterRoom(opened) {
  const style = document.querySelector("[data-room-style]")
  const script = document.querySelector("[data-room-script]").href
  document.documentElement.dataset.surface = "room"
  style.rel = "stylesheet"
  replaceBody(opened.html)
  document.body.className = "page visit"
  history.replaceState(null, "", opened.address)
  await import(script)
}

function replaceBody(html) {
  document.body.innerHTML = policy.createHTML(html)
  document.body.querySelector("h1")?.focus()
}

function say(id) {
  landing.replaceChildren(document.getElementById(id).content.cloneNode(true))
  speakOneLanguage()
}

function speakOneLanguage() {
  const ours = navigator.language.startsWith("es") ? "es" : "en"
  document.documentElement.lang = ours
  for (const words of landing.querySelectorAll("[lang]")) words.hidden = words.lang !== ours
}
