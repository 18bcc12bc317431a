// A button that prints the page. <print-page hidden><button>…</button></print-page>; without scripts it stays away.

customElements.define("print-page", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => print())
    this.hidden = false
  }
})
