// Shows a notice when one comes, and opens what it is about when it is tapped.

const PLACES = ["/journal/write", "/"]
const SAYS_NOTHING = { title: "Afterglow", body: "", lang: "en", opens: "/" }

export function listenForNotices() {
  addEventListener("push", (event) => event.waitUntil(showNotice(event.data)))
  addEventListener("notificationclick", (event) => {
    event.notification.close()
    event.waitUntil(openPlace(event.notification.data?.opens))
  })
}

// A browser takes the permission away from whoever lets a push pass without a word.
function showNotice(data) {
  let said = SAYS_NOTHING
  try {
    said = { ...SAYS_NOTHING, ...data.json() }
  } catch {
    // not ours, or not whole
  }
  return registration.showNotification(said.title, {
    body: said.body,
    lang: said.lang,
    tag: "quiet-minute", // a newer one takes the place of one that was not read
    data: { opens: said.opens },
  })
}

// A page on which somebody may be typing is shown, never led elsewhere.
async function openPlace(opens) {
  const place = PLACES.includes(opens) ? opens : "/"
  const pages = await clients.matchAll({ type: "window" })
  const there = pages.find((page) => new URL(page.url).pathname === place)
  return there ? there.focus() : clients.openWindow(place)
}
