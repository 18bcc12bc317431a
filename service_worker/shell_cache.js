// What the phone keeps to open a page without a signal: shells, styles, scripts. The same for
// everybody; never a page with somebody's name or words in it.

const PREFIX = "afterglow-shell-"

export function shellName(version) {
  return PREFIX + version
}

export async function fillShell({ version, files }) {
  const cache = await caches.open(shellName(version))
  await Promise.all(files.map(async (file) => {
    // As nobody: so it cannot be anybody's page. And from the clinic, not from an older copy.
    const answer = await fetch(file, { cache: "reload", credentials: "omit" })
    if (!answer.ok || answer.redirected) throw new Error("shell")
    await cache.put(file, answer)
  }))
}

// The one before stays for pages that are still open.
export async function dropOldShells(version) {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== shellName(version))
  for (const name of ours.slice(0, -1)) await caches.delete(name)
}

export async function fromShell(path, version) {
  const cache = await caches.open(shellName(version))
  return cache.match(path)
}

export function fromAnyShell(request) {
  return caches.match(request)
}

export async function dropAllShells() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await caches.delete(name)
}
