// Turning the light down must not cost the words that are not sent yet, nor the page that answers them.

export function turnLightInPlace() {
  document.addEventListener("submit", async (event) => {
    const { target, submitter } = event
    if (!submitter?.matches(".lamp")) return
    event.preventDefault()
    const isGentle = submitter.value === "1"
    const body = new URLSearchParams(new FormData(target, submitter))
    await fetch(target.action, { method: "POST", body, redirect: "manual" }).catch(() => {})
    if (isGentle) document.documentElement.dataset.mood = "gentle"
    else delete document.documentElement.dataset.mood
    submitter.value = isGentle ? "0" : "1"
    submitter.setAttribute("aria-pressed", String(isGentle))
  })
}
