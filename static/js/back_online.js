// The page that stands in for one without a signal goes away by itself.

const AGAIN_IN = 10_000

addEventListener("online", () => location.reload())
setTimeout(tryOnce, AGAIN_IN)

async function tryOnce() {
  const isThere = await fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false)
  if (isThere) location.reload()
  else setTimeout(tryOnce, AGAIN_IN)
}
