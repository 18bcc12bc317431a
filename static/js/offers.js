// On home, under [data-offers]: drops the offers that this browser cannot take, shows the first that is left.

import { isInstalled, canBeNoticed } from "./installed.js"

const fits = { passkey: () => "PublicKeyCredential" in window, install: () => !isInstalled(), notices: canBeNoticed }

for (const offers of document.querySelectorAll("[data-offers]")) {
  const first = [...offers.children].find((offer) => fits[offer.dataset.offer]())
  for (const offer of offers.children) offer.hidden = offer !== first
}
