// Whether this page stands in the installed app, and whether notices can be had here.

export function isInstalled() {
  return navigator.standalone === true || matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches
}

// On an iPhone they exist in the installed app alone; there the rest of this is missing in the browser.
export function canBeNoticed() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window
    && Notification.permission !== "denied"
}
