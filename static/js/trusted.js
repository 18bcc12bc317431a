// The one place where text from our own clinic becomes part of a page, or an address its worker.

const WORKER = "/sw.js"

const rules = { createHTML: (html) => html, createScriptURL: onlyTheWorker }

export function trusted(html) {
  return policy().createHTML(html)
}

export function trustedWorker() {
  return policy().createScriptURL(WORKER)
}

// Two scripts of one page share it: a policy can be made once only.
function policy() {
  window.afterglowPolicy ??= window.trustedTypes ? trustedTypes.createPolicy("afterglow", rules) : rules
  return window.afterglowPolicy
}

function onlyTheWorker(address) {
  if (address !== WORKER) throw new TypeError("not ours")
  return address
}
