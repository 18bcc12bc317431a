"""What a torture does to a phone from inside the page, and asks of it."""

WAITING = """() => new Promise((done, fail) => {
  const asked = indexedDB.open("afterglow")
  asked.onerror = () => fail(asked.error)
  asked.onsuccess = () => {
    const all = asked.result.transaction("entries").objectStore("entries").getAll()
    all.onsuccess = () => {
      done(all.result.filter(({ state }) => state !== "delivered" && state !== "draft").length)
      asked.result.close()
    }
  }
})"""
CLOSE = "window.heldDatabases.splice(0).forEach((database) => database.close())"
# A phone that has never seen this link.
FORGET_LINKS = """() => new Promise((done) => {
  const asked = indexedDB.open("afterglow")
  asked.onsuccess = () => {
    const all = asked.result.transaction(["links", "prompts"], "readwrite")
    all.objectStore("links").clear()
    all.objectStore("prompts").clear()
    all.oncomplete = () => done(asked.result.close())
  }
})"""
# The phone is put away, and taken out again: that is when a page looks for a newer worker, and when
# the newer one takes over.
PUT_AWAY = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""
HAS_NEWER = """async () => {
  const { waiting } = await navigator.serviceWorker.ready
  return Boolean(waiting)
}"""
IS_RENEWED = """async () => {
  const { waiting, active } = await navigator.serviceWorker.ready
  return !waiting && active.state === "activated"
}"""
# What another page of the same person does to an entry that stands open here.
CHANGE_ELSEWHERE = """async ([uuid, words]) => {
  const owner = document.querySelector("#writing").dataset.owner
  const answer = await fetch(`/journal/entries/${uuid}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "If-Match": '"1"', "X-Owner": owner },
    body: JSON.stringify({
      owner, prompt: null, kind: "words", question: "", words, lines: [], shared: false,
      written_at: new Date().toISOString(), revision: 2, apart_from: null,
    }),
  })
  return answer.status
}"""
