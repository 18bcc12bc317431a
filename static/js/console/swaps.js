// Lets htmx put our own HTML into the page under Trusted Types. Scripts in a part stay refused.
function refuse() {
  throw new TypeError("parts of a page hold no scripts")
}

// What somebody has unfolded stays so while the page keeps itself true.
function mayChange(element, { attrName }) {
  return !(attrName === "open" && element instanceof HTMLDetailsElement)
}

export function allowSwaps() {
  const rules = { createHTML: (html) => html, createScript: refuse }
  const policy = window.trustedTypes ? window.trustedTypes.createPolicy("htmx", rules) : rules
  window.htmx.registerExtension("trusted-swaps", {
    init: (api) => api.initSecurity(policy, refuse, refuse),
    htmx_before_morph_attr: mayChange,
  })
}
