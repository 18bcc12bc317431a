// Sends the files of an entry in pieces. Whatever was cut off goes on where the server says it ended.
import { slices } from "./journal_store.js"

const PIECE = 131_072 // small enough to arrive over a weak line, whatever slices it was taken down in
const ROUNDS = 3

// ask(path, {method, headers, body}) gives the server's answer. Returns the answer that was a no,
// or null when the server has everything.
export async function sendFiles(entry, ask) {
  for (const file of entry.files ?? []) {
    const refused = await sendFile(entry, file, ask)
    if (refused) return refused
  }
  return null
}

async function sendFile(entry, file, ask) {
  const whole = new Blob(await slices.of(file.uuid), { type: file.mediaType })
  if (!whole.size) return null
  const address = `/journal/entries/${entry.uuid}/files/${file.uuid}`
  let answer
  for (let round = 0; round < ROUNDS; round += 1) {
    answer = await ask(address, whatItIs(entry, file, whole))
    if (answer.ok) return null
    if (answer.status !== 409) return answer
    const { missing = [] } = await answer.json()
    for (const number of missing) {
      const body = whole.slice(number * PIECE, (number + 1) * PIECE)
      const taken = await ask(`${address}/${number}`, piece(entry, file, body))
      if (!taken.ok) return taken
    }
  }
  return answer
}

function whatItIs(entry, file, whole) {
  return {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      owner: entry.owner,
      kind: file.kind,
      media_type: file.mediaType,
      slices: Math.ceil(whole.size / PIECE),
      seconds: Math.round(file.seconds),
    }),
  }
}

function piece(entry, file, body) {
  return {
    method: "PUT",
    headers: { "Content-Type": "application/octet-stream", "X-Owner": entry.owner, "X-Kind": file.kind },
    body,
  }
}
