// Tells the clinic what this phone raised while it had no signal. Each by itself, and as often as it
// takes: the same one again is the same alert. It waits for nothing else that is to be sent.
import { alerts } from "./journal_store.js"

const ALERT_PATIENCE = 15_000

// `own`: alerts to be told of whether or not this phone could store them.
// → "told", or "unreached" when nobody there could be sent a message; "rested" when the clinic no
// longer knows this phone; "no-line" while it cannot be reached.
export async function tellClinic(own = []) {
  const stored = await alerts.all().catch(() => [])
  const others = stored.filter(({ uuid }) => !own.some((alert) => alert.uuid === uuid))
  let outcome = "told"
  for (const alert of [...own, ...others]) {
    const said = await tellOne(alert)
    if (said === "no-line") return said
    if (said === "rested" || outcome === "told") outcome = said
    if (said !== "rested") await alerts.remove(alert.uuid).catch(() => {})
  }
  return outcome
}

async function tellOne({ uuid, owner, ...alert }) {
  try {
    const answer = await fetch(`/safety/alerts/${uuid}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-Owner": owner },
      body: JSON.stringify({ owner, ...alert }),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(ALERT_PATIENCE),
    })
    if (answer.status === 401 || answer.status === 403) return "rested"
    if (!answer.ok) return "no-line"
    return (await answer.json()).reached ? "told" : "unreached"
  } catch {
    return "no-line" // or a hotel's welcome page
  }
}
