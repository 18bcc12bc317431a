// A photo of a drawing: made small and anew on the phone, so that neither place nor time is in it.
import { slices } from "../../../service_worker/journal_store.js"
import { attachFile, detachFile, draftFiles, draftUuid } from "./draft.js"
import { showTruth } from "./truths.js"

const LONGEST_SIDE = 1600
const JPEG = "image/jpeg"
const QUALITY = 0.85
const MOST_DRAWINGS = 4

const drawingsPlace = document.querySelector("#drawings")
const chosenPicture = drawingsPlace?.querySelector("[data-action=drawing]")

export async function startDrawing() {
  if (!drawingsPlace) return
  chosenPicture.addEventListener("change", async () => {
    const [photo] = chosenPicture.files
    if (photo) await keepDrawing(photo)
    chosenPicture.value = ""
  })
  drawingsPlace.hidden = false
  await freshDrawing()
}

// Shows the pictures of the draft there is now.
export async function freshDrawing() {
  if (!drawingsPlace) return
  sayOfDrawing(null)
  for (const shown of drawingsPlace.querySelectorAll("li")) removePicture(shown)
  for (const { uuid } of await drawings()) {
    const parts = await slices.of(uuid).catch(() => [])
    if (parts.length) showPicture(uuid, new Blob(parts, { type: JPEG }))
  }
}

async function keepDrawing(photo) {
  sayOfDrawing(null)
  let picture
  try {
    picture = await madeSmall(photo)
  } catch {
    return sayOfDrawing("picture")
  }
  const file = { uuid: crypto.randomUUID(), kind: "drawing", mediaType: JPEG, seconds: 0, done: true }
  try {
    await slices.add(await draftUuid(), file.uuid, 0, picture)
    await attachFile(file)
  } catch {
    return sayOfDrawing("full")
  }
  showPicture(file.uuid, picture)
  showTruth(document.getElementById("truths"), "device")
}

async function drawings() {
  return (await draftFiles()).filter(({ kind }) => kind === "drawing")
}

function showPicture(uuid, blob) {
  const shape = document.querySelector("#drawing-kept").content.cloneNode(true)
  const shown = shape.querySelector("li")
  shown.querySelector("img").src = URL.createObjectURL(blob)
  shown.querySelector("[data-action=drawing-away]").addEventListener("click", async () => {
    await detachFile(uuid)
    await slices.removeFile(uuid)
    removePicture(shown)
    chosenPicture.focus()
  })
  drawingsPlace.querySelector("[data-drawings]").append(shown)
  offerAnother()
  const folded = drawingsPlace.closest("details")
  if (folded) folded.open = true // nothing that is sent is out of sight
}

function removePicture(shown) {
  URL.revokeObjectURL(shown.querySelector("img").src)
  shown.remove()
  offerAnother()
}

function offerAnother() {
  chosenPicture.closest("label").hidden = drawingsPlace.querySelectorAll("li").length >= MOST_DRAWINGS
}

function sayOfDrawing(fault) {
  for (const said of drawingsPlace.querySelectorAll("[data-drawing-fault]")) {
    said.hidden = said.dataset.drawingFault !== fault
  }
}

// Upright, on white paper, and nothing of the photo but its dots.
async function madeSmall(photo) {
  const picture = await opened(photo)
  const shrink = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height))
  const paper = document.createElement("canvas")
  paper.width = Math.max(1, Math.round(picture.width * shrink))
  paper.height = Math.max(1, Math.round(picture.height * shrink))
  const pen = paper.getContext("2d")
  pen.fillStyle = "white"
  pen.fillRect(0, 0, paper.width, paper.height)
  pen.drawImage(picture, 0, 0, paper.width, paper.height)
  const made = await new Promise((done) => paper.toBlob(done, JPEG, QUALITY))
  if (!made) throw new Error("no picture")
  return made
}

async function opened(photo) {
  try {
    return await createImageBitmap(photo, { imageOrientation: "from-image" })
  } catch {
    // Some phones open a kind of picture in a page that they do not open here.
    const picture = new Image()
    picture.src = URL.createObjectURL(photo)
    try {
      await picture.decode()
      return picture
    } finally {
      URL.revokeObjectURL(picture.src)
    }
  }
}
