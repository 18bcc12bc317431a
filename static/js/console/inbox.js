// Counts what a text takes while it is typed, as the server does, and lets quick replies fill the box.

const box = () => document.querySelector("#reply-form textarea")

function signsOf(form) {
  form.signs ??= JSON.parse(form.dataset.signs)
  return form.signs
}

function measure(body, signs) {
  const plain = Array.from(body.trim(), (sign) => signs.plain[sign] ?? sign).join("")
  const seven = Array.from(plain).every((sign) => signs.basic.includes(sign) || signs.extended.includes(sign))
  const length = seven
    ? plain.length + Array.from(plain).filter((sign) => signs.extended.includes(sign)).length
    : plain.length // in units of sixteen bits, as carriers count
  const [alone, each] = seven ? signs.sevenBit : signs.sixteenBit
  return { length, room: alone, texts: length <= alone ? 1 : Math.ceil(length / each), seven }
}

function fill(words, values) {
  return words.replace(/%\((\w+)\)s/g, (_, name) => values[name])
}

function count() {
  const field = box()
  const place = document.querySelector("#reply-count")
  if (!field || !place) return
  const { length, room, texts, seven } = measure(field.value, signsOf(field.form))
  const words = texts === 1 ? place.dataset.one : place.dataset.many
  place.querySelector(".talk__length").textContent = fill(words, { signs: length, room, texts })
  place.querySelector(".talk__wide").textContent = seven ? "" : place.dataset.wide
}

function putIn(words) {
  const field = box()
  const ready = Array.from(document.querySelectorAll("[data-quick]"), (each) => each.dataset.quick)
  const typed = field.value.trim()
  // A reply that was put in before gives way; what somebody typed stays.
  field.value = !typed || ready.includes(typed) ? words : `${typed} ${words}`
  field.focus()
  count()
}

document.addEventListener("input", (event) => {
  if (event.target === box()) count()
})

document.addEventListener("click", (event) => {
  const quick = event.target.closest("[data-quick]")
  if (!quick) return
  event.preventDefault()
  putIn(quick.dataset.quick)
})

document.querySelector("#says-why, #taken-back")?.focus()
count()
