// The lines of an entry that can be brought to a visit; split as app/journal/lines.py splits them.

const LONGEST_LINE = 300
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/
// What Python takes for a gap: a little other than what \s is here.
const GAPS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/
const SENTENCE = /([.!?…]) /

export function linesOf(words) {
  const found = new Set()
  for (const written of words.split(LINE_ENDS)) {
    const line = [...written.split(GAPS).filter(Boolean).join(" ")]
    const parts = line.length <= LONGEST_LINE / 2 ? [line] : sentences(line.join(""))
    for (const part of parts) {
      for (let at = 0; at < part.length; at += LONGEST_LINE) found.add(part.slice(at, at + LONGEST_LINE).join(""))
    }
  }
  return [...found]
}

// Without a look behind, which older phones do not know.
function sentences(line) {
  const cut = line.split(SENTENCE)
  const whole = []
  for (let at = 0; at < cut.length; at += 2) whole.push([...cut[at] + (cut[at + 1] ?? "")])
  return whole
}
