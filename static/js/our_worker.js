// The service worker of this site, registered once however often it is asked for.
import { trustedWorker } from "./trusted.js"

export function ourWorker() {
  return navigator.serviceWorker.register(trustedWorker())
}
