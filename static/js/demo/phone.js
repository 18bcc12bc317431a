// The phone: its texts, or the page that a link in them opened.

class DemoPhone extends HTMLElement {
  #page = null

  connectedCallback() {
    this.addEventListener("click", this.#clicked)
    this.settle()
    requestAnimationFrame(() => this.#scrollToNewest())
  }

  // After parts of the phone were put anew: what is shown stays shown.
  settle() {
    const isPage = this.#page !== null
    this.toggleAttribute("data-page-open", isPage)
    const back = this.querySelector("[data-action=texts]")
    if (back) back.hidden = !isPage
  }

  // Texts that were not there before arrive visibly, and the newest is in view.
  markNew(old, fresh) {
    const isSamePhone = old.getAttribute("aria-label") === fresh.getAttribute("aria-label")
    const known = new Set([...old.querySelectorAll("p[id]")].map(({ id }) => id))
    if (isSamePhone && known.size) {
      for (const text of fresh.querySelectorAll("p[id]")) {
        if (!known.has(text.id)) text.dataset.new = ""
      }
    }
    requestAnimationFrame(() => this.#scrollToNewest())
  }

  showTexts() {
    this.#page?.remove()
    this.#page = null
    this.settle()
  }

  #clicked = (event) => {
    if (event.target.closest("[data-action=texts]")) return this.showTexts()
    const link = event.target.closest("a[data-link]")
    if (!link) return
    event.preventDefault()
    this.#openPage(link.getAttribute("href"))
  }

  // A new frame each time, as a tap on a phone opens a page anew even at the same address.
  #openPage(address) {
    this.showTexts()
    const page = this.querySelector("[data-page]").content.firstElementChild.cloneNode(true)
    page.src = address
    // The page asks whether somebody looks at it, and a frame is looked at when it has the focus.
    page.addEventListener("load", () => page.contentWindow.focus(), { once: true })
    this.querySelector(".handset__screen").append(page)
    page.focus()
    this.#page = page
    this.settle()
  }

  #scrollToNewest() {
    const screen = this.querySelector(".handset__screen")
    screen.scrollTop = screen.scrollHeight
  }
}

export function defineDemoPhone() {
  customElements.define("demo-phone", DemoPhone)
}
