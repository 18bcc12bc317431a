// Looks for words of danger on the phone, as the clinic's own list says: a net with holes, like theirs.
// Everything is made from the list when it is first asked for; a browser that cannot do that finds nothing.

let dangerList = null

// The list, as the service worker or the clinic gives it. Asked again when it could not be had.
export async function readDangerWords() {
  dangerList ??= fetch("/safety/words.json")
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error("not now"))))
    .catch(() => { dangerList = null })
  return dangerList
}

export async function tellsOfDanger(...texts) {
  const list = await readDangerWords()
  return Boolean(list) && texts.some((text) => meansDanger(text, list))
}

export function meansDanger(body, list) {
  try {
    const known = (list.made ??= searchesOf(list))
    const words = dangerPlainWords(body, list, known).filter((word) => known.spoken.test(word))
    const text = ` ${words.join(" ")} `.replace(known.harmless, " - ")
    return known.anywhere.test(text) || known.alone.test(text)
  } catch {
    return false
  }
}

// As text: a browser that does not know one of these signs must still be able to read this file.
function searchesOf(list) {
  const any = (signs) => new RegExp(`[${signs}]`, "gu")
  return {
    anywhere: new RegExp(list.anywhere),
    alone: new RegExp(`^(?:${list.alone})$`),
    harmless: new RegExp(list.harmless, "g"),
    spoken: new RegExp("^[\\p{L}\\p{N}]", "u"),
    quotes: any(Object.keys(list.quotes).join("")),
    space: /[^\S\n\r]+/gu,
    unseen: new RegExp("[\\p{Mn}\\p{Cf}\\p{Cs}\\p{Sk}\\p{Me}]", "gu"),
    smile: new RegExp("[:;=]-?\\)|<3|(?<![\\p{L}\\p{N}_])[:;=x]-?d(?![\\p{L}\\p{N}_])", "gu"),
    sign: new RegExp("[\\p{So}\\p{Co}\\p{Cn}]", "gu"),
    spelled: new RegExp("(?<![\\p{L}\\p{N}_])(?:[a-z][ .\\-_]){2,}[a-z](?![\\p{L}\\p{N}_])", "gu"),
    word: new RegExp(
      "\\p{Nd}{1,2}(?::\\p{Nd}{2})?\\s?[ap]\\.?m(?![\\p{L}\\p{N}_])"
      + "|\\p{Nd}+(?::\\p{Nd}{2})?(?![\\p{L}\\p{N}])|[\\p{L}\\p{N}]+(?:'[\\p{L}\\p{N}]+)*", "gu"),
    digit: new RegExp("^\\p{Nd}", "u"),
    letter: new RegExp("^\\p{L}", "u"),
    allLetters: new RegExp("^\\p{L}+$", "u"),
    drawnOut: new RegExp("([\\p{L}\\p{Nl}\\p{No}])\\1+", "gu"),
    letterSigns: any(Object.keys(list.letters).join("")),
  }
}

// The words alone, in order; see app/safety/plain_words.py, which does the same and more.
function dangerPlainWords(body, list, known) {
  const text = body
    .replace(known.quotes, (sign) => list.quotes[sign])
    .normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ")
    .replace(known.space, " ")
    .normalize("NFD").replace(known.unseen, "").replace(known.sign, " ")
    .replace(known.smile, " ")
    .replace(known.spelled, (found) => found.replace(/[ .\-_]/g, ""))
  return [...text.matchAll(known.word)].flatMap(([found]) => dangerWordsIn(found, list, known))
}

function dangerWordsIn(found, list, known) {
  const hurried = (word) => (Object.hasOwn(list.shorthand, word) ? list.shorthand[word] : null)
  if (known.digit.test(found) && hurried(found) === null) return [found.replace(/[\s.]/g, "")]
  const word = hurried(found) ?? hurried(squeezedWord(found, list, known)) ?? fullWord(found, list)
  return word.split(" ").filter(Boolean).map((part) => squeezedWord(part, list, known))
}

function fullWord(word, list) {
  for (const [ending, meant] of list.endings) {
    if (word.endsWith(ending)) return word.slice(0, -ending.length) + meant
  }
  return list.is.includes(word) ? `${word.slice(0, -2)} is` : word.replaceAll("'", "")
}

function squeezedWord(word, list, known) {
  const read = known.letter.test(word) && !known.allLetters.test(word)
    ? word.replace(known.letterSigns, (sign) => list.letters[sign])
    : word
  return read.replace(known.drawnOut, "$1")
}
