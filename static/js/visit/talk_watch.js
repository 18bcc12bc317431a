// What the patient sees while the line is lost, and when the phone is offered instead.

import { setFlag } from "./room_view.js"

const NO_MEDIA_AFTER = 20_000
const START_ANEW_AFTER = 14_000

export class TalkWatch {
  #check
  #anew
  #media = 0
  #restart = 0

  // check() looks whether the line to the clinic is there; anew() asks for a new connection.
  constructor(check, anew) {
    this.#check = check
    this.#anew = anew
  }

  // Picture and sound should come now: without them the phone becomes the way.
  expectMedia() {
    clearTimeout(this.#media)
    this.#media = setTimeout(() => {
      setFlag("call-needed", true)
      setFlag("line-was-bad", true)
    }, NO_MEDIA_AFTER)
  }

  lost() {
    this.#show(true)
    setFlag("line-was-bad", true)
    this.#check()
    this.expectMedia()
    clearTimeout(this.#restart)
    this.#restart = setTimeout(this.#anew, START_ANEW_AFTER)
  }

  good() {
    this.stop()
    clearTimeout(this.#media)
    this.#show(false)
    setFlag("call-needed", false)
  }

  stop() {
    clearTimeout(this.#restart)
  }

  #show(lost) {
    setFlag("finding", lost)
    document.querySelector(".room").dataset.line = lost ? "lost" : "good"
  }
}
