// The page of an entry: the parts of a spoken note are heard as one.
import { playInTurn } from "./spoken_parts.js"

for (const note of document.querySelectorAll("[data-listening]")) {
  playInTurn([...note.querySelectorAll("audio")])
}
