// The phone's own database: one connection, opened again when the phone closes it under our feet.

const STORES = {
  keys: {},
  entries: { keyPath: "uuid" },
  slices: { keyPath: ["file", "n"] },
  links: { keyPath: "id" },
  prompts: {},
  alerts: { keyPath: "uuid" },
  notes: {},
}
// What a database says that iOS, or a newer version of this page, has closed.
const CLOSED = ["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError"]

let connection = null

// Runs `work(transaction, say)` and resolves, once it is on the disk, with what was said.
// `work` may run twice: it must not mind.
export async function inDatabase(mode, names, work) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await runOnce(await connected(), mode, names, work)
    } catch (error) {
      if (tries > 1 || !CLOSED.includes(error?.name)) throw error
      connection = null
    }
  }
}

export function got(request, then) {
  request.onsuccess = () => then(request.result)
}

// Everything of one name, or of one range of names.
export function readAll(name, range) {
  return inDatabase("readonly", [name], (transaction, say) => {
    got(transaction.objectStore(name).getAll(range), say)
  })
}

export function readOne(name, key) {
  return inDatabase("readonly", [name], (transaction, say) => {
    got(transaction.objectStore(name).get(key), say)
  })
}

export function writeOne(name, value, key) {
  return inDatabase("readwrite", [name], (transaction) => {
    transaction.objectStore(name).put(value, key)
  })
}

export function removeOne(name, key) {
  return inDatabase("readwrite", [name], (transaction) => transaction.objectStore(name).delete(key))
}

function runOnce(database, mode, names, work) {
  return new Promise((done, fail) => {
    let said
    const transaction = database.transaction(names, mode, { durability: "strict" })
    transaction.oncomplete = () => done(said)
    transaction.onabort = () => fail(transaction.error ?? new DOMException("closed", "AbortError"))
    work(transaction, (answer) => { said = answer })
  })
}

function connected() {
  connection ??= open(1).catch((error) => {
    connection = null
    throw error
  })
  return connection
}

// Another page that does not let go of an older version must not keep this one waiting for ever.
const OPENED_WITHIN = 8_000

// Versions only ever add: a page that is older than its database still finds what it knows.
function open(version) {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("afterglow", version)
    setTimeout(() => fail(new DOMException("not opened", "TimeoutError")), OPENED_WITHIN)
    asked.onupgradeneeded = () => {
      for (const [name, how] of Object.entries(STORES)) {
        if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, how)
      }
    }
    asked.onerror = () => {
      if (asked.error.name === "VersionError" && version) open().then(done, fail)
      else fail(asked.error)
    }
    asked.onsuccess = () => {
      const database = asked.result
      const letGo = () => {
        database.close()
        connection = null
      }
      database.onclose = letGo
      database.onversionchange = letGo
      done(database)
    }
  })
}
