// Everybody who waits, each with a picture, a device and one Admit. Rows keep their place and focus.

const seatRows = new Map()

// seats as the clinic says them; streamOf(seat) gives its picture; admit(id) lets it in.
export function showSeats(list, seats, streamOf, admit) {
  const waiting = seats.filter(({ state }) => state === "claimed")
  for (const [id, row] of seatRows) {
    if (waiting.some((seat) => seat.id === id)) continue
    row.remove()
    seatRows.delete(id)
  }
  for (const seat of waiting) {
    const row = seatRows.get(seat.id) ?? newRow(seat, admit)
    row.querySelector('[data-part="device"]').textContent = seat.device
    row.querySelector('[data-part="guest"]').hidden = !seat.guest
    row.querySelector('[data-part="name"]').textContent = seat.name
    row.querySelector('[data-part="second"]').hidden = !seat.second
    row.querySelector('[data-part="reconnecting"]').hidden = !seat.reconnecting
    row.querySelector('[data-action="admit"]').classList.toggle("button--second", seat.reconnecting)
    showFace(row, streamOf(seat))
    const standing = list.children[waiting.indexOf(seat)]
    if (standing !== row) list.insertBefore(row, standing ?? null)
  }
  return waiting.filter(({ reconnecting }) => !reconnecting).length
}

export function showFace(row, stream) {
  const video = row.querySelector("video")
  if (!stream || video.srcObject === stream) return
  video.srcObject = stream
  video.play().catch(() => {})
}

function newRow(seat, admit) {
  const row = document.querySelector("#seat").content.firstElementChild.cloneNode(true)
  row.querySelector('[data-action="admit"]').addEventListener("click", () => admit(seat.id))
  seatRows.set(seat.id, row)
  return row
}
