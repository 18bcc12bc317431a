// What somebody has typed and chosen in a page's forms, and how it gets back into them.

const CHOSEN = ["checkbox", "radio"]
const NOT_TYPED = ["hidden", "submit", "button", "reset", "image", "file", "password"]

// Every field by a name that it has on the next load too.
function* fieldsOfPage(main = document.querySelector("main")) {
  const seen = new Map()
  for (const form of main.querySelectorAll("form")) {
    for (const field of form.elements) {
      if (!field.matches("input, select, textarea") || NOT_TYPED.includes(field.type)) continue
      const what = CHOSEN.includes(field.type) ? field.value : ""
      const name = [form.getAttribute("action"), field.name, field.type, what].join(" ")
      const before = seen.get(name) ?? 0
      seen.set(name, before + 1)
      yield [`${name} ${before}`, field]
    }
  }
}

function stateOf(field) {
  if (CHOSEN.includes(field.type)) return field.checked
  if (field.multiple && field.options) return Array.from(field.selectedOptions, ({ value }) => value)
  return field.value
}

function isAsDrawn(field) {
  if (CHOSEN.includes(field.type)) return field.checked === field.defaultChecked
  if (!field.options) return field.value === field.defaultValue
  const drawn = [...field.options].filter((option) => option.defaultSelected)
  const first = field.multiple ? drawn : [drawn.at(-1) ?? field.options[0]]
  return first.length === field.selectedOptions.length && first.every((option) => option?.selected)
}

export class Typing {
  #drawn = new Map()
  #all

  // `all`: the page answers a form that was refused, so that what is drawn was typed.
  constructor({ all }) {
    this.#all = all
    for (const [name, field] of fieldsOfPage()) this.#drawn.set(name, stateOf(field))
  }

  // A part that was refused is drawn with what was typed: that differs from the page's beginning.
  get now() {
    return this.within(document.querySelector("main"))
  }

  within(main) {
    const typed = []
    for (const [name, field] of fieldsOfPage(main)) {
      const state = stateOf(field)
      const isWords = typeof state === "string" && !field.options && state !== (this.#drawn.get(name) ?? "")
      if (this.#all || isWords || !isAsDrawn(field)) typed.push([name, state])
    }
    return typed
  }
}

// Puts back what has its field by now, and returns what has none yet.
export function putBack(typed) {
  const fields = new Map(fieldsOfPage())
  const left = []
  for (const [name, state] of typed) {
    const field = fields.get(name)
    if (field) fill(field, state)
    else left.push([name, state])
  }
  return left
}

function fill(field, state) {
  if (JSON.stringify(stateOf(field)) === JSON.stringify(state)) return
  if (CHOSEN.includes(field.type)) field.checked = state
  else if (Array.isArray(state)) for (const option of field.options) option.selected = state.includes(option.value)
  else field.value = state
  for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }))
}
